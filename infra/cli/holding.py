"""hold: not chasing for a while."""

from typing import Annotated

import typer

from infra.cli.agreed_words import About, Amount, Customer, Line, amount_of, ids, numbers, told
from infra.cli.errors import CliError, Exit
from infra.cli.money_words import Customer as CustomerName
from infra.cli.money_words import Key
from infra.cli.output import AsJson, EntityName, show_json, show_table, talk

app = typer.Typer(help="Holds: not chasing for a while.", no_args_is_help=True)


@app.command("list")
def show(customer: CustomerName, entity: EntityName = None, as_json: AsJson = False) -> None:
    """List a customer's holds, those that are over included."""
    whose = Customer(customer, entity)
    found = whose.agreed("holds")
    if as_json:
        show_json(found)
        return
    opened = whose.documents(None, everything=True)
    rows = [
        (h["hold_id"], h["starts_on"], h["ended_on"] or h["ends_on"], h["reason"],
         told(h["amount"]), h["by"], numbers(opened, h["documents"]))
        for h in found
    ]  # fmt: skip
    show_table("", ("id", "from", "to", "reason", ">amount", "by", "for"), rows)


@app.command("put")
def put(
    customer: CustomerName,
    reason: Annotated[str, typer.Option(help="Why, in a few words.")],
    through: Annotated[str, typer.Option(help="The last day, ISO.")],
    about: About = None,
    amount: Amount = "",
    line: Line = 0,
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Stop chasing a customer, some invoices, or an amount or a line of one.

    Example: duecourse hold put C-7 --reason "talks" --through 2026-03-31 --for INV-7
    """
    if amount and not about:
        raise CliError("--amount goes with --for.", Exit.USAGE)
    whose = Customer(customer, entity)
    documents = whose.documents(about) if about else []
    body = {"reason": reason, "ends_on": through, "documents": ids(documents), "line": line}
    made = whose.make("holds", body | amount_of(amount, documents), key)
    if as_json:
        show_json(made)
        return
    talk().print(f"{made['hold_id']}: held through {made['ends_on']}.", markup=False)


@app.command("end")
def end(
    customer: CustomerName,
    hold: Annotated[str, typer.Argument(help="The hold's id.")],
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """End a hold before its day: the ladder goes on at once."""
    ended = Customer(customer, entity).post(f"holds/{hold}/end", {})
    if as_json:
        show_json(ended)
        return
    talk().print(f"{hold}: ended on {ended['ended_on']}.", markup=False)
