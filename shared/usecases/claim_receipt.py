"""A payment's receipt takes a number like every other message."""

from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.notice import Notice
from shared.domain.notices import next_notice
from shared.usecases.ports.accounts import ReadsAccount

_ATTEMPTS_MAX = 8


class Receipts(Protocol):
    def claimed(self, entity_id: str, customer_id: str, payment_id: str) -> bool: ...
    def claim(self, entity_id: str, customer_id: str, notice: Notice, wall: datetime) -> bool: ...


def claim_receipt(
    accounts: ReadsAccount,
    receipts: Receipts,
    entity_id: str,
    customer_id: str,
    payment_id: str,
    now: Now,
) -> str:
    """Claim the one receipt of a payment; return "claimed" or "known".

    Raises RuntimeError after losing the number again and again: the queue tries later.
    """
    for _ in range(_ATTEMPTS_MAX):
        if receipts.claimed(entity_id, customer_id, payment_id):
            return "known"
        account = accounts.account(entity_id, customer_id)
        notice = next_notice(
            account.newest_notice,
            kind="receipt",
            as_of=now.today(account.customer.time_zone),
            claimed_at=now.business,
            payment_id=payment_id,
        )
        if receipts.claim(entity_id, customer_id, notice, now.wall):
            return "claimed"
    raise RuntimeError("receipt lost its number too often")
