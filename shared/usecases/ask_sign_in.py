"""Mail a customer a sign-in to the portal, to the address on file."""

from datetime import datetime
from typing import Protocol

from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.notice import Notice
from shared.domain.notices import next_notice
from shared.domain.portal import Principal
from shared.errors import WriteConflict

_ATTEMPTS_MAX = 8


class Accounts(Protocol):
    def account(self, entity_id: str, customer_id: str) -> Account: ...


class Notices(Protocol):
    def claim(self, entity: str, customer_id: str, notice: Notice, wall: datetime) -> bool: ...


def ask_sign_in(accounts: Accounts, notices: Notices, principal: Principal, now: Now) -> None:
    """Claim the mail with the sign-in. Raises WriteConflict where its number was lost too often."""
    whose = (principal.entity_id, principal.customer_id)
    for _ in range(_ATTEMPTS_MAX):
        account = accounts.account(*whose)
        today = now.today(account.customer.time_zone)
        newest = account.newest_notice
        notice = next_notice(newest, kind="sign_in", as_of=today, claimed_at=now.business)
        if notices.claim(*whose, notice, now.wall):
            return
    raise WriteConflict(reason="the sign-in's mail lost its number")
