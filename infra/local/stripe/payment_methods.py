# SPDX-License-Identifier: GPL-3.0-or-later
"""What a payer pays with: cards and bank debits, and which of Stripe's test numbers fail."""

from dataclasses import dataclass
from typing import Any

from localstripe import resources

from infra.local.stripe.errors import invalid
from infra.local.stripe.params import choice, text


@dataclass(frozen=True)
class Failure:
    """Why a payment does not go through."""

    code: str
    message: str
    decline_code: str | None = None


@dataclass(frozen=True)
class Debit:
    """A kind of bank debit: its currency, its two numbers and Stripe's test account."""

    currency: str
    account_field: str
    account: str
    routing_field: str | None = None
    routing: str | None = None


DEBITS = {
    "sepa_debit": Debit("eur", "iban", "DE89370400440532013000"),
    "us_bank_account": Debit(
        "usd", "account_number", "000123456789", "routing_number", "110000000"
    ),
    "bacs_debit": Debit("gbp", "account_number", "00012345", "sort_code", "108800"),
}
KINDS = ("card", *DEBITS)


def _declined(message: str, decline_code: str) -> Failure:
    return Failure("card_declined", message, decline_code)


CARD_FAILURES = {
    "4000000000000002": _declined("Your card was declined.", "generic_decline"),
    "4000000000000341": _declined("Your card was declined.", "generic_decline"),
    "4000000000009995": _declined("Your card has insufficient funds.", "insufficient_funds"),
    "4000000000009987": _declined("Your card was declined.", "lost_card"),
    "4000000000009979": _declined("Your card was declined.", "stolen_card"),
    "4000000000000069": Failure("expired_card", "Your card has expired."),
    "4000000000000127": Failure("incorrect_cvc", "Your card's security code is incorrect."),
    "4000000000000119": Failure("processing_error", "An error occurred while processing the card."),
}
_NO_FUNDS = Failure("insufficient_funds", "The account has insufficient funds.")
_NOT_ALLOWED = Failure("debit_not_authorized", "The customer's bank refused the debit.")
DEBIT_FAILURES = {
    "DE62370400440532013001": _NO_FUNDS,
    "000111111113": Failure("account_closed", "The bank account has been closed."),
    "000111111116": Failure("no_account", "The bank account could not be located."),
    "000222222227": _NO_FUNDS,
    "000333333335": _NOT_ALLOWED,
    "22222227": _NO_FUNDS,
    "33333335": _NOT_ALLOWED,
}


ALWAYS_ASKS = "4000002760003184"
"""Stripe's test card whose bank asks its owner at every payment."""
ASKED = _declined("Your card was declined: its bank asks you.", "authentication_required")


class BankAccount(resources.PaymentMethod):
    """A payment method of a kind that localstripe lacks: an American or British bank account."""

    def __init__(self, kind: str, details: dict[str, Any], owner: dict[str, Any]) -> None:
        """Keep the account's last digits; the number itself only decides the outcome."""
        debit = DEBITS[kind]
        number = text(details.get(debit.account_field), f"{kind}[{debit.account_field}]", 34)
        routing = text(details.get(debit.routing_field), f"{kind}[{debit.routing_field}]", 34)
        resources.StripeObject.__init__(self)
        self._account = number
        self.type = kind
        self.billing_details = owner
        self.customer = None
        self.metadata = {}
        account = {
            "last4": number[-4:],
            "fingerprint": resources.fingerprint(routing + number),
            debit.routing_field: routing,
        }
        setattr(self, kind, account)


def make(kind: str, details: dict[str, Any], name: str | None, email: str | None) -> Any:
    """Return a new payment method of a kind, or raise the error that its numbers deserve."""
    choice(kind, "type", KINDS)
    owner = {"address": None, "email": email, "name": name, "phone": None, "tax_id": None}
    if kind == "card":
        number = text(details.get("number"), "card[number]", 32).replace(" ", "")
        if not (number.isdigit() and len(number) == 16):
            raise invalid("Your card number is incorrect.", "card[number]", "incorrect_number")
        return resources.PaymentMethod(
            type=kind, card={**details, "number": number}, billing_details=owner
        )
    if kind == "sepa_debit":
        iban = text(details.get("iban"), "sepa_debit[iban]", 42)
        return resources.PaymentMethod(type=kind, sepa_debit={"iban": iban}, billing_details=owner)
    return BankAccount(kind, details, owner)


def create(params: dict[str, Any]) -> Any:
    """Return the payment method of an API call: localstripe's kinds, and ours."""
    kind = params.get("type")
    if kind in DEBITS and kind != "sepa_debit":
        owner = params.get("billing_details") or {}
        return BankAccount(kind, params.get(kind) or {}, owner)
    return resources.PaymentMethod._api_create(**params)


def is_debit(method: Any) -> bool:
    """Return whether the money comes days later, from a bank."""
    return method.type in DEBITS


def failure_of(method: Any, *, off_session: bool = False) -> Failure | None:
    """Return why a payment by this method fails, or None when it goes through.

    Off session nobody is there to answer a bank that asks.
    """
    if getattr(method, "_declines", None) is not None:
        return method._declines
    if off_session and method.type == "card" and method._card_number == ALWAYS_ASKS:
        return ASKED
    if method.type == "card":
        return CARD_FAILURES.get(method._card_number)
    if method.type == "sepa_debit":
        return DEBIT_FAILURES.get(method._sepa_debit_iban)
    return DEBIT_FAILURES.get(getattr(method, "_account", ""))
