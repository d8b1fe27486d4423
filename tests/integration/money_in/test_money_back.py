"""Money that leaves again: refunds, card disputes, returned debits; booked once, in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from shared import runtime
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.gateway import BalanceEntry, GatewayDispute, GatewayRefund
from shared.domain.money import Money
from shared.domain.portal import Principal
from shared.usecases import portal_views
from shared.usecases.apply_payment import apply_payment
from tests.integration import hub, money
from tests.integration.money import (
    BOOKED_AT,
    COMPLETED,
    DUE,
    FakeGateway,
    account,
    add_checkout,
    books_balance,
    euros,
    hint,
    of_type,
    payments,
    reasons,
    reconcile,
    session,
)

LATER = BOOKED_AT + timedelta(days=20)


def entry(name: str, minor: int, at: datetime = LATER, fee: int = 0) -> BalanceEntry:
    return BalanceEntry(f"txn_{name}", "adjustment", euros(minor), euros(fee), at)


def refund(name: str, minor: int, status: str = "succeeded", **more: object) -> GatewayRefund:
    left = entry(name, -minor)
    return GatewayRefund(name, status, euros(minor), LATER, left=left, **more)


def dispute(minor: int, status: str = "needs_response", won: bool = False) -> GatewayDispute:
    return GatewayDispute(
        dispute_id="du_1",
        status=status,
        reason="fraudulent",
        amount=euros(minor),
        opened_at=LATER,
        withdrawn=entry("du_1", -minor, fee=1_500),
        reinstated=entry("du_won", minor, LATER + timedelta(days=30)) if won else None,
        answer_by=LATER + timedelta(days=7),
    )


@pytest.fixture
def paid(gateway: FakeGateway, seller: Entity, buyer: Customer) -> str:
    """The gateway's id of a payment that settled inv1 (100.00) and inv2 (50.00)."""
    hub.move_clock(datetime(2026, 3, 31, 10, tzinfo=UTC))
    first = hub.add_invoice(seller, buyer, "inv1", DUE, 10_000)
    second = hub.add_invoice(seller, buyer, "inv2", DUE + timedelta(days=9), 5_000)
    reference = gateway.takes(seller, buyer, add_checkout(seller, buyer, "co1", first, second))
    hint(seller, "evt_paid", COMPLETED, session("co1"))
    assert account().documents == ()
    return reference


def tell(seller: Entity, kind: str, reference: str, event_id: str = "") -> None:
    about = {"id": "x_1", "object": "charge", "payment_intent": reference}
    hint(seller, event_id or f"evt_{kind.replace('.', '_')}", kind, about)


def open_documents() -> list[tuple[str, int]]:
    return sorted((d.document_id, d.open.minor) for d in account().documents)


def kinds() -> list[str]:
    return sorted(p["posting_id"].split(":")[0] for p in of_type("demo", "POSTING"))


def head(name: str) -> Document:
    found = account().document(name)
    assert found is not None
    return found


