"""Mail a customer a sign-in to the portal, to the address on file."""

from shared.domain.clock import Now
from shared.domain.notices import next_notice
from shared.domain.portal import Principal
from shared.errors import WriteConflict
from shared.usecases.ports.accounts import ReadsAccount
from shared.usecases.ports.notices import ClaimsNotices

_ATTEMPTS_MAX = 8


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
