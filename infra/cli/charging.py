"""charges, waive, interest: what late payment costs a customer, and giving it up."""

from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from infra.cli.api import Api, segment
from infra.cli.currencies import of_charge, said
from infra.cli.money_words import Currency, Key, money, place_of, post
from infra.cli.output import AsJson, EntityName, data, show_json, show_table, talk


def charges(
    invoice: Annotated[str, typer.Option(help="Of this invoice only.")] = "",
    customer: Annotated[str, typer.Option(help="Our id or the ERP's.")] = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """List late fees, interest and fixed sums."""
    api = Api.found()
    path = f"/entities/{segment(api.entity(entity))}/charges"
    items = list(api.pages(path, invoice=invoice, customer=customer))
    if as_json:
        show_json(items)
        return
    rows = [
        (
            c["number"],
            c["kind"],
            c["issued_on"],
            c["due_on"],
            c["total"]["amount"],
            c["open"]["amount"],
            c["total"]["currency"],
        )
        for c in items
    ]
    show_table("", ("number", "kind", "issued", "due", ">total", ">open", ""), rows)


def waive(
    charge: Annotated[str, typer.Argument(help="A charge's number or id.")],
    reason: Annotated[
        str, typer.Option(help="goodwill, agreement, dispute, error, uneconomic or other.")
    ],
    amount: Annotated[str, typer.Option(help="Decimal text; default all that is open.")] = "",
    currency: Currency = "",
    note: Annotated[str, typer.Option(help="For whoever reads the books later.")] = "",
    customer: Annotated[str, typer.Option(help="Whose it is, where two have that number.")] = "",
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Give up a charge, or part of it.

    Example: duecourse waive INV-000012-FEE --reason goodwill --note "first time in years"
    """
    body: dict[str, Any] = {"reason": reason, "note": note}
    if amount:
        api, place = place_of(entity)
        currency = said(currency) or of_charge(api, place, charge, customer)
        body["amount"] = money(amount, currency)
    whose = f"?{urlencode({'customer': customer})}" if customer else ""
    left = post(f"/charges/{segment(charge)}/waive{whose}", body, key, entity)
    if as_json:
        show_json(left)
        return
    rest = f"{left['open']['amount']} {left['open']['currency']}"
    talk().print(f"{left['number']}: {rest} is open.", markup=False)


def interest(
    invoice: Annotated[str, typer.Argument(help="An invoice: our id, its number or the ERP's id.")],
    to: Annotated[str, typer.Option(help="Last day, ISO; default today.")] = "",
    law: Annotated[str, typer.Option(help="Instead of the policy's: uk, de, eu, ...")] = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Reckon an invoice's interest, line by line. Nothing is charged by it.

    Rates of a law are known as far as its central bank had published them; those published since
    are `rates` of the policy's interest (docs/policies.md).

    Example: duecourse interest INV-000012 --to 2026-03-31 --law uk
    """
    api = Api.found()
    path = f"/entities/{segment(api.entity(entity))}/invoices/{segment(invoice)}/interest"
    sheet = api.get(path, to=to, law=law)
    if as_json:
        show_json(sheet)
        return
    total, charged = sheet["total"], sheet["charged"]["amount"]
    rows = [
        (
            line["first"],
            line["last"],
            str(line["days"]),
            line["balance"]["amount"],
            line["percent"],
            line["amount"]["amount"],
        )
        for line in sheet["lines"]
    ]
    title = f"{sheet['number']}: interest through {sheet['through']}"
    show_table(title, ("from", "to", ">days", ">balance", ">% a year", ">interest"), rows)
    data().print(f"{total['amount']} {total['currency']}, charged {charged}", markup=False)
    data().print(f"{sheet['law']} ({sheet['claim']})", markup=False)
    for source in sheet["sources"]:
        data().print(f"  {source}", markup=False)
