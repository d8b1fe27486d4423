"""money: unapplied money put to use or given back, and claims given up."""

from typing import Annotated, Any

import typer

from infra.cli.api import Api, segment
from infra.cli.currencies import of_document, of_source, said
from infra.cli.money_words import (
    Amount,
    Currency,
    Customer,
    Document,
    For,
    Key,
    Note,
    OldestFirst,
    Source,
    money,
    part,
    place_of,
    post,
    show_credits,
    show_document,
    source_path,
)
from infra.cli.output import AsJson, EntityName, Yes, confirm, show_json, talk


def credits(customer: Customer, entity: EntityName = None, as_json: AsJson = False) -> None:
    """List a customer's unapplied money by payment and credit note."""
    api = Api.found()
    place = f"/entities/{segment(api.entity(entity))}/customers/{segment(customer)}/credits"
    show_credits(api.get(place), as_json)


def allocate(
    customer: Customer,
    source: Source,
    parts: For = None,
    oldest_first: OldestFirst = False,
    currency: Currency = "",
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Put unapplied money to use.

    Example: duecourse money allocate C-7 01J... --for INV-7=20.00
    """
    if any("=" in one for one in parts or ()):
        currency = said(currency) or of_source(*place_of(entity), customer, source)
    body = {
        "parts": [part(one, currency) for one in parts or ()],
        "oldest_first": oldest_first,
    }
    show_credits(post(f"{source_path(customer, source)}/allocate", body, key, entity), as_json)


def refund(
    customer: Customer,
    source: Source,
    amount: Amount,
    currency: Currency = "",
    reason: Annotated[str, typer.Option(help="A short code.")] = "requested_by_customer",
    release: Annotated[
        bool, typer.Option("--release", help="Take back what it paid, as far as needed.")
    ] = False,
    text: Note = "",
    yes: Yes = False,
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Give unapplied money back: through the gateway if it came from there, else by transfer."""
    currency = said(currency) or of_source(*place_of(entity), customer, source)
    confirm(f"Give {amount} {currency} back to {customer}?", yes)
    body = {
        "amount": money(amount, currency),
        "reason": reason,
        "release": release,
        "note": text,
    }
    made = post(f"{source_path(customer, source)}/refunds", body, key, entity)
    if as_json:
        show_json(made)
    else:
        by_hand = "" if made["via"] == "gateway" else ": transfer it now"
        talk().print(f"Refund {made['refund_id']} is {made['state']}{by_hand}.", markup=False)


def write_off(
    document: Document,
    reason: Annotated[
        str,
        typer.Option(
            help="insolvent, uncollectible, disputed, statute_barred, too_small or other."
        ),
    ],
    amount: Annotated[str, typer.Option(help="Left out: all that is open.")] = "",
    currency: Currency = "",
    text: Note = "",
    yes: Yes = False,
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Give up what is open of a document as bad debt."""
    confirm(f"Write {amount or 'all that is open'} of {document} off?", yes)
    body: dict[str, Any] = {"reason": reason, "note": text}
    if amount:
        currency = said(currency) or of_document(*place_of(entity), document)
        body["amount"] = money(amount, currency)
    show_document(post(f"/invoices/{segment(document)}/write-off", body, key, entity), as_json)


def ask_again(
    document: Document, key: Key = "", entity: EntityName = None, as_json: AsJson = False
) -> None:
    """Undo a write-off: the document is open again, due as it was."""
    show_document(post(f"/invoices/{segment(document)}/ask-again", {}, key, entity), as_json)


def deduct(
    document: Document,
    amount: Amount,
    reason: Annotated[
        str,
        typer.Option(
            help="damaged, short_delivery, price, returned, bank_fee, promotion or other."
        ),
    ],
    currency: Currency = "",
    text: Note = "",
    key: Key = "",
    entity: EntityName = None,
    as_json: AsJson = False,
) -> None:
    """Accept that a part of a document is not paid."""
    currency = said(currency) or of_document(*place_of(entity), document)
    body = {"amount": money(amount, currency), "reason": reason, "note": text}
    show_document(post(f"/invoices/{segment(document)}/deduct", body, key, entity), as_json)
