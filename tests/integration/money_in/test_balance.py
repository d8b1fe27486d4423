"""Every night the gateway's balance is held against the books: by day, by kind, to the cent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import BalanceEntry, GatewayRefund
from tests.integration import hub
from tests.integration.money import (
    BOOKED_AT,
    COMPLETED,
    DUE,
    FakeGateway,
    add_checkout,
    books_balance,
    euros,
    hint,
    of_type,
    reasons,
    reconcile,
    session,
)

CAME_IN = BalanceEntry("txn_in", "charge", euros(10_000), euros(175), BOOKED_AT)


@pytest.fixture
def paid(gateway: FakeGateway, seller: Entity, buyer: Customer) -> str:
    """The gateway's id of a payment that settled inv1; its balance transaction is known."""
    hub.move_clock(datetime(2026, 3, 12, 10, tzinfo=UTC))
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout, came_in=CAME_IN)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    return reference


def test_books_that_agree_park_nothing(gateway: FakeGateway, paid: str) -> None:
    reconcile("reconcile", "reconcile")
    assert reasons() == []


def test_an_amount_that_differs_is_one_item_however_often_it_is_seen(
    gateway: FakeGateway, paid: str
) -> None:
    gateway.changes(paid, came_in=replace(CAME_IN, amount=euros(9_999)))
    reconcile("reconcile", "reconcile")
    (item,) = of_type("demo", "PARKED")
    assert (item["reason"], item["facts"]) == (
        "balance_differs",
        {
            "day": "2026-03-09",
            "type": "charge",
            "currency": "EUR",
            "gateway": 9_999,
            "books": 10_000,
        },
    )


def test_a_fee_that_nobody_told_us_of_is_booked(
    gateway: FakeGateway, seller: Entity, buyer: Customer
) -> None:
    hub.move_clock(datetime(2026, 3, 12, 10, tzinfo=UTC))
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    gateway.changes(reference, came_in=CAME_IN)
    reconcile("reconcile")
    assert reasons() == []
    fees = [p for p in of_type("demo", "POSTING") if p["posting_id"] == "fee:txn_in"]
    assert [m["amount"] for p in fees for m in p["movements"]] == [175]


def test_a_refund_whose_every_event_was_lost_is_booked_and_then_agrees(
    gateway: FakeGateway, paid: str
) -> None:
    at = BOOKED_AT + timedelta(days=1)
    left = BalanceEntry("txn_out", "refund", euros(-4_000), euros(0), at)
    gateway.changes(
        paid, refunds=(GatewayRefund("re_1", "succeeded", euros(4_000), at, left=left),)
    )
    reconcile("reconcile", "reconcile")
    assert reasons() == []
    books_balance()
