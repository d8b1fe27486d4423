"""The currency of an amount that was typed without one: that of what it is about."""

from collections.abc import Iterable
from typing import Any

from infra.cli.api import Api, segment
from infra.cli.errors import CliError, Exit


def said(currency: str) -> str:
    """Return the currency that somebody typed as its code: "eur" means EUR."""
    return currency.strip().upper()


def of_customer(api: Api, place: str, customer: Any) -> str:
    """Return the currency of a customer, as the API told of it, else of the entity at place."""
    return str(customer.get("currency") or api.get(place)["currency"])


def of_document(api: Api, place: str, document: str) -> str:
    """Return the currency of an invoice, charge or credit note."""
    return str(api.get(f"{place}/invoices/{segment(document)}")["total"]["currency"])


def of_charge(api: Api, place: str, charge: str, customer: str = "") -> str:
    """Return the currency of a charge by its number or id; customer is whose it is, "" for one."""
    found = api.get(f"{place}/charges/{segment(charge)}", customer=customer)
    return str(found["total"]["currency"])


def of_payment(api: Api, place: str, payment: str) -> str:
    """Return the currency in which a payment is allocated."""
    return str(api.get(f"{place}/payments/{segment(payment)}")["amount"]["currency"])


def of_source(api: Api, place: str, customer: str, source: str) -> str:
    """Return the currency of a payment or credit note of a customer."""
    path = f"{place}/customers/{segment(customer)}/credits"
    for credit in api.get(path)["items"]:
        if credit["source_id"] == source:
            return str(credit["unapplied"]["currency"])
    return of_payment(api, place, source)


def of_money(api: Api, place: str, customer: str, documents: Iterable[str]) -> str:
    """Return the currency of money from a customer: of the documents that it is for, by name.

    Where it is for none, that of what is open; where nothing is, the customer's. Raises CliError
    where there are several.
    """
    path = f"{place}/customers/{segment(customer)}"
    named = list(documents)
    if named:
        known = {of_document(api, place, name) for name in named}
    else:
        open_now = api.pages(f"{place}/invoices", customer=customer)
        known = {document["open"]["currency"] for document in open_now}
    return only(known) or of_customer(api, place, api.get(path))


def only(currencies: Iterable[str]) -> str:
    """Return the only one of currencies, "" for none. Raises CliError for several."""
    known = sorted(set(currencies))
    if len(known) > 1:
        wanted = " or ".join(known)
        raise CliError(f"In which currency is the amount? Say --currency {wanted}.", Exit.USAGE)
    return known[0] if known else ""
