"""From a hint to booked money, through the real handlers: once, exactly, and never guessed."""

import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Table, Update
from shared.domain.account import CheckoutState
from shared.domain.clock import Now
from shared.domain.money import Money
from shared.errors import WriteConflict
from shared.usecases import apply_payment as use_case
from shared.usecases.apply_payment import apply_payment
from tests.integration import hub, money
from tests.integration.money import FakeGateway, add_checkout, euros, hint, of_type
from tests.unit.test_decide import LADDER

DUE = date(2026, 3, 2)
COMPLETED, FAILED = "checkout.session.completed", "checkout.session.async_payment_failed"


@pytest.fixture
def gateway(table, monkeypatch) -> FakeGateway:
    money.make_secret()
    made = FakeGateway()
    monkeypatch.setattr(runtime, "gateway", lambda: made)
    return made


@pytest.fixture
def seller(gateway):
    return hub.seed(LADDER)


@pytest.fixture
def buyer(seller):
    return hub.add_customer(seller)


def session(name: str) -> dict[str, str]:
    return {"id": f"cs_{name}", "object": "checkout.session"}


def intent(reference: str) -> dict[str, str]:
    return {"id": reference, "object": "payment_intent"}


def account():
    return runtime.accounts().account("demo", "c1")


def payments():
    return of_type("demo", "PAYMENT")


def reasons() -> list[str]:
    return sorted(item["reason"] for item in of_type("demo", "PARKED"))


def checkout_state(name: str) -> str:
    return str(runtime.checkouts().find("demo", "c1", name).state)


def books_balance() -> None:
    """Every minor unit is on a document or unapplied, and every head is the fold of its ledger."""
    received = sum(item["amount"] for item in payments())
    movements = [m for p in of_type("demo", "POSTING") for m in p["movements"]]
    allocated = -sum(m["amount"] for m in movements if m["kind"] == "allocation")
    unapplied = sum(c["unapplied"] for c in of_type("demo", "CREDIT"))
    assert received == allocated + unapplied
    assert received == sum(m["amount"] for m in movements if m["kind"] == "payment")
    for head in of_type("demo", "HEAD"):
        own = [m["amount"] for m in movements if m.get("document_id") == head["document_id"]]
        assert sum(own) == head["open"] >= 0
        assert (head["open"] > 0) == (not head["pk"].endswith("#H"))
        assert ("gpk" in head) == (head["open"] > 0)


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
    assert (event["state"], event["outcome"], "ppk" in event) == ("done", "booked", False)
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


def test_a_repeated_event_asks_nobody_and_writes_nothing(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    before, asked = money.items("demo"), gateway.asked
    hub.invoke(hub.HANDLERS["PAYMENT"], ['{"entity": "demo", "event_id": "evt_1"}'])
    assert (money.items("demo"), gateway.asked) == (before, asked)


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


def test_a_settled_payment_that_fails_after_all_is_parked(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    gateway.payments[reference] = replace(gateway.payments[reference], status="canceled")
    hint(seller, "evt_2", "payment_intent.payment_failed", intent(reference))
    assert reasons() == ["failed_after_settled"]


@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        ("charge.refunded", {"refunded_minor": 400}, "refunded"),
        ("charge.dispute.created", {"disputed": True}, "disputed"),
    ],
)
def test_row_20_a_reversal_before_its_payment_books_the_payment_and_parks_the_reversal_once(
    gateway, seller, buyer, kind, changes, reason
):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout, **changes)
    about = {"id": "x_1", "object": "charge", "payment_intent": reference}
    hint(seller, "evt_1", kind, about)
    hint(seller, "evt_2", kind, about)
    hint(seller, "evt_3", COMPLETED, session("co1"))
    assert reasons() == [reason]
    assert len(payments()) == 1
    books_balance()


PARKED = {
    "row 23: no mark": ({"entity_id": "", "customer_id": "", "checkout_id": ""}, "no_mark"),
    "row 23: unknown entity": ({"entity_id": "elsewhere"}, "unknown_entity"),
    "row 23: unknown customer": ({"customer_id": "c9"}, "unknown_checkout"),
    "row 23: unknown checkout": ({"checkout_id": "co9"}, "unknown_checkout"),
    "row 24: other currency": (
        {"amount": Money(minor=10_000, currency="USD")},
        "currency_mismatch",
    ),
    "row 24: unknown currency": ({"amount": None, "odd": "unknown_currency"}, "unknown_currency"),
    "row 25: odd amount": ({"amount": None, "odd": "odd_amount"}, "odd_amount"),
}


