"""Money that leaves in part, or while somebody else writes: nothing is lost from sight."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared import runtime
from shared.adapters.table import Table
from shared.domain.apply_cash import Part
from shared.domain.cash_step import Asked
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayRefund
from shared.domain.receive import Received
from shared.domain.refund import RefundDraft, RefundState
from shared.usecases.record_payment import record_payment
from shared.usecases.refund_payment import refund_payment
from shared.usecases.request_refund import Ports, request_refund
from shared.usecases.reverse_payment import reverse_payment
from tests.integration import hub
from tests.integration.money import (
    COMPLETED,
    DUE,
    FakeGateway,
    account,
    add_checkout,
    books_balance,
    euros,
    hint,
    payments,
    reasons,
    session,
)
from tests.integration.money_in.test_money_back import (
    LATER,
    dispute,
    entry,
    open_documents,
    tell,
)

type Taken = Callable[..., str]


def asked(name: str) -> Asked:
    return Asked(name, "digest", "olga")


@pytest.fixture
def taken(gateway: FakeGateway, seller: Entity, buyer: Customer) -> Taken:
    """Take a payment of so many cents for documents (id, total, part paid); its reference."""

    def take(minor: int, *documents: tuple[str, int, int]) -> str:
        hub.move_clock(datetime(2026, 3, 31, 10, tzinfo=UTC))
        invoices = [
            hub.add_invoice(seller, buyer, name, DUE, total) for name, total, _ in documents
        ]
        parts = tuple((name, euros(part)) for name, _, part in documents)
        checkout = add_checkout(
            seller, buyer, "co1", *invoices, amount=euros(minor), allocations=parts
        )
        reference = gateway.takes(seller, buyer, checkout)
        hint(seller, "evt_paid", COMPLETED, session("co1"))
        return reference

    return take


@pytest.mark.law("14")
def test_what_a_dispute_leaves_of_a_payment_can_be_used(
    gateway: FakeGateway, seller: Entity, buyer: Customer, taken: Taken
) -> None:
    reference = taken(30_000, ("inv1", 10_000, 10_000))
    lost = replace(dispute(5_000, "lost"), withdrawn=entry("du_1", -5_000))
    gateway.changes(reference, disputes=(lost,))
    tell(seller, "charge.dispute.closed", reference)
    (payment,) = payments()
    assert (payment["state"], payment["gone"]) == ("settled", 5_000)
    desk, now = runtime.cash_desk(), runtime.now()
    draft = RefundDraft(payment["payment_id"], euros(1_000), "x")
    refund_payment(desk, "demo", "c1", draft, asked("r"), now)
    (credit,) = account().credits
    assert credit.unapplied == euros(14_000)
    books_balance()


@pytest.mark.law("14", "17")
def test_a_document_that_opens_between_two_reads_is_not_passed_over(
    gateway: FakeGateway,
    seller: Entity,
    buyer: Customer,
    taken: Taken,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bank payment of the same invoice is reversed between the reads of open and of closed."""
    reference = taken(10_000, ("inv1", 10_000, 5_000), ("inv2", 5_000, 5_000))
    desk = runtime.cash_desk()
    came = Received(
        amount=euros(5_000), received_on=date(2026, 3, 20), method="transfer", reference="B1"
    )
    parts = [Part("inv1", euros(5_000))]
    bank = record_payment(desk, "demo", "c1", came, parts, asked("r1"), runtime.now())
    assert open_documents() == []
    gateway.changes(reference, disputes=(dispute(10_000),))
    plain, others = Table.get_many, [1]

    def get_many(self: Table, places: list[dict[str, str]]) -> object:
        if others and any(place["pk"].endswith("#H") for place in places):
            others.pop()
            whose = ("demo", bank.payment_id)
            reverse_payment(desk, *whose, "bounced", None, asked("r2"), runtime.now())
        return plain(self, places)

    monkeypatch.setattr(Table, "get_many", get_many)
    tell(seller, "charge.dispute.funds_withdrawn", reference)
    assert (others, reasons()) == ([], [])
    assert open_documents() == [("inv1", 10_000), ("inv2", 5_000)]
    books_balance()


class Refunds:
    """A gateway that makes a refund, and whose caller may die before it hears so."""

    def __init__(self, *, dies: bool = False) -> None:
        self.made: list[GatewayRefund] = []
        self._dies = dies

    def refund(self, reference: str, amount: object, refund_id: str) -> GatewayRefund:
        name = f"re_{len(self.made)}"
        left = entry(name, -4_000)
        self.made.append(
            GatewayRefund(name, "succeeded", euros(4_000), LATER, asked_as=refund_id, left=left)
        )
        if self._dies:
            raise SystemExit
        return self.made[-1]

    def refunds_of(self, reference: str) -> tuple[GatewayRefund, ...]:
        return tuple(self.made)


@pytest.mark.law("13")
def test_a_refund_that_fails_after_it_was_done_stands_as_failed(
    gateway: FakeGateway, seller: Entity, buyer: Customer, taken: Taken
) -> None:
    reference = taken(10_000, ("inv1", 10_000, 10_000))
    desk, now, there = runtime.cash_desk(), runtime.now(), Refunds()
    paid = payments()[0]["payment_id"]
    draft = RefundDraft(paid, euros(4_000), "x", release=True)
    refund = refund_payment(desk, "demo", "c1", draft, asked("r"), now)
    done = request_refund(Ports(desk, there), "demo", refund.refund_id, now)
    assert done.state is RefundState.DONE
    back = entry("back", 4_000, LATER + timedelta(days=3))
    failed = replace(there.made[0], status="failed", came_back=back)
    gateway.changes(reference, refunds=(failed,))
    for n in range(2):
        tell(seller, "refund.failed", reference, f"evt_failed_{n}")
    assert desk.cash.refund("demo", refund.refund_id).state is RefundState.FAILED
    assert account().credits[0].unapplied == euros(4_000)
    books_balance()


@pytest.mark.law("13")
def test_a_refund_whose_asker_died_is_looked_for_before_it_is_asked_again(
    gateway: FakeGateway, seller: Entity, buyer: Customer, taken: Taken
) -> None:
    taken(10_000, ("inv1", 10_000, 10_000))
    desk, now, there = runtime.cash_desk(), runtime.now(), Refunds(dies=True)
    paid = payments()[0]["payment_id"]
    draft = RefundDraft(paid, euros(4_000), "x", release=True)
    refund = refund_payment(desk, "demo", "c1", draft, asked("r"), now)
    with pytest.raises(SystemExit):
        request_refund(Ports(desk, there), "demo", refund.refund_id, now)
    day = timedelta(days=1)
    tomorrow = Now(now.business + day, now.wall + day)
    after = request_refund(Ports(desk, there), "demo", refund.refund_id, tomorrow)
    assert (after.state, len(there.made)) == (RefundState.DONE, 1)
