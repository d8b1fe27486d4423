"""A webhook that never comes: the money is found all the same, and every sum agrees."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.support.checks import charged_once, sums_agree
from tests.support.company import Company
from tests.support.payer import Payer, link_in
from tests.support.stack import Hub

pytestmark = pytest.mark.cloud

CUSTOMERS = 3


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    hub.move_clock(datetime(2026, 3, 9, 8, tzinfo=UTC))
    with Company.open(hub, "dropped") as company:
        company.seed(CUSTOMERS, 2, "2026-03-01", "2026-03-09")
        company.release()
        company.sweep_report(company.sweep())
        yield company


@pytest.fixture
def webhooks_lost(hub: Hub) -> Iterator[None]:
    hub.gateway("faults", target="webhook", kind="drop", times=1000)
    yield
    hub.gateway("faults", "DELETE")


def pay(hub: Hub, company: Company, number: int) -> str:
    """Pay everything that a customer owes, and never come back to the thanks page."""
    payer = Payer.enter(hub, link_in(company.mailed(number)[0]))
    session = payer.pay(*payer.documents())
    hub.idle()
    return session


def test_a_dropped_webhook_is_found_by_the_janitor_and_the_sums_agree(
    hub: Hub, company: Company, webhooks_lost: None
) -> None:
    sessions = [pay(hub, company, number) for number in (1, 2)]
    assert company.payments() == [], "nobody told the hub: this is what the janitor is for"
    with pytest.raises(AssertionError):
        sums_agree(company)
    hub.api("POST", f"{company.path}/reconciliations")
    hub.idle()
    for session in sessions:
        charged_once(company, session)
    assert sums_agree(company) == len(sessions)
    for number in (1, 2):
        assert [d["state"] for d in company.documents(number, "all")] == ["paid", "paid"]
    print(f"{len(sessions)} charges without a webhook found, {sums_agree(company)} agree")


def test_the_janitor_and_the_late_webhook_agree_on_one_payment(hub: Hub, company: Company) -> None:
    """What was found is told once more by the gateway, when it has found its way again."""
    before = company.payments()
    assert before
    events = hub.stripe.v1.events.list({"limit": 100, "delivery_success": False}).data
    late = [e.id for e in events if e.type == "checkout.session.completed"]
    assert late
    for event_id in late:
        hub.gateway(f"events/{event_id}/resend")
    hub.idle()
    assert company.payments() == before
    session = pay(hub, company, 3)
    charged_once(company, session)
    assert sums_agree(company) == CUSTOMERS
    print(f"{len(late)} late webhooks changed nothing")
