"""What a customer wished of our mails, told of a past moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.account_as_of import Record, account_as_of
from shared.domain.mail_wish import MailWish, Wished
from tests.support.samples import customer

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def wish(of: MailWish, day: int) -> Wished:
    return Wished(of, date(2026, 3, day), NOON.replace(day=day))


def stood(record: Record, day: int) -> tuple[date | None, bool]:
    then = account_as_of(record, NOON.replace(day=day) + timedelta(hours=1)).customer
    return then.reminders_off_on, then.internal


@pytest.mark.law("30")
def test_a_past_day_knows_the_wishes_of_its_time_and_not_those_of_today() -> None:
    wishes = (
        wish(MailWish.NO_REMINDERS, 3),
        wish(MailWish.INTERNAL, 4),
        wish(MailWish.REMINDERS, 5),
        wish(MailWish.NO_REMINDERS, 6),
        wish(MailWish.NO_REMINDERS, 8),
    )
    now = replace(customer(), reminders_off_on=date(2026, 3, 6), internal=True)
    record = Record(now, wishes=wishes)
    assert stood(record, 2) == (None, False)
    assert stood(record, 3) == (date(2026, 3, 3), False)
    assert stood(record, 4) == (date(2026, 3, 3), True)
    assert stood(record, 5) == (None, True)
    assert stood(record, 9) == (date(2026, 3, 6), True)


def test_where_nothing_was_ever_wished_the_customer_is_as_now() -> None:
    record = Record(replace(customer(), internal=True))
    assert stood(record, 2) == (None, True)
