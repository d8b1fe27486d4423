"""Mandates: a customer's authorisation to collect automatically, given on the gateway's page."""

from dataclasses import dataclass, replace
from datetime import date, datetime

BY_CUSTOMER = "customer"
ENDED_BY_CUSTOMER = "by_customer"
BY_OPERATOR = "by_operator"
_CALLED = {
    "acss_debit": "PAD",
    "au_becs_debit": "BECS",
    "bacs_debit": "Bacs",
    "sepa_debit": "SEPA",
    "us_bank_account": "ACH",
}
_CURRENCY_OF = {
    "acss_debit": "CAD",
    "au_becs_debit": "AUD",
    "bacs_debit": "GBP",
    "sepa_debit": "EUR",
    "us_bank_account": "USD",
}
"""Bank debits move one currency; cards move any."""


@dataclass(frozen=True, slots=True)
class Method:
    """What money is taken from: the gateway's names for payer and method, and what a payer knows.

    kind is the gateway's word, brand the card's or the bank's ("" where unknown), last4 the last
    digits. No more of a card or an account is known here.
    """

    payer: str
    reference: str
    kind: str
    brand: str = ""
    last4: str = ""

    @property
    def is_debit(self) -> bool:
        """Return whether the payer's bank is asked: each refusal then costs a fee."""
        return self.kind in _CURRENCY_OF

    @property
    def label(self) -> str:
        """Return what payers know it by, such as Visa ••4242."""
        name = _CALLED.get(self.kind) or (self.brand or self.kind).replace("_", " ").capitalize()
        return f"{name} \u2022\u2022{self.last4}" if self.last4 else name


@dataclass(frozen=True, slots=True)
class Mandate:
    """A customer's leave to take what is due: asked for, then given on given_on, over on ended_on.

    currency is that in which it was asked for. session_id and url are the gateway's page, by whom
    it was asked for is by. ended_why is a code: by_customer, by_operator, replaced, not_given,
    returned, or the gateway's reason for refusing the money for good.
    """

    mandate_id: str
    currency: str
    asked_at: datetime
    by: str
    session_id: str = ""
    url: str = ""
    given_on: date | None = None
    method: Method | None = None
    ended_on: date | None = None
    ended_why: str = ""
    version: int = 1

    def as_of(self, day: date) -> "Mandate | None":
        """Return this as it stood on day; None where it was not given yet, or was over."""
        if self.given_on is None or self.given_on > day:
            return None
        if self.ended_on is None:
            return self
        return replace(self, ended_on=None, ended_why="") if self.ended_on > day else None

    def in_force(self, today: date) -> bool:
        """Return whether money may be taken on today."""
        given = self.given_on is not None and self.given_on <= today
        return given and (self.ended_on is None or today < self.ended_on)

    def takes(self, currency: str) -> bool:
        """Return whether money of currency can be taken by it."""
        if self.method is None:
            return False
        return _CURRENCY_OF.get(self.method.kind, currency) == currency
