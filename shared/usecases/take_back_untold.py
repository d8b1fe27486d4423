"""Nothing is owed that was charged for a message that never went out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from shared.domain.books import Books
from shared.domain.charge_postings import REASON_NOT_ANNOUNCED, correction_posting
from shared.domain.clock import Now
from shared.domain.movement import Posting
from shared.domain.notice import Notice
from shared.domain.untold import untold_charges
from shared.usecases.ports.accounts import ReadsAccount, ReadsNotice
from shared.usecases.ports.books import ReadsBooks
from shared.usecases.try_again import try_again


class Accounts(ReadsAccount, ReadsNotice, Protocol):
    """Accounts and what they were told."""


class Ledger(ReadsBooks, Protocol):
    def lower_charges(self, entity_id: str, books: Books, posting: Posting, now: Now) -> bool: ...


@dataclass(frozen=True, slots=True)
class Untold:
    """What taking charges back touches. pause waits before try n (from 0)."""

    accounts: Accounts
    ledger: Ledger
    pause: Callable[[int], None]


def take_back_untold(
    ports: Untold, entity_id: str, customer_id: str, notice: Notice, now: Now
) -> int:
    """Take back what notice was to tell of and nothing else tells; return how many charges.

    It comes before the notice is closed unsent, so that no crash between leaves a fee behind. May
    be asked again. Raises WriteConflict where the books are contended.
    """
    if not notice.fee:
        return 0
    return try_again(ports.pause, partial(_take_back, ports, entity_id, customer_id, notice, now))


def _take_back(ports: Untold, entity_id: str, customer_id: str, notice: Notice, now: Now) -> int:
    whose = (entity_id, customer_id)
    newest = ports.accounts.account(*whose).newest_notice
    last = newest.n if newest else notice.n
    later = [ports.accounts.notice(*whose, n) for n in range(notice.n + 1, last + 1)]
    customer, books = ports.ledger.look(*whose)
    today, taken = now.today(customer.time_zone), 0
    for charge in untold_charges(notice, later, books.documents):
        cause, reason = f"untold.{notice.n}", REASON_NOT_ANNOUNCED
        posting = correction_posting(charge, books, charge.open, (), cause, today, now, reason)
        if posting is not None:
            taken += ports.ledger.lower_charges(entity_id, books, posting, now)
    return taken
