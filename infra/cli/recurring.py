"""recurring: invoices that come back every month, quarter or year."""

from typing import Annotated

import typer

from infra.cli.api import Api, segment
from infra.cli.currencies import of_customer, said
from infra.cli.money_words import CustomersCurrency, Key, money, place_of, post
from infra.cli.output import AsJson, EntityName, show_json, show_table, talk

app = typer.Typer(help="Invoices that come back: add, list, stop.", no_args_is_help=True)


@app.command("add")
def add(
    customer: Annotated[str, typer.Argument(help="The customer's id or the ERP's.")],
    amount: Annotated[str, typer.Argument(help="Decimal text, such as 49.90.")],
    description: Annotated[str, typer.Option(help="What the invoice is for.")],
    first_on: Annotated[str, typer.Option(help="Date of the first invoice, ISO.")],
    currency: CustomersCurrency = "",
    every_months: Annotated[int, typer.Option(help="1, 3 or 12.")] = 1,
    tax: Annotated[str, typer.Option(help="Percent of tax that the amount includes.")] = "",
    terms: Annotated[str, typer.Option(help="Such as net 30; else the customer's.")] = "",
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Issue an invoice on the first date and every month, quarter or year after it.

    Example: duecourse recurring add C-7 49.90 --description Hosting --first-on 2026-01-31
    """
    api, place = place_of(entity)
    whose = api.get(f"{place}/customers/{segment(customer)}")
    made = post(
        "/recurrences",
        {
            "customer_id": whose["customer_id"],
            "description": description,
            "amount": money(amount, said(currency) or of_customer(api, place, whose)),
            "every_months": every_months,
            "first_on": first_on,
            "terms": terms,
            "tax_rate_percent": tax or None,
        },
        key,
        entity,
    )
    if as_json:
        show_json(made)
    else:
        talk().print(f"{made['recurrence_id']} starts on {made['next_on']}.", markup=False)


@app.command("list")
def list_all(entity: EntityName = None, as_json: AsJson = False) -> None:
    """List the schedules and when each issues its next invoice."""
    api = Api.found()
    items = api.get(f"/entities/{segment(api.entity(entity))}/recurrences")["items"]
    if as_json:
        show_json(items)
        return
    rows = [
        (
            r["recurrence_id"],
            r["description"],
            r["amount"]["amount"],
            r["amount"]["currency"],
            str(r["every_months"]),
            r["next_on"] if r["active"] else "stopped",
        )
        for r in items
    ]
    show_table("", ("id", "for", ">amount", "", ">months", "next"), rows)


@app.command("stop")
def stop(
    recurrence: Annotated[str, typer.Argument(help="Its id, as list shows it.")],
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Issue no more invoices of a schedule. What was issued stays."""
    api = Api.found()
    place = f"/entities/{segment(api.entity(entity))}/recurrences/{segment(recurrence)}"
    stopped = api.post(f"{place}/stop")
    if as_json:
        show_json(stopped)
    else:
        talk().print(f"{recurrence} is stopped.", markup=False)
