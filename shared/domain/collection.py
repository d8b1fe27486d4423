"""Money that is taken by itself: announced, then tried on its days. Values, and what follows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.domain.mandate import Method
from shared.domain.money import Money, total

PAID = "paid"
MANDATE_ENDED = "mandate_ended"
HANDED_OVER = "handed_over"
NOTHING_LEFT = "nothing_left"
NOT_ANNOUNCED = "not_announced"
WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What a refusal means: AGAIN another day, NEVER by this method, or not THIS_TIME."""

    AGAIN = "again"
    NEVER = "never"
    THIS_TIME = "this_time"


_NEVER = frozenset(
    {
        "account_closed",
        "authentication_required",
        "bank_account_unusable",
        "card_not_supported",
        "customer_not_found",
        "debit_not_authorized",
        "expired_card",
        "fraudulent",
        "incorrect_number",
        "invalid_account",
        "invalid_account_number",
        "lost_card",
        "mandate_invalid",
        "merchant_blacklist",
        "no_account",
        "payment_method_unactivated",
        "payment_method_unexpected_state",
        "payment_method_customer_decline",
        "pickup_card",
        "requires_action",
        "resource_missing",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "stop_payment_order",
        "transaction_not_allowed",
    }
)
_THIS_TIME = frozenset(
    {"amount_too_large", "amount_too_small", "parameter_invalid_integer", WITHDRAWN}
)


def verdict_on(code: str) -> Verdict:
    """Return what the gateway's code for a refusal means. One that nobody knows may pass."""
    if code in _NEVER:
        return Verdict.NEVER
    return Verdict.THIS_TIME if code in _THIS_TIME else Verdict.AGAIN


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt to take the money. code is "" while nobody knows, "paid", or why it failed.

    known_on is the day on which that was known.
    """

    on: date
    checkout_id: str
    code: str = ""
    known_on: date | None = None

    def as_of(self, day: date) -> "Try":
        """Return this as it was known on day."""
        known = self.known_on is not None and self.known_on <= day
        return self if known else replace(self, code="", known_on=None)


@dataclass(frozen=True, slots=True)
class Collection:
    """What is taken by itself of one currency from take_on, as notice n announced it.

    lines pair open items with the most that is taken of each. next_on is the day of the next try,
    None while one is under way and once it is over; retry_on are the days on which a refusal that
    may pass is tried again. outcome is a code from ended_on: paid, mandate_ended, handed_over,
    nothing_left, not_announced, withdrawn, or why the last try failed. account is what the lines
    are taken from.
    """

    collection_id: str
    mandate_id: str
    account: Method
    lines: tuple[tuple[str, Money], ...]
    announced_on: date
    take_on: date
    notice: int
    retry_on: tuple[date, ...] = ()
    next_on: date | None = None
    tries: tuple[Try, ...] = ()
    outcome: str = ""
    ended_on: date | None = None
    version: int = 1

    @property
    def amount(self) -> Money:
        """Return the most that is taken."""
        return total((amount for _, amount in self.lines), self.lines[0][1].currency)

    @property
    def over(self) -> bool:
        """Return whether nothing more is taken by it."""
        return self.ended_on is not None

    @property
    def under_way(self) -> Try | None:
        """Return the try of which nobody knows the outcome yet, or None."""
        last = self.tries[-1] if self.tries else None
        return last if last is not None and not last.code and not self.over else None

    @property
    def refused(self) -> Try | None:
        """Return the newest try where it failed, else None."""
        last = self.tries[-1] if self.tries else None
        return last if last is not None and last.code not in ("", PAID, WITHDRAWN) else None

    def names(self, item_id: str) -> bool:
        """Return whether money of an open item is taken by it."""
        return any(item_id == named for named, _ in self.lines)

    def begun(self, today: date, checkout_id: str) -> "Collection":
        """Return this with a try of today."""
        tries = (*self.tries, Try(today, checkout_id))
        return replace(self, tries=tries, next_on=None, version=self.version + 1)

    def failed(self, code: str, today: date) -> "Collection":
        """Return this once its try failed: waiting for the next day, or over. Never again today."""
        tries = (*self.tries[:-1], replace(self.tries[-1], code=code, known_on=today))
        ahead = _after(self.retry_on, max(today, self.tries[-1].on))
        after = replace(self, tries=tries, version=self.version + 1)
        if verdict_on(code) is Verdict.AGAIN and ahead is not None:
            return replace(after, next_on=ahead)
        return replace(after, next_on=None, outcome=code, ended_on=today)

    def ended(self, outcome: str, today: date) -> "Collection":
        """Return this once it is over; a try that brought the money says so."""
        tries = self.tries
        if outcome == PAID and tries:
            tries = (*tries[:-1], replace(tries[-1], code=PAID, known_on=today))
        version = self.version + 1
        return replace(
            self, tries=tries, next_on=None, outcome=outcome, ended_on=today, version=version
        )


def collections_as_of(all_known: Iterable[Collection], day: date) -> tuple[Collection, ...]:
    """Return the collections that were announced by day, as they stood on it."""
    return tuple(_as_of(c, day) for c in all_known if c.announced_on <= day)


def _as_of(collection: Collection, day: date) -> Collection:
    if collection.ended_on is not None and collection.ended_on <= day:
        return collection
    tries = tuple(one.as_of(day) for one in collection.tries if one.on <= day)
    next_on: date | None = collection.take_on
    if tries:
        ahead = _after(collection.retry_on, tries[-1].known_on or tries[-1].on)
        next_on = ahead if tries[-1].code else None
    return replace(collection, tries=tries, next_on=next_on, outcome="", ended_on=None)


def _after(days: Sequence[date], today: date) -> date | None:
    return next((day for day in days if day > today), None)
