"""People's work on money on the deployed template: many hands at once, and the gateway's refund."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tests.support.checks import minor
from tests.support.company import Company
from tests.support.payer import Payer, link_in
from tests.support.stack import Answer, Hub, Json

pytestmark = pytest.mark.cloud

MORNING = datetime(2026, 3, 10, 8, tzinfo=UTC)
HANDS = 8


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    """A company whose two customers were mailed about two invoices each."""
    hub.move_clock(MORNING)
    with Company.open(hub, "hands") as company:
        company.seed(2, 2, "2026-02-01", "2026-03-09")
        company.release()
        company.sweep_report(company.sweep())
        yield company


def post(company: Company, path: str, key: str, body: Json) -> Answer:
    token = company.hub.stack.state["token"]
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
    address = f"/api/v1/{company.path}{path}"
    return company.hub.request("POST", address, headers=headers, json=body)


def open_minor(company: Company, number: int) -> list[int]:
    return [minor(d["open"]["amount"]) for d in company.documents(number, "all")]


def euros(cents: int) -> Json:
    return {"amount": f"{cents / 100:.2f}", "currency": "EUR"}


@pytest.mark.law("17")
def test_many_hands_on_two_invoices_leave_books_that_some_order_explains(
    hub: Hub, company: Company
) -> None:
    whose = f"/customers/{company.customer_id(1)}"
    owed = sum(open_minor(company, 1))
    each = owed // 5
    body = {"received_on": "2026-03-09", "amount": euros(each), "oldest_first": True}

    def note(n: int) -> Answer:
        key = f"note-{n // 2}"  # every request is sent twice, at the same moment
        return post(company, f"{whose}/payments", key, body | {"reference": f"TRF {n // 2}"})

    with ThreadPoolExecutor(HANDS) as pool:
        answers = list(pool.map(note, range(2 * HANDS)))
    told = Counter(a.status for a in answers)
    again = [n for n, a in enumerate(answers) if a.status == 409]
    for n in again:
        assert answers[n].json()["code"] == "write_conflict"
        assert note(n).status == 201
    payments = [p for p in company.payments() if p["customer_id"] == company.customer_id(1)]
    assert len(payments) == HANDS
    used = sum(minor(a["amount"]["amount"]) for p in payments for a in p["allocations"])
    waiting = sum(minor(p["unapplied"]["amount"]) for p in payments)
    assert (sum(open_minor(company, 1)), used) == (0, owed)
    assert used + waiting == each * HANDS
    print(f"{told} for {HANDS} payments of {each}: {used} used, {waiting} waits")


def test_a_transfer_that_bounces_is_chased_again(hub: Hub, company: Company) -> None:
    payments = [p for p in company.payments() if p["customer_id"] == company.customer_id(1)]
    for payment in payments:
        path = f"/payments/{payment['payment_id']}/reverse"
        answer = post(company, path, f"back-{payment['payment_id']}", {"reason": "bounced"})
        assert (answer.status, answer.json()["state"]) == (200, "returned")
    assert all(cents > 0 for cents in open_minor(company, 1))
    assert {d["state"] for d in company.documents(1)} == {"open"}
    hub.idle()


@pytest.mark.rule("R13")
@pytest.mark.law("13")
def test_a_refund_that_a_person_wants_is_made_once_at_the_gateway(
    hub: Hub, company: Company
) -> None:
    payer = Payer.enter(hub, link_in(company.mailed(2)[0]))
    session_id = payer.pay(*payer.documents())
    hub.idle()
    assert open_minor(company, 2) == [0, 0]
    intent = hub.stripe.v1.checkout.sessions.retrieve(session_id).payment_intent
    (payment,) = [p for p in company.payments() if p["gateway_reference"] == intent]
    path = f"/customers/{company.customer_id(2)}/credits/{payment['payment_id']}/refunds"
    refused = post(company, path, "refund-0", {"amount": euros(100)})
    assert (refused.status, refused.json()["code"]) == (409, "not_refundable")
    asked = {"amount": euros(100), "release": True}
    with ThreadPoolExecutor(HANDS) as pool:
        answers = list(pool.map(lambda _: post(company, path, "refund-1", asked), range(HANDS)))
    made = {a.json()["refund_id"] for a in answers if a.status == 201}
    assert len(made) == 1
    hub.idle()
    (refund_id,) = made
    refund = hub.api("GET", f"{company.path}/refunds/{refund_id}")
    assert (refund["state"], refund["via"]) == ("done", "gateway")
    (there,) = hub.stripe.v1.refunds.list({"payment_intent": str(intent)}).data
    assert (there.id, there.amount, there.metadata["refund"]) == (
        refund["reference"],
        100,
        refund_id,
    )
    assert sum(open_minor(company, 2)) == 100
    (payment,) = [p for p in company.payments() if p["gateway_reference"] == intent]
    assert payment["given_back"]["amount"] == "1.00"
    hub.api("POST", f"{company.path}/reconciliations")
    hub.idle()
    assert company.parked() == []
