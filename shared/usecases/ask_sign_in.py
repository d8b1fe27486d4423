"""Mail a customer a sign-in to the portal, to the address on file."""

from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.notices import next_notice
from shared.domain.portal import Principal
from shared.errors import WriteConflict
from shared.usecases.ports.accounts import ReadsAccount
from shared.usecases.ports.notices import ClaimsNotices

_ATTEMPTS_MAX = 8


class SignIns(Protocol):
    def signed_in_by(self, entity_id: str, token: str) -> str | None: ...


class Sessions(Protocol):
    def wanted(self, principal: Principal) -> str: ...
    def ask_sign_in(self, principal: Principal, wall: datetime, wanted: str = "") -> bool: ...


def sign_in_again(
    sign_ins: SignIns,
    sessions: Sessions,
    accounts: ReadsAccount,
    notices: ClaimsNotices,
    entity_id: str,
    token: str,
    now: Now,
) -> str:
    """Claim the mail with another sign-in, if token was ever one; return a code for the log.

    claimed, unknown, or too_soon (one was asked for moments ago). It leads where the last was to
    lead. The caller tells the person the same in every case.
    """
    customer_id = sign_ins.signed_in_by(entity_id, token)
    if customer_id is None:
        return "unknown"
    principal = Principal(entity_id, customer_id)
    if not sessions.ask_sign_in(principal, now.wall, sessions.wanted(principal)):
        return "too_soon"
    ask_sign_in(accounts, notices, principal, now)
    return "claimed"


def ask_sign_in(
    accounts: ReadsAccount, notices: ClaimsNotices, principal: Principal, now: Now
) -> None:
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