@pytest.mark.rule("R10")
def test_a_refund_reopens_the_newest_allocation_with_its_own_due_date(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(paid, refunds=(refund("re_1", 6_000),))
    tell(seller, "charge.refunded", paid)
    assert open_documents() == [("inv1", 1_000), ("inv2", 5_000)]
    assert (head("inv1").due_on, head("inv2").due_on) == (DUE, DUE + timedelta(days=9))
    (payment,) = payments()
    assert (payment["gone"], payment["state"]) == (6_000, "settled")
    assert reasons() == []
    books_balance()


@pytest.mark.rule("R13")
@pytest.mark.law("13")
def test_a_refund_that_nobody_asked_for_here_is_a_task_and_stops_the_chase(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(paid, refunds=(refund("re_1", 5_000),))
    tell(seller, "refund.created", paid)
    (task,) = of_type("demo", "TASK")
    assert (task["kind"], task["documents"]) == ("refunded", ["inv2"])
    (hold,) = account().holds
    assert (hold.reason, hold.documents) == ("refunded", ("inv2",))
    hub.sweep(seller)
    assert of_type("demo", "NOTICE") == []


@pytest.mark.law("13")
def test_a_refund_that_fails_is_credit_once(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    made = refund("re_1", 5_000)
    gateway.changes(paid, refunds=(made,))
    tell(seller, "charge.refunded", paid)
    back = entry("back", 5_000, LATER + timedelta(days=3))
    gateway.changes(paid, refunds=(replace(made, status="failed", came_back=back),))
    for n in range(3):
        tell(seller, "refund.failed", paid, f"evt_failed_{n}")
    (credit,) = account().credits
    assert credit.unapplied == euros(5_000)
    assert kinds().count("refund_failed") == 1
    assert payments()[0]["gone"] == 0
    assert "refund_failed" in {t["kind"] for t in of_type("demo", "TASK")}
    books_balance()


@pytest.mark.law("13")
def test_a_refund_that_is_heard_of_before_its_payment_is_booked_after_it(
    gateway: FakeGateway, seller: Entity, buyer: Customer
) -> None:
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    checkout = add_checkout(seller, buyer, "co1", invoice)
    reference = gateway.takes(seller, buyer, checkout, refunds=(refund("re_1", 400),))
    tell(seller, "charge.refunded", reference, "evt_1")
    tell(seller, "charge.refunded", reference, "evt_2")
    hint(seller, "evt_3", COMPLETED, session("co1"))
    assert open_documents() == [("inv1", 400)]
    assert kinds() == ["invoice", "payment", "refund"]
    assert reasons() == []
    books_balance()


@pytest.mark.law("14")
def test_a_card_dispute_reopens_what_was_paid_and_pauses_the_chase(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(paid, disputes=(dispute(15_000),))
    tell(seller, "charge.dispute.created", paid)
    assert open_documents() == [("inv1", 10_000), ("inv2", 5_000)]
    (hold,) = account().holds
    assert (hold.reason, hold.documents) == ("card_dispute", ("inv1", "inv2"))
    (task,) = of_type("demo", "TASK")
    assert (task["kind"], task["due_on"]) == ("card_dispute", "2026-04-05")
    assert payments()[0]["state"] == "returned"
    assert [t["sk"].split("#")[2] for t in of_type("demo", "TICKET")].count("chargeback:du_1") == 1
    hub.sweep(seller)
    assert of_type("demo", "NOTICE") == []
    books_balance()


@pytest.mark.law("14")
def test_a_dispute_that_is_won_settles_everything_again_and_lifts_its_hold(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(paid, disputes=(dispute(15_000),))
    tell(seller, "charge.dispute.funds_withdrawn", paid)
    gateway.changes(paid, disputes=(dispute(15_000, "won", won=True),))
    tell(seller, "charge.dispute.funds_reinstated", paid)
    tell(seller, "charge.dispute.closed", paid)
    assert (account().documents, account().credits) == ((), ())
    (payment,) = payments()
    assert (payment["state"], payment["gone"]) == ("settled", 0)
    assert [p["amount"] for p in payment["allocations"]] == [10_000, 5_000]
    (hold,) = account().holds
    assert hold.ended_on == runtime.now().business.date()
    books_balance()


@pytest.mark.law("14")
def test_a_dispute_that_is_lost_lets_the_chase_go_on_and_asks_a_person(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(paid, disputes=(dispute(15_000),))
    tell(seller, "charge.dispute.funds_withdrawn", paid)
    gateway.changes(paid, disputes=(dispute(15_000, "lost"),))
    for n in range(2):
        tell(seller, "charge.dispute.closed", paid, f"evt_closed_{n}")
    (hold,) = account().holds
    assert hold.ended_on == runtime.now().business.date()
    assert sorted(t["kind"] for t in of_type("demo", "TASK")) == ["card_dispute", "dispute_lost"]
    assert open_documents() == [("inv1", 10_000), ("inv2", 5_000)]
    books_balance()


EVENTS = (
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
)


@pytest.mark.law("14")
@pytest.mark.parametrize("order", [p for n, p in enumerate(permutations(EVENTS)) if n % 5 == 0])
def test_row_27_dispute_events_in_any_order_end_the_same(
    gateway: FakeGateway, seller: Entity, paid: str, order: tuple[str, ...]
) -> None:
    gateway.changes(paid, disputes=(dispute(15_000),))
    for n, kind in enumerate(order):
        if n == 2:
            gateway.changes(paid, disputes=(dispute(15_000, "won", won=True),))
        tell(seller, kind, paid)
    assert (account().documents, account().credits) == ((), ())
    assert kinds().count("chargeback") == kinds().count("reinstatement") == 1
    books_balance()


@pytest.mark.rule("R13")
@pytest.mark.law("14")
def test_row_26_refund_and_dispute_never_take_more_than_was_paid(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(paid, refunds=(refund("re_1", 6_000),), disputes=(dispute(15_000),))
    tell(seller, "charge.dispute.created", paid)
    (payment,) = payments()
    assert (payment["gone"], payment["amount"]) == (15_000, 15_000)
    assert reasons() == ["more_than_paid"]
    (parked,) = of_type("demo", "PARKED")
    assert parked["facts"]["refund:re_1"] == "60.00 EUR"
    task = next(t for t in of_type("demo", "TASK") if t["kind"] == "more_than_paid")
    assert "took 60.00 EUR more than was left of a payment of 150.00 EUR" in task["title"]
    books_balance()


@pytest.mark.rule("R13")
@pytest.mark.law("14")
def test_what_a_dispute_did_not_find_is_taken_when_the_refund_that_held_it_fails(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    earlier = entry("re_1", -6_000, LATER - timedelta(days=1))
    held = replace(refund("re_1", 6_000), left=earlier)
    gateway.changes(paid, refunds=(held,), disputes=(dispute(15_000),))
    tell(seller, "charge.dispute.created", paid)
    assert kinds().count("chargeback") == 1
    gateway.changes(paid, refunds=(replace(held, status="failed"),))
    for n in range(2):
        tell(seller, "refund.failed", paid, f"evt_{n}")
    sums = [
        m["amount"]
        for p in of_type("demo", "POSTING")
        for m in p["movements"]
        if m["kind"] == "chargeback"
    ]
    assert sorted(sums) == [-9_000, -6_000]
    assert not of_type("demo", "CREDIT")
    assert reasons() == ["more_than_paid"]
    books_balance()


@pytest.mark.rule("R10")
def test_a_debit_that_returns_weeks_later_reopens_its_invoices_and_is_chased(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    lost = replace(dispute(15_000, "lost"), reason="insufficient_funds")
    gateway.changes(paid, method="sepa_debit", disputes=(lost,))
    tell(seller, "charge.dispute.created", paid)
    (payment,) = payments()
    assert (payment["state"], "return" in kinds()) == ("returned", True)
    assert (head("inv1").due_on, account().holds) == (DUE, ())
    hub.sweep(seller)
    assert {n["kind"] for n in of_type("demo", "NOTICE")} == {"stage"}
    books_balance()


def test_a_debit_that_fails_after_it_had_succeeded_is_returned(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(
        paid,
        status="requires_payment_method",
        amount=None,
        odd="odd_amount",
        returned=entry("f", -1),
    )
    for n in range(2):
        hint(seller, f"evt_{n}", "payment_intent.payment_failed", money.intent(paid))
    assert open_documents() == [("inv1", 10_000), ("inv2", 5_000)]
    assert kinds().count("return") == 1
    assert reasons() == []
    books_balance()


def test_the_erp_hears_of_what_is_settled_no_more(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(paid, disputes=(dispute(15_000),))
    tell(seller, "charge.dispute.created", paid)
    told = sorted((n["document_id"], n["amount"]) for n in of_type("demo", "WRITEBACK"))
    assert told == [("inv1", -10_000), ("inv1", 10_000), ("inv2", -5_000), ("inv2", 5_000)]


def test_what_the_gateway_kept_and_its_rate_are_in_the_books(
    gateway: FakeGateway, seller: Entity, buyer: Customer
) -> None:
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    usd = Money(minor=11_000, currency="USD")
    came = BalanceEntry("txn_1", "charge", usd, Money(minor=190, currency="USD"), BOOKED_AT)
    gateway.takes(seller, buyer, add_checkout(seller, buyer, "co1", invoice), came_in=came)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    (posting,) = [p for p in of_type("demo", "POSTING") if p["posting_id"].startswith("payment:")]
    by_kind = {m["kind"]: m for m in posting["movements"]}
    assert by_kind["payment"]["cash"] == [11_000, "USD"]
    fee = by_kind["gateway_fee"]
    assert (fee["amount"], fee["currency"], fee["reason"]) == (190, "USD", "txn_1")
    books_balance()


def test_a_fee_and_a_rate_that_are_told_later_are_booked_later_and_once(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    usd = Money(minor=16_000, currency="USD")
    came = BalanceEntry("txn_1", "charge", usd, Money(minor=190, currency="USD"), BOOKED_AT)
    gateway.changes(paid, came_in=came)
    for n in range(2):
        tell(seller, "charge.updated", paid, f"evt_{n}")
    assert kinds() == ["fee", "fx", "invoice", "invoice", "payment"]
    assert payments()[0]["version"] == 1
    books_balance()


def test_a_lost_event_is_found_by_the_nightly_comparison(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    gateway.changes(paid, refunds=(refund("re_1", 6_000),), disputes=(dispute(9_000),))
    reconcile("reconcile", "reconcile")
    assert kinds().count("refund") == kinds().count("chargeback") == 1
    assert reasons() == []
    books_balance()


@pytest.mark.rule("R10")
def test_the_payer_sees_what_the_bank_took_back(
    gateway: FakeGateway, seller: Entity, paid: str
) -> None:
    lost = replace(dispute(15_000, "lost"), reason="insufficient_funds")
    gateway.changes(paid, method="sepa_debit", disputes=(lost,))
    tell(seller, "charge.dispute.created", paid)
    view = portal_views.invoice(
        runtime.accounts(), runtime.papers(), Principal("demo", "c1"), "inv1", runtime.now()
    )
    assert [(r.amount.minor, r.taken_back) for r in view.received] == [
        (10_000, ""),
        (-10_000, "returned"),
    ]
    page = runtime.templates().voice("en", "en")
    assert page.words("portal.invoice.returned") == "returned by the bank"


@pytest.mark.law("17")
@pytest.mark.parametrize("fee_minor", [0, 1_500])
def test_a_worker_that_reads_half_before_and_half_after_another_parks_nothing(
    gateway: FakeGateway,
    seller: Entity,
    paid: str,
    monkeypatch: pytest.MonkeyPatch,
    fee_minor: int,
) -> None:
    """The other one books the dispute between our look at the payment and that at the books."""
    withdrawn = entry("du_1", -15_000, fee=fee_minor)
    gateway.changes(paid, disputes=(replace(dispute(15_000), withdrawn=withdrawn),))
    ports = runtime.money_in()
    plain, others = type(ports.books).look, [1]

    def look(*given: object) -> object:
        if others:
            others.pop()
            apply_payment(runtime.money_in(), "demo", gateway.payments[paid], runtime.now())
        return plain(*given)

    monkeypatch.setattr(type(ports.books), "look", look)
    apply_payment(ports, "demo", gateway.payments[paid], runtime.now())
    assert (others, reasons(), kinds().count("chargeback")) == ([], [], 1)
    taken = [m for p in of_type("demo", "POSTING") for m in p["movements"]]
    assert sum(m["amount"] for m in taken if m["kind"] == "gateway_fee") == fee_minor
    books_balance()
