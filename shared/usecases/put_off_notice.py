"""Whether a claimed notice only has to wait: for a day, an hour, or fewer messages."""

from shared.domain.account import Account, Notice
from shared.domain.clock import Now
from shared.domain.decide import decide, still_to_say, without
from shared.domain.policy_book import PolicyBook

_WAITS = frozenset(("not_a_sending_day", "holiday", "at_most", "quiet_hours"))


def only_waits(account: Account, notice: Notice, book: PolicyBook, now: Now) -> bool:
    """Return whether what notice asks for is still to be said, only not today or not now.

    A notice that a person agreed to is not asked about again for that: it stays claimed.
    """
    asked = still_to_say(notice, account)
    zone = account.customer.time_zone
    found = decide(without(notice, account), book, now.today(zone), now.time_of_day(zone))
    return any(one.code in _WAITS and asked.intersection(one.documents) for one in found)
