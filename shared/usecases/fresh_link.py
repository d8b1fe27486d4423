"""Mail a customer a fresh link, to the address on file, for an older link that we know."""

from typing import Protocol

from shared.domain.clock import Now
from shared.domain.notices import next_notice
from shared.domain.portal import Link
from shared.usecases.ports.accounts import ReadsAccount
from shared.usecases.ports.notices import ClaimsNotices

_ATTEMPTS_MAX = 8


class Links(Protocol):
    def find(self, entity_id: str, token: str) -> Link | None: ...
    def ask_fresh(self, entity_id: str, token: str, now: Now) -> bool: ...


def fresh_link(
    links: Links,
    accounts: ReadsAccount,
    notices: ClaimsNotices,
    entity_id: str,
    token: str,
    now: Now,
) -> str:
    """Claim the mail with a fresh link, if token was ever ours; return a code for the log.

    claimed, unknown, or too_soon (one was asked for minutes ago). The caller tells the person the
    same in every case.
    """
    link = links.find(entity_id, token)
    if link is None:
        return "unknown"
    if not links.ask_fresh(entity_id, token, now):
        return "too_soon"
    for _ in range(_ATTEMPTS_MAX):
        account = accounts.account(entity_id, link.customer_id)
        notice = next_notice(
            account.newest_notice,
            kind="link",
            as_of=now.today(account.customer.time_zone),
            claimed_at=now.business,
        )
        if notices.claim(entity_id, link.customer_id, notice, now.wall):
            return "claimed"
    raise RuntimeError("the link's mail lost its number too often")
