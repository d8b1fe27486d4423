"""dispute: what customers contest, and how that ends."""

from typing import Annotated

import typer

from infra.cli.agreed_words import About, Amount, Customer, Line, amount_of, ids, numbers, told
from infra.cli.money_words import Customer as CustomerName
from infra.cli.money_words import Key
from infra.cli.output import AsJson, EntityName, show_json, show_table, talk

app = typer.Typer(help="What customers contest.", no_args_is_help=True)
_REASONS = "price, quantity, quality, not_received, not_ordered, duplicate, already_paid or other."


@app.command("list")
def show(customer: CustomerName, entity: EntityName = None, as_json: AsJson = False) -> None:
    """List what a customer contests."""
    whose = Customer(customer, entity)
    found = whose.agreed("disputes")
    if as_json:
        show_json(found)
        return
    opened = whose.documents(None, everything=True)
    rows = [
        (d["dispute_id"], d["opened_on"], d["reason"], told(d["amount"]), d["outcome"] or "open",
         numbers(opened, d["documents"]), d["text"][:60])
        for d in found
    ]  # fmt: skip
    show_table("", ("id", "since", "reason", ">amount", "outcome", "for", "text"), rows)


@app.command("open")
def open_(
    customer: CustomerName,
    reason: Annotated[str, typer.Option(help=_REASONS)],
    about: About = None,
    text: Annotated[str, typer.Option(help="What the customer says.")] = "",
    amount: Amount = "",
    line: Line = 0,
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Note that a customer contests invoices, an amount of one, or one of its lines.

    Example: duecourse dispute open C-7 --for INV-7 --line 2 --reason quantity --text "3 of 10 came"
    """
    whose = Customer(customer, entity)
    documents = whose.documents(about)
    body = {"documents": ids(documents), "reason": reason, "text": text, "line": line}
    made = whose.post("disputes", body | amount_of(amount, documents), key)
    if as_json:
        show_json(made)
        return
    talk().print(f"{made['dispute_id']}: {told(made['amount'])} is not chased.", markup=False)


@app.command("close")
def close(
    customer: CustomerName,
    dispute: Annotated[str, typer.Argument(help="The dispute's id.")],
    outcome: Annotated[str, typer.Option(help="won, lost (the customer was right) or withdrawn.")],
    answer: Annotated[str, typer.Option(help="What the customer is told.")] = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Say how a dispute ended. What was lost waits two weeks for its credit note."""
    body = {"outcome": outcome, "answer": answer}
    ended = Customer(customer, entity).post(f"disputes/{dispute}/close", body)
    if as_json:
        show_json(ended)
        return
    quiet = f", quiet through {ended['quiet_through']}" if ended["quiet_through"] else ""
    talk().print(f"{dispute}: {ended['outcome']}{quiet}.", markup=False)
