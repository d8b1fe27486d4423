"""Rules of money in and of what is asked for, each told as one small story."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from shared.domain.cash_step import Asked
from shared.domain.gateway import GatewayRefused, GatewayUnavailable
from shared.domain.imports import PaymentRow
from shared.domain.refund import RefundDraft
from shared.usecases.import_payments import PaymentDesk
from shared.usecases.import_rows import write_rows
from shared.usecases.refund_payment import refund_payment
from shared.usecases.work_sweep import work
from tests.sim.calm import follow_events, owed, page, with_invoices
from tests.sim.founding import ENTITY, eur
from tests.sim.messages import consume
from tests.sim.world import World


def _erp_took(world: World, external_id: str, head: dict[str, Any], minor: int) -> None:
    row = PaymentRow(
        line=2,
        external_id=external_id,
        invoice_external_id=head["external_id"],
        paid_on=world.now.business.date(),
        amount=eur(minor),
        method="transfer",
    )
    desk = PaymentDesk(world.hub.imported, world.hub.invoices, world.entity(), world.now)
    assert write_rows(desk, [row]).new == 1


def _mails(world: World) -> list[dict[str, int]]:
    """Decide on all customers, let everything be sent, and return what the mails ask for."""
    said = len(world.mail.said)
    work(world.hub.sweeping, ENTITY, "gone", 0, world.customers, world.now)
    follow_events(world)
    return [asked for _, _, asked in world.mail.said[said:]]


@pytest.mark.rule("R8")
def test_what_is_booked_is_what_came_though_the_invoice_was_paid_meanwhile() -> None:
    world = with_invoices(1)
    (head,) = owed(world)
    world.gateway.pay(page(world), "succeeded")
    _erp_took(world, "early", head, head["open"] - 300)
    follow_events(world)
    (payment,) = [p for p in world.all("PAYMENT") if p["source"] == "gateway"]
    assert payment["amount"] == head["open"]
    assert [a["amount"] for a in payment["allocations"]] == [300]
    assert [c["unapplied"] for c in world.all("CREDIT")] == [head["open"] - 300]
    world.check()


@pytest.mark.rule("R9")
def test_a_debt_that_is_paid_twice_is_paid_once_and_the_rest_waits_with_a_task() -> None:
    world = with_invoices(2)
    first, _ = owed(world)
    old = page(world, first["document_id"])
    with patch.object(world.gateway, "expire_checkout", return_value="expired"):
        new = page(world)  # the gateway said that the older page is closed, and it was not
    for session in (old, new):
        world.gateway.pay(session, "succeeded")
    follow_events(world)
    assert owed(world) == []
    assert sum(c["unapplied"] for c in world.all("CREDIT")) == first["open"]
    assert [t["kind"] for t in world.all("TASK")] == ["unapplied"]
    world.check()


@pytest.mark.rule("R10")
def test_money_under_way_is_no_money_and_its_failure_asks_again_from_the_old_due_date() -> None:
    world = with_invoices(1)
    (head,) = owed(world)
    session = page(world)
    world.gateway.pay(session, "processing")
    follow_events(world)
    world.advance(timedelta(days=20))
    assert _mails(world) == []
    assert world.all("PAYMENT") == world.all("WRITEBACK") == world.all("CREDIT") == []
    world.gateway.settle(session, "requires_payment_method")
    follow_events(world)
    (asked,) = _mails(world)
    assert asked[head["document_id"]] == head["open"]
    assert [h["due_on"] for h in owed(world) if h["kind"] == "invoice"] == [head["due_on"]]
    world.check()


@pytest.mark.rule("R11")
def test_somebody_asks_about_a_page_whose_answer_was_lost_and_nothing_is_tried_before() -> None:
    world = with_invoices(1)
    (head,) = owed(world)
    opened = world.gateway.create_checkout

    def lost(*args: Any, **named: Any) -> Any:
        opened(*args, **named)
        raise GatewayUnavailable

    with patch.object(world.gateway, "create_checkout", lost), pytest.raises(GatewayUnavailable):
        page(world)
    (session,) = world.gateway.open_pages()
    assert [c.get("session_id", "") for c in world.all("CHECKOUT")] == [""]
    world.advance(timedelta(hours=3))
    world.do("janitor")
    assert [c["session_id"] for c in world.all("CHECKOUT")] == [session]
    world.gateway.pay(session, "succeeded")
    world.gateway.webhooks.clear()
    world.advance(timedelta(hours=25))
    world.do("janitor")
    (payment,) = world.all("PAYMENT")
    assert payment["amount"] == head["open"]
    assert list(world.gateway.pages) == [session]
    world.check()


@pytest.mark.rule("R12")
def test_a_debit_that_was_refused_is_not_tried_again() -> None:
    world = with_invoices(1)
    session = page(world)
    world.gateway.pay(session, "processing")
    world.gateway.settle(session, "requires_payment_method")
    follow_events(world)
    for _ in range(30):
        world.advance(timedelta(days=1))
        world.do("janitor")
        world.do("sweep")
        follow_events(world)
    assert list(world.gateway.pages) == [session]
    assert [p.status for p in world.gateway.payments()] == ["requires_payment_method"]


@pytest.mark.rule("R12", "R13")
def test_a_refund_that_was_refused_is_asked_for_once_and_waits_as_credit() -> None:
    world = with_invoices(1)
    world.gateway.pay(page(world), "succeeded")
    follow_events(world)
    (payment,) = world.all("PAYMENT")
    asked = Asked("back", "back", "clerk")
    draft = RefundDraft(payment["payment_id"], eur(payment["amount"]), "goodwill", release=True)
    refund_payment(world.hub.desk, ENTITY, payment["customer_id"], draft, asked, world.now)
    with patch.object(world.gateway, "refund", side_effect=GatewayRefused) as refused:
        errands = [m for m in world.queues.waiting if "refund_id" in m[1]]
        for _ in range(3):
            for message in errands:
                consume(world, *message)
        follow_events(world)
    assert refused.call_count == len(errands) == 1
    assert [c["unapplied"] for c in world.all("CREDIT")] == [payment["amount"]]
    world.check()


@pytest.mark.rule("R17")
def test_a_part_paid_invoice_is_asked_for_and_can_be_paid_for_its_rest() -> None:
    world = with_invoices(1)
    (head,) = owed(world)
    _erp_took(world, "part", head, 2_000)
    world.advance(timedelta(days=14))
    (asked,) = _mails(world)
    rest = head["open"] - 2_000
    assert asked[head["document_id"]] == rest
    session = page(world, head["document_id"])
    assert world.gateway.asked[session].amount == eur(rest)


@pytest.mark.rule("R19")
def test_a_case_goes_on_until_each_of_its_invoices_is_settled_each_by_its_own_amount() -> None:
    world = with_invoices(2)
    first, second = owed(world)
    world.advance(timedelta(days=14))
    both = [asked for asked in _mails(world) if asked]
    wanted = {first["document_id"]: first["open"], second["document_id"]: second["open"]}
    assert any(wanted.items() <= asked.items() for asked in both)
    _erp_took(world, "one", first, first["open"])
    later = []
    for _ in range(40):
        world.advance(timedelta(days=1))
        later += [asked for asked in _mails(world) if asked]
    assert later
    assert all(asked[second["document_id"]] == second["open"] for asked in later)
    assert all(first["document_id"] not in asked for asked in later)


@pytest.mark.rule("R19")
def test_a_mail_that_was_claimed_for_two_invoices_asks_for_the_one_that_is_left() -> None:
    world = with_invoices(2)
    first, second = owed(world)
    world.advance(timedelta(days=10))
    work(world.hub.sweeping, ENTITY, "gone", 0, world.customers, world.now)
    _erp_took(world, "one", first, first["open"])
    follow_events(world)
    (asked,) = [asked for _, _, asked in world.mail.said]
    assert asked == {second["document_id"]: second["open"]}
