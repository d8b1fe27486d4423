"""Several pages for one debt, pages that closed, and debits that take their time."""

from datetime import UTC, datetime, timedelta

from shared import runtime
from shared.adapters.table import Delete
from shared.domain.checkout import CheckoutState
from tests.integration import hub
from tests.integration.money import (
    COMPLETED,
    DUE,
    FAILED,
    account,
    add_checkout,
    books_balance,
    checkout_state,
    euros,
    hint,
    intent,
    of_type,
    payments,
    reasons,
    session,
)


def test_r9_two_pages_paid_for_one_debt_leave_credit_and_a_task(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    for name in ("co1", "co2"):
        gateway.takes(seller, buyer, add_checkout(seller, buyer, name, invoice))
        hint(seller, f"evt_{name}", COMPLETED, session(name))
    assert len(payments()) == 2
    (credit,) = account().credits
    assert credit.unapplied == euros(10_000)
    (task,) = of_type("demo", "TASK")
    assert (task["kind"], task["documents"]) == ("unapplied", ["inv1"])
    assert len(of_type("demo", "WRITEBACK")) == 1
    books_balance()


def test_r9_other_pages_for_what_was_settled_are_closed_at_the_gateway(gateway, seller, buyer):
    first = hub.add_invoice(seller, buyer, "inv1", DUE)
    second = hub.add_invoice(seller, buyer, "inv2", DUE)
    paid = add_checkout(seller, buyer, "co1", first)
    both = add_checkout(seller, buyer, "co2", first, second)
    elsewhere = add_checkout(seller, buyer, "co3", second)
    for other in (both, elsewhere):
        gateway.page(seller, buyer, other, "open")
    gateway.takes(seller, buyer, paid)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    assert gateway.closed == ["cs_co2"]
    hint(seller, "evt_2", "checkout.session.expired", session("co2"))
    assert checkout_state("co2") == "expired"
    assert [c.checkout_id for c in account().checkouts] == ["co3"]


def test_money_on_a_page_that_was_closed_here_is_taken_all_the_same(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.page(seller, buyer, checkout, "expired")
    hint(seller, "evt_1", "checkout.session.expired", session("co1"))
    assert checkout_state("co1") == "expired"
    gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_2", COMPLETED, session("co1"))
    assert checkout_state("co1") == "paid"
    assert account().documents == ()
    books_balance()


def test_r10_processing_is_not_paid_and_a_failed_debit_leaves_the_invoice_as_it_was(
    gateway, seller, buyer
):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    checkout = add_checkout(seller, buyer, "co1", invoice)
    gateway.takes(seller, buyer, checkout, status="processing", amount=None, odd="odd_amount")
    hint(seller, "evt_1", COMPLETED, session("co1"))
    (live,) = account().checkouts
    assert live.state is CheckoutState.PROCESSING
    assert payments() == []
    gateway.takes(
        seller, buyer, checkout, status="requires_payment_method", amount=None, odd="odd_amount"
    )
    hint(seller, "evt_2", FAILED, session("co1"))
    assert checkout_state("co1") == "failed"
    assert account().documents == (invoice,)
    assert [t["sk"].split("#")[1:] for t in of_type("demo", "TICKET")][-1] == ["c1", "checkout:co1"]
    assert reasons() == []


def test_a_debit_that_settles_is_booked_when_it_does(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout, status="processing", amount=None, odd="odd_amount")
    hint(seller, "evt_1", COMPLETED, session("co1"))
    gateway.takes(seller, buyer, checkout, method="sepa_debit")
    hint(seller, "evt_2", "checkout.session.async_payment_succeeded", session("co1"))
    assert [p["method"] for p in payments()] == ["sepa_debit"]
    assert checkout_state("co1") == "paid"
    books_balance()


def test_r7_a_late_failure_event_never_unpays(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    hint(seller, "evt_2", "payment_intent.payment_failed", intent(reference))
    hint(seller, "evt_3", "checkout.session.expired", session("co1"))
    assert checkout_state("co1") == "paid"
    assert reasons() == []
    books_balance()


def test_row_28_an_event_that_comes_when_its_checkout_is_forgotten_changes_nothing(
    gateway, seller, buyer
):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    (item,) = of_type("demo", "CHECKOUT")
    week = timedelta(days=7).total_seconds()
    assert abs(item["ttl"] - datetime.now(UTC).timestamp() - week) < 60
    runtime.table().write(Delete({"pk": item["pk"], "sk": item["sk"]}))
    for n, kind in enumerate(("payment_intent.succeeded", "charge.updated")):
        hint(seller, f"evt_late_{n}", kind, intent(reference))
    assert (len(payments()), reasons()) == (1, [])
    books_balance()
