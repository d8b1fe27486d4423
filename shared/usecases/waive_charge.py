"""Give up a charge, or part of it: with a reason, and by somebody."""

from collections.abc import Callable, Sequence
from typing import Protocol

from shared.domain.account import Customer, Document
from shared.domain.books import Books
from shared.domain.charge_postings import waiver_posting
from shared.domain.clock import Now
from shared.domain.money import Money
from shared.domain.movement import Posting
from shared.errors import NotFound, WriteConflict

_ATTEMPTS_MAX = 5


class Ledger(Protocol):
    def look(
        self, entity_id: str, customer_id: str, closed: Sequence[str] = ()
    ) -> tuple[Customer, Books]: ...
    def post(self, entity_id: str, books: Books, posting: Posting) -> bool: ...
    def posting(self, entity_id: str, customer_id: str, posting_id: str) -> Posting | None: ...


def waive_charge(
    ledger: Ledger,
    pause: Callable[[int], None],
    entity_id: str,
    customer_id: str,
    charge_id: str,
    now: Now,
    *,
    amount: Money | None,
    reason: str,
    note: str,
    by: str,
    request_id: str = "",
) -> Document:
    """Return the charge as it stands after amount of it, or all that is open, was given up.

    The same request_id waives once. Raises NotFound for the charge, InvalidInput where amount is
    not above zero and at most what is open, and WriteConflict where others kept being first.
    """
    for attempt in range(_ATTEMPTS_MAX):
        customer, books = ledger.look(entity_id, customer_id, [charge_id])
        charge = books.document(charge_id)
        if charge is None:
            raise NotFound(charge=charge_id[:64])
        if request_id and ledger.posting(
            entity_id, customer_id, f"waiver:{charge_id}:{request_id}"
        ):
            return charge
        today = now.today(customer.time_zone)
        cause = request_id or str(charge.version)
        posting = waiver_posting(charge, amount, reason, note, by, today, now, cause)
        try:
            ledger.post(entity_id, books, posting)
        except WriteConflict:
            pause(attempt)
            continue
        _, books = ledger.look(entity_id, customer_id, [charge_id])
        return books.document(charge_id) or charge
    raise WriteConflict(charge=charge_id)
