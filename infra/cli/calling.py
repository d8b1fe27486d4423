"""calls: whom to call first, and what came of it."""

from typing import Annotated, Any

import typer

from infra.cli.agreed_words import Customer, chosen, ids
from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit
from infra.cli.output import AsJson, EntityName, amounts, show_json, show_table, talk

app = typer.Typer(help="The call list: whom to call first, and what came of a call.")

_NUMBERS_SHOWN = 3
_PUT_OFF = "put_off"
_OUTCOMES = "reached_promise, reached_dispute, no_answer, callback, wrong_number or refused."


@app.callback(invoke_without_command=True)
def calls(
    context: typer.Context,
    entity: EntityName = None,
    customer: Annotated[
        str, typer.Option(help="Only this one, by our id or the ERP's; or why nobody calls.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=200)] = 50,
    as_json: AsJson = False,
) -> None:
    """List whom to call, by currency: in each, the call first that is expected to bring most."""
    if context.invoked_subcommand is not None:
        return
    told = Api.found().get(f"{_place(entity)}/calls", limit=limit, customer=customer)
    found, nothing = told["items"], told["nothing"]
    if as_json:
        show_json(told if customer else found)
        return
    if nothing:
        talk().print(_nothing(customer, nothing), markup=False)
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
    currency: Annotated[
        str, typer.Option(help="Of --amount; default the one in which the customer owes.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why it is contested.")] = "other",
    text: Annotated[str, typer.Option(help="What the customer says against it.")] = "",
    days: Annotated[int, typer.Option(help="Call again after so many days.")] = 2,
    note: Annotated[str, typer.Option("--note", help="What was said.")] = "",
    document: Annotated[
        list[str] | None,
        typer.Option(
            "--document", help="Only this one: our id, its number or the ERP's id. Repeat it."
        ),
    ] = None,
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Note what came of a call: a promise or dispute is made, or the next task is opened.

    It ends all that the customer was to be called about.

    Example: duecourse calls outcome C-7 reached_promise --pays-on 2026-03-20
    """
    if currency and not amount:
        raise CliError("--currency goes with --amount.", Exit.USAGE)
    place = _place(entity)
    task, whose = _task_of(place, customer)
    body: dict[str, Any] = {"outcome": came, "note": note, "days": days, "reason": reason}
    body |= {"text": text, "pays_on": pays_on}
    if document or amount:
        about = Customer(whose, entity)
        opened = about.documents(None, everything=True)
        named = chosen(opened, document or [])
        body["documents"] = ids(named)
        if amount:
            body["amount"] = {"amount": amount, "currency": _currency(currency, named or opened)}
    done = Api.found().post(f"{place}/calls/{segment(task)}/outcome", body)
    if as_json:
        show_json(done)
        return
    follows = done["task"]
    after = f", {follows['title']}, by {follows['due_on']}" if follows else ""
    talk().print(f"Noted: {done['follow_up'].replace('_', ' ')}{after}.", markup=False)


def _place(entity: str | None) -> str:
    return f"/entities/{segment(Api.found().entity(entity))}"


def _task_of(place: str, name: str) -> tuple[str, str]:
    """Return the task by which the outcome of a call is noted, and its customer's id.

    name is a customer, or a task: who is not to be called for now may still be named by that.
    Raises CliError with the reason where there is nothing to call about.
    """
    api = Api.found()
    try:
        found = api.get(f"{place}/calls", customer=name)
    except CliError as error:
        if error.code is not Exit.REFUSED or not str(error).startswith("not_found"):
            raise
        return name, _customer_of_task(place, name)
    for call in found["items"]:
        return call["task_id"], call["customer_id"]
    nothing = found["nothing"]
    if nothing["code"] == _PUT_OFF:
        return nothing["task_id"], name
    raise CliError(_nothing(name, nothing))


def _customer_of_task(place: str, task_id: str) -> str:
    for task in Api.found().pages(f"{place}/tasks"):
        if task["task_id"] == task_id:
            return str(task["customer_id"])
    raise CliError(f"{task_id}: no such customer, and no open task of that id.")


def _nothing(name: str, nothing: Any) -> str:
    told = f"{nothing['code']}: nothing to call {name} about. {nothing['reason']}"
    if nothing["task_id"] and nothing["code"] != _PUT_OFF:
        told += f"\n  To note an outcome all the same, name the task: {nothing['task_id']}"
    return told


def _currency(said: str, documents: list[Any]) -> str:
    """Return the currency of an amount: as said, else the only one of documents."""
    if said:
        return said.upper()
    known = sorted({document["open"]["currency"] for document in documents})
    if len(known) == 1:
        return str(known[0])
    if not known:
        raise CliError("--amount of what? Nothing is open for this customer.", Exit.USAGE)
    raise CliError(
        f"--amount is in which currency? Say --currency {' or '.join(known)}.", Exit.USAGE
    )
