"""promise: what customers say about when they pay."""

from typing import Annotated

import typer

from infra.cli.agreed_words import About, Amount, Customer, amount_of, ids, numbers, told
from infra.cli.money_words import Customer as CustomerName
from infra.cli.money_words import Key
from infra.cli.output import AsJson, EntityName, show_json, show_table, talk

app = typer.Typer(help="Promises to pay.", no_args_is_help=True)


@app.command("list")
def show(customer: CustomerName, entity: EntityName = None, as_json: AsJson = False) -> None:
    """List a customer's promises and how each stands."""
    whose = Customer(customer, entity)
    found = whose.agreed("promises")
    if as_json:
        show_json(found)
        return
    opened = whose.documents(None, everything=True)
    rows = [
        (p["promise_id"], p["pays_on"], p["last_day"], told(p["amount"]), p["state"], p["by"],
         numbers(opened, p["documents"]))
        for p in found
    ]  # fmt: skip
    show_table("", ("id", "pays on", "grace to", ">amount", "state", "by", "for"), rows)


@app.command("make")
def make(
    customer: CustomerName,
    on: Annotated[str, typer.Option(help="The day by which the money comes, ISO.")],
    about: About = None,
    amount: Amount = "",
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Note that a customer will pay: these are not chased until that day and its grace are over.

    Example: duecourse promise make C-7 --for INV-7 --on 2026-03-20
    """
    whose = Customer(customer, entity)
    documents = whose.documents(about)
    body = {"documents": ids(documents), "pays_on": on} | amount_of(amount, documents)
    made = whose.post("promises", body, key)
    if as_json:
        show_json(made)
        return
    until = made["last_day"]
    talk().print(
        f"{made['promise_id']}: {told(made['amount'])}, quiet through {until}.", markup=False
    )


@app.command("withdraw")
def withdraw(
    customer: CustomerName,
    promise: Annotated[str, typer.Argument(help="The promise's id.")],
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Take a promise back: the ladder goes on at once."""
    past = Customer(customer, entity).post(f"promises/{promise}/withdraw", {})
    if as_json:
        show_json(past)
        return
    talk().print(f"{promise}: {past['state']}.", markup=False)
