"""calls: whom to call first, and what came of it."""

from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.output import AsJson, EntityName, show_json, show_table, talk

app = typer.Typer(help="The call list: whom to call first, and what came of a call.")

_OUTCOMES = "reached_promise, reached_dispute, no_answer, callback, wrong_number or refused."


@app.callback(invoke_without_command=True)
def calls(
    context: typer.Context,
    entity: EntityName = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200)] = 50,
    as_json: AsJson = False,
) -> None:
    """List whom to call, the most worth first."""
    if context.invoked_subcommand is not None:
        return
    api = Api.found()
    found = api.get(f"/entities/{segment(api.entity(entity))}/calls", limit=limit)["items"]
    if as_json:
        show_json(found)
        return
    columns = ("customer", "phone", ">to chase", "", ">days late", ">broken", "last", "task")
    show_table("", columns, [_row(call) for call in found])


def _row(call: Any) -> tuple[str, ...]:
    last = call["last_contacts"][:1]
    told = f"{last[0]['at'][:10]} {last[0]['channel']} {last[0]['what']}" if last else ""
    chaseable = call["chaseable"]
    return (
        call["name"],
        call["phone"] or "none",
        chaseable["amount"],
        chaseable["currency"],
        str(call["days_late"]),
        str(call["broken_promises"] or ""),
        told,
        call["task_id"],
    )


@app.command()
def outcome(
    task: Annotated[str, typer.Argument(help="The task of the call list.")],
    came: Annotated[str, typer.Argument(metavar="OUTCOME", help=_OUTCOMES)],
    pays_on: Annotated[str | None, typer.Option(help="Day of a promise, YYYY-MM-DD.")] = None,
    amount: Annotated[str | None, typer.Option(help="What is promised; default all.")] = None,
    currency: Annotated[str, typer.Option(help="Of --amount.")] = "EUR",
    reason: Annotated[str, typer.Option(help="Why it is contested.")] = "other",
    text: Annotated[str, typer.Option(help="What the customer says against it.")] = "",
    days: Annotated[int, typer.Option(help="Call again after so many days.")] = 2,
    note: Annotated[str, typer.Option("--note", help="What was said.")] = "",
    document: Annotated[
        list[str] | None, typer.Option("--document", help="Only this one; repeatable.")
    ] = None,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Note what came of a call: a promise or dispute is made, or the next task is opened.

    Example: duecourse calls outcome 01J... reached_promise --pays-on 2026-03-20
    """
    api = Api.found()
    body: dict[str, Any] = {"outcome": came, "note": note, "days": days, "reason": reason}
    body |= {"text": text, "documents": document or [], "pays_on": pays_on}
    if amount:
        body["amount"] = {"amount": amount, "currency": currency}
    place = f"/entities/{segment(api.entity(entity))}/calls/{segment(task)}/outcome"
    done = api.post(place, body)
    if as_json:
        show_json(done)
        return
    follows = done["task"]
    after = f", {follows['kind']} by {follows['due_on']}" if follows else ""
    talk().print(f"Noted: {done['follow_up']}{after}.", markup=False)
