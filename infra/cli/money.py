"""money: note payments, and what becomes of them."""

from typing import Annotated, Any

import typer

from infra.cli import claims
from infra.cli.api import Api, segment
from infra.cli.currencies import of_money, of_payment, said
from infra.cli.money_words import (
    Amount,
    Currency,
    Customer,
    For,
    Key,
    Note,
    OldestFirst,
    Payment,
    document_of,
    money,
    part,
    place_of,
    post,
    received_in,
    show_payment,
)
from infra.cli.output import AsJson, EntityName, Yes, confirm

app = typer.Typer(help="Payments, refunds and write-offs by hand.", no_args_is_help=True)
app.command("credits")(claims.credits)
app.command("allocate")(claims.allocate)
app.command("refund")(claims.refund)
app.command("write-off")(claims.write_off)
app.command("ask-again")(claims.ask_again)
app.command("deduct")(claims.deduct)


@app.command("note")
def note(
    customer: Customer,
    amount: Amount,
    on: Annotated[str, typer.Option(help="The day on which it came, ISO.")],
    parts: For = None,
    oldest_first: OldestFirst = False,
    currency: Currency = "",
    reference: Annotated[str, typer.Option(help="The bank's reference.")] = "",
    method: Annotated[str, typer.Option(help="transfer, cheque, cash, direct_debit.")] = "transfer",
    received: Annotated[
        str, typer.Option(help="What arrived in another currency, such as 107.07-USD@0.92.")
    ] = "",
    pending: Annotated[bool, typer.Option("--pending", help="It is announced for that day.")] = (
        False
    ),
    another: Annotated[
        bool, typer.Option("--another", help="Not the one of this reference, amount and day.")
    ] = False,
    receipt: Annotated[bool, typer.Option("--receipt", help="Mail the customer.")] = False,
    text: Note = "",
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Note money that came by bank or by hand.

    Example: duecourse money note C-7 150.00 --on 2026-03-02 --for INV-7=100 --for INV-8
    """
    api, place = place_of(entity)
    named = [document_of(one) for one in parts or ()]
    currency = said(currency) or of_money(api, place, customer, named)
    body: dict[str, Any] = {
        "amount": money(amount, currency),
        "received_on": on,
        "method": method,
        "reference": reference,
        "parts": [part(one, currency) for one in parts or ()],
        "oldest_first": oldest_first,
        "pending": pending,
        "another": another,
        "receipt": receipt,
        "note": text,
    }
    if received:
        body |= received_in(received)
    made = post(f"/customers/{segment(customer)}/payments", body, key, entity)
    show_payment(made, as_json)


@app.command("show")
def show(payment: Payment, entity: EntityName = None, as_json: AsJson = False) -> None:
    """Show one payment and what it is used for."""
    api = Api.found()
    found = api.get(f"/entities/{segment(api.entity(entity))}/payments/{segment(payment)}")
    show_payment(found, as_json)


@app.command("settle")
def settle(
    payment: Payment,
    on: Annotated[str, typer.Option(help="The day on which it came, ISO.")],
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """An announced payment has come."""
    made = post(f"/payments/{segment(payment)}/settle", {"received_on": on}, key, entity)
    show_payment(made, as_json)


@app.command("fail")
def fail(
    payment: Payment, key: Key = "", entity: EntityName = None, as_json: AsJson = False
) -> None:
    """An announced payment will not come."""
    show_payment(post(f"/payments/{segment(payment)}/fail", {}, key, entity), as_json)


@app.command("reverse")
def reverse(
    payment: Payment,
    reason: Annotated[
        str, typer.Option(help="bounced, recalled, wrong_customer, noted_twice or other.")
    ],
    on: Annotated[str, typer.Option(help="Value date; today if left out.")] = "",
    text: Note = "",
    yes: Yes = False,
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Take a payment out of the books; what it paid is open again as it was due."""
    confirm(f"Take payment {payment} back? Its invoices are open again then.", yes)
    body = {"reason": reason, "note": text} | ({"returned_on": on} if on else {})
    show_payment(post(f"/payments/{segment(payment)}/reverse", body, key, entity), as_json)


@app.command("move")
def move(
    payment: Payment,
    document: Annotated[str, typer.Argument(help="The id of the document to take it from.")],
    amount: Annotated[str, typer.Option(help="Left out: all of it.")] = "",
    to: Annotated[str, typer.Option(help="DOCUMENT or DOCUMENT=AMOUNT; left out: unapplied.")] = "",
    currency: Currency = "",
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Move an allocation to another document, or make its money unapplied again."""
    body: dict[str, Any] = {"document_id": document}
    if amount or "=" in to:
        currency = said(currency) or of_payment(*place_of(entity), payment)
    if amount:
        body["amount"] = money(amount, currency)
    if to:
        body["to"] = part(to, currency)
    show_payment(post(f"/payments/{segment(payment)}/move", body, key, entity), as_json)
