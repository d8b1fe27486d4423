"""Each stage once, on its day, wherever the customer is: every zone, and the odd days of clocks."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.adapters.holiday_calendar import closed_days
from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.decide import decide
from shared.domain.document import Document, DocumentKind
from shared.domain.notice import Channel
from shared.domain.notices import stage_notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.restraint import QuietHours
from shared.domain.stage import Stage
from shared.usecases.sweep import to_send
from tests.finding.cases import zones
from tests.support.samples import customer, eur

OFFSETS = {"upcoming": -7, "due": 0, "reminder": 7, "firm": 14}
LADDER = Policy(
    name="plain",
    send_on=(1, 2, 3, 4, 5, 6, 7),
    stages=tuple(
        Stage(id=name, offset_days=days, channel=Channel.EMAIL, template="reminder")
        for name, days in OFFSETS.items()
    ),
)
WEEKDAYS = LADDER.model_copy(update={"send_on": (1, 2, 3, 4, 5)})
dates = st.dates(date(1990, 1, 1), date(2037, 1, 1))
dst = st.sampled_from(
    [date(y, m, d) for y in (1995, 2011, 2024, 2026) for m, d in ((3, 29), (10, 25), (12, 30))]
)


def invoice(due_on: date) -> Document:
    return Document(
        document_id="d",
        kind=DocumentKind.INVOICE,
        number="D",
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        total=eur(100),
        open=eur(100),
    )


def lived(
    zone: str, due_on: date, book: PolicyBook, hours: int = 3, **who: str
) -> tuple[list, list[date]]:
    """Return what was said, as (stage, local day), and the days that the place had."""
    account = Account(customer(time_zone=zone, **who), (invoice(due_on),))
    said, days = [], []
    at = datetime(due_on.year, due_on.month, due_on.day, tzinfo=UTC) - timedelta(days=12)
    while at < datetime(due_on.year, due_on.month, due_on.day, tzinfo=UTC) + timedelta(days=24):
        now = Now(business=at, wall=at)
        today = now.today(zone)
        days.append(today)
        found = to_send(decide(account, book, today, now.time_of_day(zone)))
        if found is not None and found.stage is not None:
            notice = stage_notice(account.newest_notice, found, today, at)
            account = replace(account, newest_notice=notice)
            said.append((found.stage.id, today))
        at += timedelta(hours=hours)
    return said, sorted(set(days))


def expected(due_on: date, days: list[date], book: PolicyBook) -> list[tuple[str, date]]:
    """Return each stage with the first day there was, from its own on, on which messages go."""
    policy = book.customer_policy
    open_days = [day for day in days if book.sends_on(policy, day)]
    reached = {name: due_on + timedelta(days=n) for name, n in OFFSETS.items()}
    return [(name, next(d for d in open_days if d >= day)) for name, day in reached.items()]


@pytest.mark.rule("R27")
@pytest.mark.rule("R28")
@given(
    zone=st.sampled_from(zones()), due_on=dates | dst, policy=st.sampled_from([LADDER, WEEKDAYS])
)
@example("Pacific/Apia", date(2011, 12, 30), LADDER)
@example("Pacific/Apia", date(2011, 12, 31), WEEKDAYS)
@example("Pacific/Apia", date(2012, 1, 6), WEEKDAYS)
@example("Pacific/Kiritimati", date(1994, 12, 31), LADDER)
@example("Pacific/Kiritimati", date(2026, 1, 1), WEEKDAYS)
@example("Pacific/Kwajalein", date(1993, 8, 21), LADDER)
@example("Europe/Berlin", date(2026, 3, 29), LADDER)
@example("America/Santiago", date(2026, 9, 6), LADDER)
@settings(max_examples=60)
def test_each_stage_is_said_exactly_once_on_its_day_whatever_the_clocks_do(zone, due_on, policy):
    book = PolicyBook(policy)
    said, days = lived(zone, due_on, book)
    assert said == expected(due_on, days, book)


@pytest.mark.rule("R28")
def test_each_stage_is_said_once_in_every_zone_there_is():
    seen = Counter()
    for place, zone in enumerate(zones()):
        due_on = date(2026, 3, 23) + timedelta(days=place % 12)
        said, days = lived(zone, due_on, PolicyBook(WEEKDAYS), hours=8)
        assert said == expected(due_on, days, PolicyBook(WEEKDAYS)), zone
        seen.update(stage for stage, _ in said)
    print(f"{len(zones())} zones, {dict(seen)}")
    assert set(seen.values()) == {len(zones())}
    assert len(zones()) > 400


@pytest.mark.rule("R31")
@given(
    due_on=dates,
    place=st.sampled_from(["DE", "US", "SA", "JP", "GB", "IL"]),
    send_on=st.sampled_from([(1, 2, 3, 4, 5), (1, 2, 3, 4, 7), (1, 2, 3, 4, 5, 6, 7)]),
)
@settings(max_examples=40)
def test_weekends_and_holidays_move_the_send_and_never_the_due_date(due_on, place, send_on):
    closed_on, note = closed_days(place, "")
    policy = LADDER.model_copy(update={"send_on": send_on, "holidays": True})
    book = PolicyBook(policy, closed_on=closed_on, note=note)
    said, days = lived("Europe/Berlin", due_on, book, country=place)
    wanted = expected(due_on, days, book)
    if len({day for _, day in wanted}) == len(wanted):
        assert said == wanted
    assert [stage for stage, _ in said][-1] == "firm"
    assert all(day.isoweekday() in send_on and day not in closed_on for _, day in said)
    for stage, day in said:
        assert (day - due_on).days >= OFFSETS[stage]


@pytest.mark.rule("R27")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"])
def test_an_invoice_due_today_is_not_overdue_where_the_customer_is(zone):
    due_on = date(2026, 3, 4)
    account = Account(customer(time_zone=zone), (invoice(due_on),))
    book = PolicyBook(LADDER.model_copy(update={"stages": LADDER.stages[2:]}))
    soon = book.customer_policy.stages[0].model_copy(update={"offset_days": 1})
    book = PolicyBook(LADDER.model_copy(update={"stages": (soon,)}))
    instant = datetime(2026, 3, 3, tzinfo=UTC)
    while instant < datetime(2026, 3, 7, tzinfo=UTC):
        now = Now(business=instant, wall=instant)
        today = now.today(zone)
        overdue = to_send(decide(account, book, today)) is not None
        assert overdue == (instant.astimezone(ZoneInfo(zone)).date() > due_on)
        instant += timedelta(hours=1)


@given(
    zone=st.sampled_from(zones()),
    due_on=dates | dst,
    clocks=st.sampled_from([("20:00", "07:30"), ("02:30", "02:45"), ("00:00", "12:00")]),
)
@settings(max_examples=30)
def test_quiet_hours_put_a_message_off_and_lose_none(zone, due_on, clocks):
    quiet = QuietHours(begins=clocks[0], ends=clocks[1])
    book = PolicyBook(LADDER.model_copy(update={"quiet_hours": quiet}))
    said, days = lived(zone, due_on, book)
    assert said == expected(due_on, days, book)
