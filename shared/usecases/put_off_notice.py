"""Whether a claimed notice only has to wait: for a day, an hour, or fewer messages."""

from datetime import date

from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.days import days_after
from shared.domain.decide import decide, still_to_say, without
from shared.domain.notice import Notice
from shared.domain.policy_book import PolicyBook

_WAITS = frozenset(("not_a_sending_day", "holiday", "at_most", "quiet_hours"))


def only_waits(account: Account, notice: Notice, book: PolicyBook, now: Now) -> bool:
    """Return whether what notice asks for is still to be said, only not today or not now.

    A notice that a person agreed to is not asked about again for that: it stays claimed.
    """
    return waits_until(account, notice, book, now) is not None


def waits_until(account: Account, notice: Notice, book: PolicyBook, now: Now) -> date | None:
    """Return the day on which a sweep must look again at what notice asks for, if it only waits."""
    asked = still_to_say(notice, account)
    zone = account.customer.time_zone
    today = now.today(zone)
    found = decide(without(notice, account), book, today, now.time_of_day(zone))
    waiting = [d for d in found if d.code in _WAITS and asked.intersection(d.documents)]
    return min((d.again_on or days_after(today, 1) for d in waiting), default=None)
