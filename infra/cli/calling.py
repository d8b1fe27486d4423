"""calls: whom to call first, and what came of it."""

from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.output import AsJson, EntityName, amounts, show_json, show_table, talk

app = typer.Typer(help="The call list: whom to call first, and what came of a call.")

_NUMBERS_SHOWN = 3
_LISTED_MAX = 200
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
    columns = ("id", "customer", "phone", ">to chase", ">days late", ">broken", "about", "last")
    show_table("", columns, [_row(call) for call in found])


def _row(call: Any) -> tuple[str, ...]:
    last = call["last_contacts"][:1]
    told = f"{last[0]['at'][:10]} {last[0]['channel']} {last[0]['what']}" if last else ""
    numbers = [item["number"] for item in call["items"]]
    more = f" and {len(numbers) - _NUMBERS_SHOWN} more" if len(numbers) > _NUMBERS_SHOWN else ""
    return (
        call["external_id"],
        call["name"],
        call["phone"] or "none",
        amounts(each["chaseable"] for each in call["sums"]),
        "\n".join(str(each["days_late"]) for each in call["sums"]),
        str(call["broken_promises"] or ""),
        ", ".join(numbers[:_NUMBERS_SHOWN]) + more,
        told,
    )


@app.command()
def outcome(
    customer: Annotated[str, typer.Argument(help="The ERP's id, as the call list has it.")],
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

    It ends all that the customer was to be called about.

    Example: duecourse calls outcome C-7 reached_promise --pays-on 2026-03-20
    """
    api = Api.found()
    place = f"/entities/{segment(api.entity(entity))}/calls"
    task = _task_of(api.get(place, limit=_LISTED_MAX)["items"], customer)
    body: dict[str, Any] = {"outcome": came, "note": note, "days": days, "reason": reason}
    body |= {"text": text, "documents": document or [], "pays_on": pays_on}
    if amount:
        body["amount"] = {"amount": amount, "currency": currency}
    done = api.post(f"{place}/{segment(task)}/outcome", body)
    if as_json:
        show_json(done)
        return
    follows = done["task"]
    after = f", {follows['title']}, by {follows['due_on']}" if follows else ""
    talk().print(f"Noted: {done['follow_up'].replace('_', ' ')}{after}.", markup=False)


def _task_of(listed: Any, customer: str) -> str:
    """Return the task by which the outcome of a call to customer is noted.

    Who is not listed is named by a task: such a call is put off, or a person knows more.
    """
    named = [c["task_id"] for c in listed if customer in (c["external_id"], c["customer_id"])]
    return named[0] if named else customer