def test_what_cannot_be_placed_is_parked_once_and_moves_no_money(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    checkout = add_checkout(seller, buyer, "co1", invoice)
    for n, (changes, _) in enumerate(PARKED.values()):
        reference = f"pi_{n}"
        gateway.takes(seller, buyer, checkout, reference=reference, **changes)
        for turn in "ab":
            hint(seller, f"evt_{n}{turn}", "payment_intent.succeeded", intent(reference))
    assert reasons() == sorted(reason for _, reason in PARKED.values())
    assert payments() == []
    assert account().documents == (invoice,)
    assert {e["state"] for e in of_type("demo", "INBOX")} == {"parked"}


def test_a_page_of_another_customer_with_the_same_checkout_id_is_parked(gateway, seller, buyer):
    other = hub.add_customer(seller, customer_id="c2")
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, other, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    assert reasons() == ["unknown_checkout"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"account": "acct_other"}, "other_account"), ({"api_version": "2020-01-01"}, "api_version")],
)
def test_rows_15_and_16_a_foreign_account_or_version_is_parked_unasked(
    gateway, seller, buyer, changes, reason
):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"), **changes)
    assert reasons() == [reason]
    assert (payments(), gateway.asked) == ([], 0)


def test_row_17_types_we_do_not_use_are_ignored(gateway, seller):
    hint(seller, "evt_1", "customer.created", {"id": "cus_1", "object": "customer"})
    (event,) = of_type("demo", "INBOX")
    assert (event["state"], event["outcome"]) == ("ignored", "type_not_used")
    assert reasons() == []


