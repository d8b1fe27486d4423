"""Recurring invoices through the operators' interface."""

from datetime import date

import pytest

from tests.integration.test_operator_api import ULID, acme, admin, identity  # noqa: F401 - fixtures
from tests.support.operators import call

MONTHLY = {
    "customer_id": ULID,
    "description": "Hosting",
    "amount": {"amount": "49.90", "currency": "EUR"},
    "every_months": 1,
    "first_on": "2026-03-31",
}
PLACE = "/entities/acme/recurrences"
NAMED = {"idempotency-key": "k"}


@pytest.fixture(autouse=True)
def opened(acme):  # noqa: F811 - the fixture of the same name
    return acme


def test_a_schedule_is_made_once_listed_and_stopped(admin):  # noqa: F811 - likewise
    made = call(admin, "POST", PLACE, MONTHLY, NAMED)
    assert made.status == 201
    (listed,) = call(admin, "GET", PLACE).json["items"]
    assert (listed["next_on"], listed["anchor_day"]) == (str(date(2026, 3, 31)), 31)
    stopped = call(admin, "POST", f"{PLACE}/{listed['recurrence_id']}/stop")
    assert stopped.json["active"] is False


def test_a_schedule_for_nobody_or_nothing_is_refused(admin):  # noqa: F811 - likewise
    stranger = MONTHLY | {"customer_id": "01J" + "B" * 23}
    assert call(admin, "POST", PLACE, stranger, NAMED).status == 404
    nothing = MONTHLY | {"amount": {"amount": "0.00", "currency": "EUR"}}
    assert call(admin, "POST", PLACE, nothing, NAMED).status == 422
