"""Autopay through the real handlers: announced, taken once, before anybody is reminded."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from shared import runtime
from shared.adapters.head_items import head_item
from shared.adapters.table import EXISTS, Put
from shared.domain.account_as_of import account_as_of
from shared.domain.clock import Now
from shared.domain.decide import decide
from shared.domain.document import Discount, DiscountTax
from shared.domain.gateway import BalanceEntry
from shared.domain.money import Money
from shared.domain.policy_book import PolicyBook
from shared.domain.restraint import QuietHours
from tests.integration import hub, money, taking
from tests.integration.taking import CARD, DUE, TAKING, TakingGateway

BEFORE = DUE - timedelta(days=5)


@pytest.fixture
def gateway(table, monkeypatch):
    """The gateway, in place of the real one."""
    money.make_secret()
    made = TakingGateway()
    monkeypatch.setattr(runtime, "gateway", lambda: made)
    return made


@pytest.fixture
def seller(gateway):
    return hub.seed(TAKING)


@pytest.fixture
def buyer(seller):
    return hub.add_customer(seller)


def _later(days: int):
    return DUE + timedelta(days=days)


@pytest.mark.rule("R44")
def test_what_is_due_is_announced_then_taken_and_nobody_is_reminded(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    said = taking.days(seller, BEFORE, _later(10))
    assert list(said) == [BEFORE, DUE - timedelta(days=2), DUE]
    assert said[BEFORE] == ["Invoice INV1 from Seller Ltd: €100.00, due 9 March 2026"]
    assert said[DUE - timedelta(days=2)] == [
        "On 9 March 2026 we take €100.00 from Visa ••4242: Seller Ltd"
    ]
    assert said[DUE] == ["Thank you: we received €100.00"]
    assert gateway.calls == 1
    assert money.account().documents == ()
    assert [p["amount"] for p in money.payments()] == [10_000]
    assert [c.outcome for c in taking.collections()] == ["paid"]
    money.books_balance()


def test_the_discount_is_kept_for_who_leaves_it_to_us(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    last_day = DUE - timedelta(days=10)
    off = Discount("2", last_day, Money(minor=200, currency="EUR"), DiscountTax.REDUCE)
    head = head_item("demo", buyer, replace(invoice, discount=off), seller.shards)
    runtime.table().write(Put(head, condition=EXISTS))
    taking.give(seller, buyer, DUE - timedelta(days=20))
    said = taking.days(seller, DUE - timedelta(days=20), _later(9))
    assert said[last_day - timedelta(days=2)] == [
        "On 27 February 2026 we take €98.00 from Visa ••4242: Seller Ltd"
    ]
    assert said[last_day] == ["Thank you: we received €98.00"]
    assert max(said) == last_day
    announced = next(mail for mail in hub.sent_mails() if "we take" in mail.subject)
    assert "€2.00 of early-payment discount is taken off already" in announced.body
    assert (money.account().documents, gateway.calls) == ((), 1)
    money.books_balance()


@pytest.mark.rule("R31")
def test_at_night_nothing_is_announced_and_in_the_morning_it_is(gateway):
    quiet = QuietHours(begins="20:00", ends="07:00")
    seller = hub.seed(TAKING.model_copy(update={"quiet_hours": quiet}))
    buyer = hub.add_customer(seller)
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    taking.days(seller, BEFORE, DUE - timedelta(days=3))
    before = len(hub.sent_mails())
    for hour in (1, 4):
        hub.move_clock(datetime.combine(DUE - timedelta(days=2), time(hour), UTC))
        hub.sweep(seller)
        taking.carry(seller)
    assert (len(hub.sent_mails()), taking.collections()) == (before, [])
    assert taking.day(seller, DUE - timedelta(days=2)) == [
        "On 9 March 2026 we take €100.00 from Visa ••4242: Seller Ltd"
    ]


@pytest.mark.rule("R44")
def test_the_lost_answer_of_a_taking_takes_once(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    taking.days(seller, DUE - timedelta(days=2), DUE - timedelta(days=1))
    gateway.lost = True
    assert taking.day(seller, DUE) == []
    assert len(gateway.taken) == 1 and gateway.calls > 1
    gateway.lost = False
    taking.carry(seller)
    assert [p["amount"] for p in money.payments()] == [10_000]
    assert len(gateway.taken) == 1
    money.books_balance()


def test_a_taking_that_nobody_answered_for_long_is_looked_for_and_not_made_anew(
    gateway, seller, buyer, monkeypatch
):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    taking.days(seller, DUE - timedelta(days=2), DUE - timedelta(days=1))
    gateway.lost = True
    taking.day(seller, DUE)
    asked = gateway.calls
    before = runtime.now()
    later = Now(before.business, before.wall + timedelta(hours=30))
    monkeypatch.setattr(runtime, "now", lambda: later)
    gateway.lost = False
    taking.carry(seller)
    assert gateway.calls == asked
    assert [p["amount"] for p in money.payments()] == [10_000]
    assert len(gateway.taken) == 1


@pytest.mark.rule("R44")
def test_a_refusal_that_may_pass_is_tried_again_on_its_days_before_any_reminder(
    gateway, seller, buyer
):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    gateway.refuses = "insufficient_funds"
    said = taking.days(seller, BEFORE, _later(6))
    assert gateway.calls == 2
    assert list(said) == [BEFORE, DUE - timedelta(days=2), _later(1)]
    assert said[_later(1)] == ["Due: invoice INV1 from Seller Ltd, €100.00"]
    assert "We try again on 12 March 2026" in hub.sent_mails()[-1].body
    gateway.refuses = ""
    said = taking.days(seller, _later(7), _later(8))
    assert said == {_later(7): ["Thank you: we received €100.00"]}
    (collection,) = taking.collections()
    assert [(t.on, t.code) for t in collection.tries] == [
        (DUE, "insufficient_funds"),
        (_later(3), "insufficient_funds"),
        (_later(7), "paid"),
    ]


@pytest.mark.rule("R44")
def test_a_refusal_for_good_is_not_tried_again_and_the_next_message_says_so(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    gateway.refuses = "stolen_card"
    said = taking.days(seller, BEFORE, _later(8))
    assert gateway.calls == 1
    assert list(said) == [BEFORE, DUE - timedelta(days=2), _later(1), _later(7)]
    assert "we do not try again" in hub.sent_mails()[-1].body
    assert money.account().mandates == ()
    (mandate,) = runtime.mandates().of("demo", "c1")
    assert (mandate.ended_on, mandate.ended_why) == (DUE, "stolen_card")


def test_a_debit_under_way_is_neither_reminded_nor_taken_again(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    gateway.status = "processing"
    said = taking.days(seller, BEFORE, _later(8))
    assert list(said) == [BEFORE, DUE - timedelta(days=2)]
    assert gateway.calls == 1
    gateway.changes("pi_0", status="succeeded")
    money.hint(seller, "evt_1", "payment_intent.succeeded", money.intent("pi_0"))
    assert [p["amount"] for p in money.payments()] == [10_000]


@pytest.mark.rule("R12")
def test_a_debit_that_the_bank_refuses_is_not_tried_again(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE, replace(CARD, kind="sepa_debit"))
    gateway.status = "processing"
    taking.days(seller, BEFORE, _later(1))
    gateway.changes("pi_0", status="requires_payment_method", decline="insufficient_funds")
    money.hint(seller, "evt_1", "payment_intent.payment_failed", money.intent("pi_0"))
    (collection,) = taking.collections()
    assert (collection.next_on, collection.outcome) == (None, "insufficient_funds")
    said = taking.days(seller, _later(2), _later(8))
    assert gateway.calls == 1
    assert list(said) == [_later(2), _later(7)]


def test_money_that_turns_out_not_to_come_is_tried_again(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    gateway.status = "processing"
    taking.days(seller, BEFORE, _later(1))
    gateway.changes("pi_0", status="requires_payment_method", decline="insufficient_funds")
    money.hint(seller, "evt_1", "payment_intent.payment_failed", money.intent("pi_0"))
    (collection,) = taking.collections()
    assert collection.next_on == _later(3)
    gateway.status = "succeeded"
    taking.days(seller, _later(2), _later(3))
    assert [p["amount"] for p in money.payments()] == [10_000]


def test_money_that_came_before_the_day_is_not_taken_again(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    taking.days(seller, BEFORE, DUE - timedelta(days=1))
    checkout = money.add_checkout(seller, buyer, "co1", invoice)
    gateway.takes(seller, buyer, checkout)
    money.hint(seller, "evt_1", money.COMPLETED, money.session("co1"))
    taking.day(seller, DUE)
    assert gateway.calls == 0
    assert [c.outcome for c in taking.collections()] == ["nothing_left"]


def test_a_mandate_that_ended_just_before_takes_nothing(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    given = taking.give(seller, buyer, BEFORE)
    taking.days(seller, BEFORE, DUE - timedelta(days=1))
    hub.move_clock(datetime.combine(DUE, time(9), UTC))
    hub.sweep(seller)
    runtime.mandates().end(seller, "c1", given, "by_customer", DUE)
    taking.carry(seller)
    assert gateway.calls == 0
    assert [c.outcome for c in taking.collections()] == ["withdrawn"]
    assert money.account().checkouts == ()


def test_a_held_entity_takes_nothing(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    taking.days(seller, BEFORE, DUE - timedelta(days=1))
    runtime.entities().update(replace(runtime.accounts().entity("demo"), hold_all=True))
    taking.days(seller, DUE, _later(1))
    assert gateway.calls == 0


def test_no_more_is_taken_than_is_left_and_was_announced(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    taking.days(seller, BEFORE, DUE - timedelta(days=1))
    hub.add_invoice(seller, buyer, "inv2", DUE)
    taking.day(seller, DUE)
    (made,) = gateway.taken.values()
    assert made.amount == Money(minor=10_000, currency="EUR")
    said = taking.days(seller, _later(1), _later(2))
    assert said == {_later(2): ["Thank you: we received €100.00"]}


def test_what_could_not_be_announced_in_time_is_announced_anew(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    hub.move_clock(datetime.combine(DUE - timedelta(days=2), time(9), UTC))
    hub.sweep(seller)
    hub.move_clock(datetime.combine(DUE, time(9), UTC))
    hub.sweep(seller)
    assert [c.tries for c in taking.collections()] == [()]
    assert taking.day(seller, DUE) == ["Invoice INV1 from Seller Ltd: €100.00, due 9 March 2026"]
    assert gateway.calls == 0
    said = taking.days(seller, _later(1), _later(3))
    assert said[_later(1)] == ["On 12 March 2026 we take €100.00 from Visa ••4242: Seller Ltd"]
    assert said[_later(3)] == ["Thank you: we received €100.00"]


def test_of_two_sweeps_that_saw_the_same_one_begins_the_try(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    taking.days(seller, BEFORE, DUE - timedelta(days=1))
    hub.move_clock(datetime.combine(DUE, time(9), UTC))
    seen, now, entity = money.account(), runtime.now(), runtime.accounts().entity("demo")
    assert runtime.sweeping().autopay(entity, seen, TAKING, now) == 1
    smaller = replace(seen.documents[0], open=Money(minor=4_000, currency="EUR"))
    stale = replace(seen, documents=(smaller,))
    assert runtime.sweeping().autopay(entity, stale, TAKING, now) == 1
    assert len(money.account().checkouts) == 1
    taking.carry(seller)
    assert gateway.calls == 1


def test_a_debit_that_comes_back_ends_the_leave_it_was_taken_by(gateway, seller, buyer):
    hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE, replace(CARD, kind="sepa_debit"))
    taking.days(seller, BEFORE, _later(1))
    assert money.account().documents == ()
    back = BalanceEntry(
        "txn_back",
        "payment_failure_refund",
        Money(minor=-10_000, currency="EUR"),
        Money(minor=0, currency="EUR"),
        datetime.combine(_later(2), time(9), UTC),
    )
    gateway.changes("pi_0", returned=back)
    hub.move_clock(datetime.combine(_later(2), time(9), UTC))
    money.hint(seller, "evt_9", "charge.refund.updated", {"id": "x", "payment_intent": "pi_0"})
    (mandate,) = runtime.mandates().of("demo", "c1")
    assert mandate.ended_why == "returned"
    taking.days(seller, _later(3), _later(4))
    assert gateway.calls == 1
    money.books_balance()


def test_why_nothing_was_said_is_told_of_past_days_too(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    taking.give(seller, buyer, BEFORE)
    gateway.status = "processing"
    taking.days(seller, BEFORE, _later(9))
    gateway.changes("pi_0", status="succeeded")
    money.hint(seller, "evt_1", "payment_intent.succeeded", money.intent("pi_0"))
    record = runtime.records().record("demo", "c1")
    for days in (-1, 0, 4, 8):
        day = _later(days)
        stood = account_as_of(record, datetime.combine(day, time(12), UTC))
        then = replace(stood, documents=(invoice,))
        (verdict,) = decide(then, PolicyBook(TAKING), day)
        assert verdict.code == "autopay_pending", day
