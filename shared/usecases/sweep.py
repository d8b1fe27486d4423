"""Whom a sweep looks at: everybody who may be due, and nobody is forgotten."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from shared.domain.account import Account
from shared.domain.autopay import days_ahead, to_announce
from shared.domain.decide import Action, Decision
from shared.domain.entity import Entity
from shared.domain.first_look import days_to_look
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.put_off import quiet_until
from shared.domain.stage import Anchor

_LONG_AGO = timedelta(days=366)
_FAR_AHEAD = date(9999, 12, 30)
_EARLIEST, _LATEST = timedelta(hours=-10), timedelta(hours=12)
"""A zone within these is at most 24 hours from every other (UTC-12 to UTC+14)."""


class Finder(Protocol):
    def due_between(self, entity: Entity, first: date, last: date) -> Iterator[str]: ...
    def ticketed_between(self, entity: Entity, first: date, last: date) -> Iterator[str]: ...


class Watermark(Protocol):
    def last_swept(self, entity_id: str) -> tuple[date, date, int] | None: ...


def candidates(
    entity: Entity, policies: Sequence[Policy], finder: Finder, runs: Watermark, today: date
) -> tuple[set[str], date]:
    """Return the customers whom a sweep on today must look at, and the day it counts up to.

    The union of (a) due entries that some policy's offset has reached since the last sweep;
    (b) tickets since then; (c) once a day every overdue entry, and after a policy change every
    entry that some stage of it may have reached. today is the entity's; what lies a day or two
    around it serves other time zones.

    A sweep on a day when some policy sends nothing, or while the entity waits, counts up to
    the sweep before it: what it had to put off is found again. What is put off for one customer
    only (a holiday, quiet hours, a cap) has a ticket.
    """
    last = runs.last_swept(entity.entity_id)
    since = min(last[0], today) if last else None
    fresh = last is None or last[2] != entity.policy_version
    full = fresh or (last is not None and last[1] != today)
    zones = _zone_days(entity.time_zone, today)
    end = today + timedelta(days=zones)
    start = (since or today) - timedelta(days=zones)
    # where it is still the closed day before, nothing went out on it
    start -= timedelta(days=max((p.closed_before(since or today) for p in policies), default=0))
    found: set[str] = set()
    shifts = [timedelta(days=offset) for offset in _offsets(policies, full=full)]
    for first, last_due in _joined([(start - shift, end - shift) for shift in shifts]):
        found.update(finder.due_between(entity, first, last_due))
    found.update(finder.ticketed_between(entity, start if since else date.min, end))
    if full:
        found.update(finder.due_between(entity, date.min, _last_due(policies, end, fresh=fresh)))
    sending = not entity.waits and all(p.sends_on(today) for p in policies)
    return found, today if sending else since or today - _LONG_AGO


def looks_again(
    account: Account,
    book: PolicyBook,
    decisions: Sequence[Decision],
    today: date,
    at: time | None = None,
) -> frozenset[date]:
    """Return the days on which a ticket must bring a sweep back to account, as things stand.

    Those to which something of it alone is put off, and those on which an open document reaches a
    stage that its due date does not show, or is announced or taken by itself. at is the customer's
    time of day, None where it is left open.
    """
    waits = {d.again_on for d in decisions if d.again_on is not None}
    ahead = (days_to_look(each, book.of(each), today) for each in account.documents if each.open)
    policy = book.customer_policy
    taking = days_ahead(account, policy.autopay, today)
    over_on = quiet_until(policy, today, at)
    if over_on is not None and to_announce(account, policy.autopay, today):
        waits.add(over_on)
    return taking | waits | {day for days in ahead for day in days if day > today}


def _offsets(policies: Sequence[Policy], *, full: bool) -> set[int]:
    """Return the days after the due date to read by themselves; overdue ones are read in full."""
    return {
        offset
        for policy in policies
        for stage in policy.stages
        if stage.anchor is Anchor.DUE_DATE
        for offset in stage.offsets
        if offset <= 0 or not full
    } | {-policy.autopay.announce_days for policy in policies if policy.autopay is not None}


def _joined(ranges: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """Return ranges of days with those that overlap or touch made one: each day is read once."""
    joined: list[tuple[date, date]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _last_due(policies: Sequence[Policy], end: date, *, fresh: bool) -> date:
    """Return the last due date that a full pass reads: all that policies new to it may reach."""
    stages = [stage for policy in policies for stage in policy.stages]
    if not fresh or not stages:
        return end
    if any(stage.anchor is not Anchor.DUE_DATE for stage in stages):
        return _FAR_AHEAD
    return end - timedelta(days=min(0, *(stage.offset_days for stage in stages)))


def _zone_days(time_zone: str, today: date) -> int:
    """Return by how many days the date may differ elsewhere from that in time_zone on today."""
    noon = datetime.combine(today, time(12), ZoneInfo(time_zone))
    offset = noon.utcoffset() or timedelta()
    return 1 if _EARLIEST <= offset <= _LATEST else 2


def to_send(decisions: Sequence[Decision]) -> Decision | None:
    """Return the SEND among decisions, or None."""
    return next((d for d in decisions if d.action is Action.SEND), None)