def test_an_event_of_another_entity_of_the_account_is_left_to_that_entity(gateway, seller, buyer):
    other = hub.seed(LADDER, entity_id="other", name="Other Ltd")
    whose = hub.add_customer(other)
    checkout = add_checkout(other, whose, "co1", hub.add_invoice(other, whose, "inv1", DUE))
    gateway.takes(other, whose, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    (event,) = of_type("demo", "INBOX")
    assert (event["state"], reasons(), payments()) == ("ignored", [], [])
    hint(other, "evt_1", COMPLETED, session("co1"))
    assert len(of_type("other", "PAYMENT")) == 1


def test_a_part_with_all_it_can_hold_fits_into_one_transaction(gateway, seller, buyer):
    parts = use_case.DOCUMENTS_MAX
    invoices = [hub.add_invoice(seller, buyer, f"inv{n:02}", DUE, 100) for n in range(parts)]
    checkout = add_checkout(seller, buyer, "co1", *invoices)
    sizes = []
    runtime.client("dynamodb").meta.events.register(
        "before-parameter-build.dynamodb.TransactWriteItems",
        lambda params, **_: sizes.append(len(params["TransactItems"])),
    )
    gateway.takes(seller, buyer, checkout, amount=euros(100 * parts + 1))
    hint(seller, "evt_1", COMPLETED, session("co1"))
    assert account().documents == ()
    assert account().credits[0].unapplied == euros(1)
    assert sizes == [81]


def test_many_documents_are_settled_in_parts(gateway, seller, buyer, monkeypatch):
    monkeypatch.setattr(use_case, "DOCUMENTS_MAX", 3)
    invoices = [
        hub.add_invoice(seller, buyer, f"inv{n}", DUE + timedelta(days=n), 100) for n in range(7)
    ]
    gateway.takes(seller, buyer, add_checkout(seller, buyer, "co1", *invoices))
    hint(seller, "evt_1", COMPLETED, session("co1"))
    assert (account().documents, account().credits) == ((), ())
    assert len(of_type("demo", "WRITEBACK")) == 7
    payment = runtime.payments().payment("demo", payments()[0]["payment_id"])
    assert (len(payment.allocations), payment.plan, payment.unapplied) == (7, (), euros(0))
    books_balance()


def test_a_crash_between_the_parts_is_finished_by_the_next_run(gateway, seller, buyer, monkeypatch):
    monkeypatch.setattr(use_case, "DOCUMENTS_MAX", 3)
    invoices = [hub.add_invoice(seller, buyer, f"inv{n}", DUE, 100) for n in range(5)]
    checkout = add_checkout(seller, buyer, "co1", *invoices)
    told = gateway.payments[gateway.takes(seller, buyer, checkout)]

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(use_case, "_next_part", die)
        with pytest.raises(SystemExit):
            apply_payment(runtime.money_in(), "demo", told, runtime.now())
    (payment,) = payments()
    assert len(payment["plan"]) == 2
    assert account().credits[0].unapplied == euros(200)
    with pytest.raises(WriteConflict):
        runtime.payments().receipt("demo", payment["payment_id"])
    books_balance()
    apply_payment(runtime.money_in(), "demo", told, runtime.now())
    assert (account().documents, account().credits) == ((), ())
    books_balance()


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
    assert calls == ["GetItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem"]


def reconcile(*kinds: str) -> None:
    for kind in kinds:
        hub.invoke(hub.HANDLERS["JANITOR"], [json.dumps({"kind": kind, "entity": "demo"})])


def test_a_dropped_webhook_is_found_by_the_janitor(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    reconcile("reconcile", "reconcile")
    assert len(payments()) == 1
    assert checkout_state("co1") == "paid"
    books_balance()


def test_the_nightly_comparison_finds_what_no_checkout_leads_to(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.page(seller, buyer, checkout, "expired")
    hint(seller, "evt_1", "checkout.session.expired", session("co1"))
    gateway.takes(seller, buyer, checkout)
    reconcile("scheduled")
    assert len(payments()) == 1
    asked = gateway.asked
    reconcile("scheduled")
    assert gateway.asked == asked
    books_balance()


def test_a_difference_that_cannot_be_booked_is_parked_once(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    gateway.payments[reference] = replace(gateway.payments[reference], amount=euros(9_999))
    reconcile("reconcile", "reconcile")
    assert reasons() == ["amount_differs"]


def test_r11_a_checkout_whose_answer_was_lost_is_found_by_our_mark(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    checkout = add_checkout(seller, buyer, "co1", invoice, session_id="", url="")
    gateway.page(seller, buyer, checkout, "open")
    reconcile("reconcile")
    (live,) = account().checkouts
    assert (live.session_id, live.state) == ("cs_co1", CheckoutState.OPEN)


def test_a_checkout_that_the_gateway_never_heard_of_expires(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    add_checkout(seller, buyer, "co1", invoice, session_id="", url="")
    reconcile("reconcile")
    assert checkout_state("co1") == "expired"
    assert account().documents == (invoice,)


def test_an_open_page_is_asked_about_again_only_hours_later(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.page(seller, buyer, checkout, "open")
    now = runtime.now()
    from shared.usecases.reconcile_gateway import reconcile_gateway

    def janitor(after: timedelta) -> int:
        later = Now(business=now.business, wall=datetime.now(UTC) + after)
        found = reconcile_gateway(
            runtime.money_in(), runtime.pending(), "demo", later, on_demand=False
        )
        return found.asked

    assert janitor(timedelta(minutes=10)) == 0
    assert janitor(timedelta(minutes=20)) == 1
    assert janitor(timedelta(minutes=40)) == 0
    assert janitor(timedelta(hours=3)) == 1


def test_without_a_key_the_janitor_leaves_the_gateway_alone(table: Table):
    boto3.client("secretsmanager").create_secret(
        Name="hub/stripe", SecretString='{"api_key": "", "webhook_secrets": []}'
    )
    hub.seed(LADDER)
    reconcile("scheduled", "reconcile")


def test_an_entity_that_fails_keeps_no_other_from_the_janitor(
    table: Table, monkeypatch: pytest.MonkeyPatch
):
    boto3.client("secretsmanager").create_secret(
        Name="hub/stripe", SecretString='{"api_key": "", "webhook_secrets": []}'
    )
    tidied: list[str] = []

    def hand_over(entity_id: str, *_: object) -> int:
        tidied.append(entity_id)
        if entity_id == "demo":
            raise RuntimeError("broken")
        return 0

    monkeypatch.setattr("functions.janitor.handler.hand_over_stale", hand_over)
    hub.seed(LADDER)
    hub.seed(LADDER, entity_id="other")
    with pytest.raises(BatchProcessingError):
        reconcile("scheduled")
    assert tidied == ["demo", "other"]


def test_a_stored_event_that_was_never_handed_on_is_handed_on_by_the_janitor(
    gateway, seller, buyer
):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    body = money.webhook("evt_1", COMPLETED, session("co1"))
    from shared.adapters.stripe_event import read_event

    long_ago = datetime.now(UTC) - timedelta(hours=1)
    runtime.inbox().store("demo", read_event(body), body, long_ago)
    hub.invoke(hub.HANDLERS["JANITOR"], ['{"kind": "scheduled"}'])
    hub.drain("PAYMENT")
    assert len(payments()) == 1
