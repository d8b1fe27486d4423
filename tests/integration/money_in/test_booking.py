"""One paid page, however often and by however many we hear of it, is one payment."""

import json
import threading
from dataclasses import asdict, replace

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.stripe_event import read_event
from shared.adapters.table import Update
from shared.domain.payment import payment_id
from shared.usecases.apply_payment import apply_payment
from tests.integration import hub, money
from tests.integration.money import (
    COMPLETED,
    DUE,
    account,
    add_checkout,
    books_balance,
    causes,
    checkout_state,
    euros,
    hint,
    intent,
    of_type,
    payments,
    session,
)


def test_a_paid_page_settles_its_invoice_and_leaves_what_others_need(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    checkout = add_checkout(seller, buyer, "co1", invoice)
    reference = gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    assert account().documents == ()
    (payment,) = payments()
    assert payment["amount"] == 10_000
    assert payment["received_on"] == "2026-03-10"  # the customer's date, not London's
    assert payment["psk"].startswith("payment#")
    (note,) = of_type("demo", "WRITEBACK")
    assert (note["amount"], note["method"], note["gateway_reference"]) == (
        10_000,
        "card",
        reference,
    )
    assert note["psk"].startswith("writeback#")
    assert checkout_state("co1") == "paid"
    assert of_type("demo", "CREDIT", "PARKED", "TASK") == []
    (event,) = of_type("demo", "INBOX")
    assert (event["state"], "ppk" in event) == ("received", False)  # the payment is its note
    receipt = runtime.payments().receipt("demo", payment["payment_id"])
    assert receipt.documents == (("INV1", euros(10_000)),)
    books_balance()


def test_row_19_one_fact_in_many_events_and_each_three_times_is_one_payment(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout)
    charge = {"id": "ch_1", "object": "charge", "payment_intent": reference}
    hints = [
        (COMPLETED, session("co1")),
        ("payment_intent.succeeded", intent(reference)),
        ("charge.succeeded", charge),
    ]
    for turn in range(3):
        for n, (kind, subject) in enumerate(hints):
            hint(seller, f"evt_{n}", kind, subject)
            hint(seller, f"evt_{turn}_{n}", kind, subject)
    assert len(payments()) == 1
    assert len(of_type("demo", "WRITEBACK")) == 1
    books_balance()


def test_an_event_that_is_followed_again_is_noted_once_and_moves_nothing(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    before = all_but_events()
    event = asdict(read_event(money.webhook("evt_1", COMPLETED, session("co1"))))
    body = json.dumps({"entity": "demo", "event": event})
    hub.invoke(hub.HANDLERS["PAYMENT"], [body, body])
    assert all_but_events() == before
    (event,) = of_type("demo", "INBOX")
    assert (event["state"], event["outcome"]) == ("done", "known")


def all_but_events() -> list[Item]:
    return [item for item in money.items("demo") if item["type"] != "INBOX"]


def test_a_webhook_that_comes_again_asks_once_more_and_then_nobody(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    before, asked = all_but_events(), gateway.asked
    hint(seller, "evt_1", COMPLETED, session("co1"))
    hint(seller, "evt_1", COMPLETED, session("co1"))
    assert (all_but_events(), gateway.asked) == (before, asked + 1)


def test_applying_three_times_is_applying_once(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    told = gateway.payments[gateway.takes(seller, buyer, checkout)]
    codes = [apply_payment(runtime.money_in(), "demo", told, runtime.now()).code for _ in "abc"]
    assert codes == ["booked", "known", "known"]
    assert len(payments()) == 1
    books_balance()


def test_parallel_workers_book_one_payment(gateway, seller, buyer, monkeypatch):
    """Every worker has read before the first one writes, so that all but one lose a condition."""
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    told = gateway.payments[gateway.takes(seller, buyer, checkout)]
    ports, moment, all_have_read = runtime.money_in(), runtime.now(), threading.Barrier(4)
    plain, one_at_a_time, waited, codes = ports.payments.apply, threading.Lock(), set(), []

    def apply(*given):
        if threading.get_ident() not in waited:
            waited.add(threading.get_ident())
            all_have_read.wait(30)
        with one_at_a_time:
            return plain(*given)

    def worker() -> None:
        codes.append(apply_payment(ports, "demo", told, moment).code)

    monkeypatch.setattr(type(ports.payments), "apply", staticmethod(apply))
    work = [threading.Thread(target=worker) for _ in "abcd"]
    for each in work:
        each.start()
    for each in work:
        each.join(60)
    assert sorted(codes) == ["booked", "known", "known", "known"]
    assert len(payments()) == 1
    books_balance()


def test_r8_the_amount_is_the_gateways_and_a_part_keeps_the_rest_open(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    checkout = add_checkout(seller, buyer, "co1", invoice)
    gateway.takes(seller, buyer, checkout, amount=euros(2_500))
    hint(seller, "evt_1", COMPLETED, session("co1"))
    (document,) = account().documents
    assert (document.open, document.version) == (euros(7_500), invoice.version + 1)
    books_balance()


@pytest.mark.rule("R33")
def test_less_money_than_its_page_was_for_leaves_the_rest_to_be_asked_for(gateway, seller, buyer):
    for n, minor in enumerate((10_000, 2_500), start=1):
        invoice = hub.add_invoice(seller, buyer, f"inv{n}", DUE)
        checkout = add_checkout(seller, buyer, f"co{n}", invoice)
        taken = gateway.takes(seller, buyer, checkout, amount=euros(minor))
        hint(seller, f"evt_{n}", COMPLETED, session(f"co{n}"))
    assert {c for c in causes("demo") if "payment:" in c} == {
        f"payment:{payment_id('demo', taken)}"
    }


def test_w4_a_writer_in_between_makes_it_read_and_decide_again(gateway, seller, buyer, monkeypatch):
    """Someone raises the head's version between our read and our write: three times."""
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    checkout = add_checkout(seller, buyer, "co1", invoice)
    told = gateway.payments[gateway.takes(seller, buyer, checkout)]
    ports, left = runtime.money_in(), [1, 2, 3]
    plain = ports.payments.apply
    head = keys.open_head("demo", "c1", "inv1")

    def disturbed(*given):
        if left:
            runtime.table().write(Update(head, set={"version": invoice.version + left.pop()}))
        return plain(*given)

    monkeypatch.setattr(type(ports.payments), "apply", staticmethod(disturbed))
    outcome = apply_payment(replace(ports, pause=lambda _: None), "demo", told, runtime.now())
    assert (outcome.code, left) == ("booked", [])
    assert len(payments()) == 1


def test_one_payment_of_one_document_is_one_query_and_one_transaction(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    body = money.webhook("evt_1", COMPLETED, session("co1"))
    assert money.post("demo", body, money.signed(body)) == 200
    calls: list[str] = []
    runtime.client("dynamodb").meta.events.register(
        "before-call", lambda model, **_: calls.append(model.name)
    )
    hub.drain("PAYMENT")
    assert calls == ["GetItem", "Query", "TransactWriteItems"]
