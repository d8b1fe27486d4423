"""Refunds that a person wants: reserved first, asked of the gateway once, and never lost."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared import runtime
from shared.domain.cash_step import Asked
from shared.domain.clock import Now, iso
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayRefund, GatewayRefused, GatewayUnavailable
from shared.domain.money import Money
from shared.domain.movement import MovementKind, fold
from shared.domain.payment import payment_id
from shared.domain.refund import NotRefundable, Refund, RefundDraft, RefundState
from shared.usecases.refund_payment import refund_payment
from shared.usecases.request_refund import request_refund
from tests.integration import hub
from tests.integration.money import FakeGateway, add_checkout, euros, hint, of_type

MOMENT = datetime(2026, 3, 12, 9, tzinfo=UTC)


class Refunds:
    """What the gateway does when it is asked for a refund: the next of answers, then it repeats."""

    def __init__(self, *answers: object) -> None:
        self.answers, self.asked, self.made = list(answers), [], {}

    def refund(self, reference: str, amount: Money, refund_id: str) -> GatewayRefund:
        self.asked.append((reference, amount, refund_id))
        answer = self.answers.pop(0) if self.answers else "succeeded"
        if answer == "lost":
            self.made[refund_id] = _told(refund_id, amount, "succeeded")
        if isinstance(answer, Exception) or answer == "lost":
            raise answer if isinstance(answer, Exception) else GatewayUnavailable()
        return self.made.setdefault(refund_id, _told(refund_id, amount, str(answer)))

    def refunds_of(self, reference: str) -> tuple[GatewayRefund, ...]:
        return tuple(self.made.values())


def _told(refund_id: str, amount: Money, status: str) -> GatewayRefund:
    return GatewayRefund(f"re_{refund_id}", status, amount, MOMENT, asked_as=refund_id)


@pytest.fixture
def paid(seller: Entity, buyer: Customer, gateway: FakeGateway) -> str:
    """A payment of 100 EUR for one invoice; returns its id."""
    hub.move_clock(MOMENT)
    document = hub.add_invoice(seller, buyer, "inv1", date(2026, 2, 1))
    reference = gateway.takes(seller, buyer, add_checkout(seller, buyer, "co1", document))
    hint(seller, "evt_1", "payment_intent.succeeded", {"id": reference, "object": "payment_intent"})
    return payment_id(seller.entity_id, reference)


def ask(of: Entity, whose: Customer, paid: str, minor: int, key: str = "k") -> Refund:
    asked = Asked(key, f"{paid}:{minor}", "olga")
    now = Now(MOMENT, datetime.now(UTC))
    draft = RefundDraft(paid, euros(minor), "goodwill", release=True)
    stores = (runtime.cash_desk(), of.entity_id, whose.customer_id)
    return refund_payment(*stores, draft, asked, now)


def carry(of: Entity) -> None:
    """Do what the stream and the janitor do: hand over what is pending."""
    hub.relay(of)
    hub.drain("PAYMENT")


def answers(monkeypatch: pytest.MonkeyPatch, gateway: FakeGateway, *all_of_them: object) -> Refunds:
    made = Refunds(*all_of_them)
    gateway.refund, gateway.refunds_of = made.refund, made.refunds_of
    return made


def state(of: Entity, refund: Refund) -> RefundState:
    return runtime.cash_desk().cash.refund(of.entity_id, refund.refund_id).state


def unapplied(of: Entity) -> int:
    return sum(i["unapplied"] for i in of_type(of.entity_id, "CREDIT"))


@pytest.mark.rule("R13")
@pytest.mark.law("13")
def test_the_money_is_out_of_the_books_before_the_gateway_is_asked(
    seller, buyer, gateway, paid, monkeypatch
):
    gate = answers(monkeypatch, gateway)
    made = ask(seller, buyer, paid, 6_000)
    assert (made.state, made.via, gate.asked) == (RefundState.REQUESTED, "gateway", [])
    sums = fold(runtime.ledger().postings(seller.entity_id, buyer.customer_id))
    assert sums.open == {("inv1", "EUR"): 6_000}
    with pytest.raises(NotRefundable):
        ask(seller, buyer, paid, 4_001, "another")
    carry(seller)
    assert gate.asked == [("pi_co1", euros(6_000), made.refund_id)]
    assert state(seller, made) is RefundState.DONE
    carry(seller)
    assert len(gate.asked) == 1


@pytest.mark.rule("R13")
def test_a_lost_answer_is_unknown_and_found_by_our_mark(seller, buyer, gateway, paid, monkeypatch):
    gate = answers(monkeypatch, gateway, "lost")
    made = ask(seller, buyer, paid, 1_000)
    carry(seller)
    assert state(seller, made) is RefundState.UNKNOWN
    carry(seller)
    assert state(seller, made) is RefundState.DONE
    assert len(gate.asked) == 1


def test_an_outage_leaves_it_to_be_asked_again_under_the_same_id(
    seller, buyer, gateway, paid, monkeypatch
):
    gate = answers(monkeypatch, gateway, GatewayUnavailable(), GatewayUnavailable())
    made = ask(seller, buyer, paid, 1_000)
    for _ in range(3):
        carry(seller)
    assert state(seller, made) is RefundState.DONE
    assert {refund_id for _, _, refund_id in gate.asked} == {made.refund_id}


@pytest.mark.rule("R13")
@pytest.mark.law("13")
@pytest.mark.parametrize("answer", [GatewayRefused(reason="charge_disputed"), "failed"])
def test_a_refund_that_fails_is_the_customers_credit_once(
    seller, buyer, gateway, paid, monkeypatch, answer
):
    answers(monkeypatch, gateway, answer)
    made = ask(seller, buyer, paid, 2_500)
    assert unapplied(seller) == 0
    for _ in range(2):
        carry(seller)
    assert (state(seller, made), unapplied(seller)) == (RefundState.FAILED, 2_500)
    failures = [
        m
        for p in runtime.ledger().postings(seller.entity_id, buyer.customer_id)
        for m in p.movements
        if m.kind is MovementKind.REFUND_FAILED
    ]
    assert [m.amount for m in failures] == [euros(2_500)]
    assert "refund" in {t["kind"] for t in of_type(seller.entity_id, "TASK")}
    payment = runtime.cash_desk().cash.payment(seller.entity_id, paid)
    assert (payment.unapplied, payment.gone_minor) == (euros(2_500), 0)


def test_what_the_bank_is_still_at_is_asked_about_later(seller, buyer, gateway, paid, monkeypatch):
    gate = answers(monkeypatch, gateway, "pending")
    made = ask(seller, buyer, paid, 1_000)
    carry(seller)
    assert state(seller, made) is RefundState.PENDING
    (row,) = of_type(seller.entity_id, "REFUND")
    assert row["psk"] > f"refund#{iso(datetime.now(UTC) + timedelta(hours=5))}"
    gate.made[made.refund_id] = _told(made.refund_id, euros(1_000), "failed")
    now = Now(MOMENT, datetime.now(UTC) + timedelta(hours=7))
    request_refund(runtime.refunding(), seller.entity_id, made.refund_id, now)
    assert (state(seller, made), unapplied(seller)) == (RefundState.FAILED, 1_000)


def test_the_gateways_own_event_of_our_refund_moves_nothing_again(
    seller, buyer, gateway, paid, monkeypatch
):
    answers(monkeypatch, gateway)
    made = ask(seller, buyer, paid, 6_000)
    carry(seller)
    told = _told(made.refund_id, euros(6_000), "succeeded")
    gateway.changes("pi_co1", refunds=(told,))
    hint(seller, "evt_2", "charge.refunded", {"object": "charge", "payment_intent": "pi_co1"})
    refunds = list(runtime.ledger().postings(seller.entity_id, buyer.customer_id, begins="refund:"))
    assert [p.posting_id for p in refunds] == [made.posting_id]
    assert unapplied(seller) == 0
