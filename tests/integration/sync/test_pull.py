"""What the ERP changed comes in, and what did not change costs nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from shared import runtime
from shared.domain.erp import BadRecord, Page, RecordKind
from shared.domain.parked import FROM_ERP, Parked
from shared.errors import ErpRefused, ErpUnavailable, ErpUnreadable, InvalidInput
from shared.usecases import connect_erp
from tests.connectors.reference import ReferenceConnector
from tests.integration.drops import counted_writes, drop, stored
from tests.integration.syncing import ERP, carry, connect, sync, tell
from tests.support.capacity import meter
from tests.support.erp_world import bill

ISSUED, DUE = date(2026, 8, 1), date(2026, 8, 31)


def test_customers_invoices_and_payments_of_the_erp_come_in(erp):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    first, second = (erp.invoice(whose, minor, ISSUED, DUE) for minor in (11_900, 5_000))
    erp.pay(second, 2_000, date(2026, 8, 20))
    sync()
    assert [c["name"] for c in stored("CUSTOMER")] == ["Nordlicht GmbH"]
    heads = {h["external_id"]: (h["total"], h["open"]) for h in stored("HEAD")}
    assert heads == {first: (11_900, 11_900), second: (5_000, 3_000)}
    assert len(stored("LINES")) == 2


def test_a_payment_that_goes_and_comes_under_one_id_is_followed_each_time(erp):
    invoice = erp.invoice(erp.customer("Nordlicht GmbH", "ap@x.example"), 11_900, ISSUED, DUE)
    payment = erp.pay(invoice, 11_900, date(2026, 8, 20))
    for _ in range(2):
        sync()
        assert [h["open"] for h in stored("HEAD")] == [0]
        erp.unpay(payment)
        sync()
        assert [h["open"] for h in stored("HEAD")] == [11_900]
        erp.records[payment].gone = None
        erp.touch(payment)
    sync()
    sync(full=True)
    assert [h["open"] for h in stored("HEAD")] == [0]
    assert sorted(p["state"] for p in stored("PAYMENT")) == ["returned", "returned", "settled"]
    assert stored("PARKED") == []


def test_a_sync_of_nothing_new_writes_how_far_it_came_and_nothing_else(erp):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    for minor in (11_900, 5_000, 700):
        erp.touch(erp.invoice(whose, minor, ISSUED, DUE))
    sync()
    with counted_writes() as written:
        sync()
    assert written and all("#CURSOR#" in key for key in written)
    counts = runtime.pull_states().get("demo", ERP, RecordKind.INVOICES).counts
    assert (counts.new, counts.updated, counts.unchanged) == (3, 0, 3)


def test_what_did_not_change_is_not_looked_up(erp):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    invoices = [erp.invoice(whose, 100 + n, ISSUED, DUE) for n in range(20)]
    sync()
    for invoice in reversed(invoices):
        erp.touch(invoice)
    with meter(runtime.client("dynamodb")) as m:
        sync()
    facts = m.by_operation["BatchGetItem"]
    # two buckets of each kind, and nothing of any invoice
    assert 0 < facts.read_units <= 4


def test_one_cent_in_one_invoice_is_one_update(erp):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    invoices = [erp.invoice(whose, 10_000 + n, ISSUED, DUE) for n in range(6)]
    sync()
    bill(erp, invoices[3], 10_004)
    with counted_writes() as written:
        sync()
    heads = [key for key in written if " HEAD#" in key]
    assert len(heads) == 1  # with its lines, which add up again
    counts = runtime.pull_states().get("demo", ERP, RecordKind.INVOICES).counts
    assert (counts.new, counts.updated) == (6, 1)


def test_an_older_state_that_comes_late_is_no_news_and_is_not_remembered(erp, monkeypatch):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    invoice = erp.invoice(whose, 5_000, ISSUED, DUE)
    sync()
    older = erp.connector.read(RecordKind.INVOICES, invoice)
    bill(erp, invoice, 6_000)
    sync()
    # the page that a reader saw before the change comes once more
    late = Page(older, "", False, erp.clock())
    with monkeypatch.context() as patch:
        patch.setattr(ReferenceConnector, "pull", lambda *_: late)
        sync()
    assert [h["total"] for h in stored("HEAD")] == [6_000]
    bill(erp, invoice, 5_000)
    sync()
    assert [h["total"] for h in stored("HEAD")] == [5_000]


def test_a_record_that_cannot_be_taken_waits_for_a_person_and_the_others_come_in(erp):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    good = erp.invoice(whose, 5_000, ISSUED, DUE)
    bad = erp.invoice("99", 7_000, ISSUED, DUE)
    sync()
    sync()
    assert [h["external_id"] for h in stored("HEAD")] == [good]
    (parked,) = stored("PARKED")
    assert (parked["reason"], parked["source"]) == ("unknown_customer", "erp")
    facts = parked["facts"]
    assert (facts["external_id"], facts["total_minor"]) == (bad, 7_000)
    assert [t["kind"] for t in stored("TASK")] == ["erp"]
    erp.change(bad, customer=whose)
    connect_erp.ask_to_take_again(
        runtime.parked_items(), runtime.queues(), "demo", parked["parked_id"]
    )
    carry()
    assert {h["external_id"] for h in stored("HEAD")} == {good, bad}
    assert stored("PARKED") == []


def test_whom_an_invoice_needs_is_read_where_the_hub_does_not_know_it(erp, monkeypatch):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    erp.invoice(whose, 5_000, ISSUED, DUE)
    whole = ReferenceConnector.pull

    def no_customers(self, kind, cursor, limit, now):
        page = whole(self, kind, cursor, limit, now)
        return replace(page, rows=()) if kind is RecordKind.CUSTOMERS else page

    monkeypatch.setattr(ReferenceConnector, "pull", no_customers)
    sync()
    assert [c["external_id"] for c in stored("CUSTOMER")] == [whose]
    assert len(stored("HEAD")) == 1 and stored("PARKED") == []


def test_an_owner_that_the_connector_cannot_read_stops_nobody_else(erp, monkeypatch):
    """One bad record would else stop every sync of this kind, and then every message."""
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    good, bad = (erp.customer(n, f"{n}@example.org") for n in ("good", "bad"))
    for one in (good, bad, whose):
        erp.invoice(one, 5_000, ISSUED, DUE)
    pull, read = ReferenceConnector.pull, ReferenceConnector.read

    def without(self, kind, cursor, limit, now):
        page = pull(self, kind, cursor, limit, now)
        return replace(page, rows=tuple(r for r in page.rows if r.external_id != bad))

    def unreadable(self, kind, external_id):
        if (kind, external_id) == (RecordKind.CUSTOMERS, bad):
            raise ErpUnreadable(what="bad_amount", field="limit")
        return read(self, kind, external_id)

    monkeypatch.setattr(ReferenceConnector, "pull", without)
    monkeypatch.setattr(ReferenceConnector, "read", unreadable)
    sync()
    assert len(stored("HEAD")) == 2
    (parked,) = stored("PARKED")
    assert parked["reason"] == "unknown_customer"
    assert runtime.connections().get("demo", ERP).trouble is None


def test_a_parked_record_that_still_cannot_be_read_stays_parked(erp, monkeypatch):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    facts = {"connection": ERP, "external_id": whose}
    at = datetime(2026, 9, 1, tzinfo=UTC)
    runtime.parked_items().park("demo", Parked("P1", "customers", FROM_ERP, "bad_date", at, facts))

    def unreadable(self, kind, external_id):
        raise ErpUnreadable(what="bad_date", field="DueDate")

    monkeypatch.setattr(ReferenceConnector, "read", unreadable)
    tell(kind="again", entity="demo", parked_id="P1")
    assert [p["parked_id"] for p in stored("PARKED")] == ["P1"]


def test_the_erps_words_are_for_people_and_never_for_the_log(erp, monkeypatch, caplog, capsys):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    facts = {"connection": ERP, "external_id": whose}
    at = datetime(2026, 9, 1, tzinfo=UTC)
    runtime.parked_items().park("demo", Parked("P1", "customers", FROM_ERP, "bad_date", at, facts))

    words = f"{'Nordlicht'} GmbH is blocked."

    def refuses(self, kind, external_id):
        raise ErpRefused(said=words)

    monkeypatch.setattr(ReferenceConnector, "read", refuses)
    with pytest.raises(BatchProcessingError) as failed:
        tell(kind="again", entity="demo", parked_id="P1")
    logged = f"{failed.value} {caplog.text} {''.join(capsys.readouterr())}"
    assert "erp_refused" in logged and "Nordlicht" not in logged


def test_an_erp_that_is_down_loses_nothing_and_the_connection_says_why(erp):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    with erp.down():
        sync()
    trouble = runtime.connections().get("demo", ERP).trouble
    assert trouble.code == "erp_unavailable"
    sync()
    assert runtime.connections().get("demo", ERP).trouble is None
    assert [c["external_id"] for c in stored("CUSTOMER")] == [whose]


def test_an_erp_that_says_when_to_come_back_is_asked_then(erp, monkeypatch):
    def busy(*_: object) -> Page:
        raise ErpUnavailable(retry_after_s=40)

    with monkeypatch.context() as patch:
        patch.setattr(ReferenceConnector, "pull", busy)
        tell(kind="pull", entity="demo", connection=ERP)
    queue = boto3.client("sqs")
    asked = queue.get_queue_attributes(
        QueueUrl=runtime.setting("SYNC_QUEUE_URL"), AttributeNames=["All"]
    )["Attributes"]
    assert asked["ApproximateNumberOfMessagesDelayed"] == "1"
    assert runtime.connections().get("demo", ERP).trouble is None


def test_a_full_sync_finds_what_a_file_made_otherwise(erp):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    sync()
    drop(f"external_id,name,email\n{whose},Somebody else,\n")
    erp.change(whose)
    sync()
    assert [c["name"] for c in stored("CUSTOMER")] == ["Somebody else"]
    sync(full=True)
    assert [c["name"] for c in stored("CUSTOMER")] == ["Nordlicht GmbH"]


def test_a_paused_connection_is_asked_nothing(erp):
    erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    connect_erp.pause(runtime.connecting(), "demo", ERP, runtime.now())
    sync()
    assert erp.answers == 0 and stored("CUSTOMER") == []


def test_the_schedule_asks_every_connection_that_is_followed(erp):
    erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    connect("second")
    connect_erp.pause(runtime.connecting(), "demo", "second", runtime.now())
    tell(kind="scheduled")
    assert carry() == 1
    assert len(stored("CUSTOMER")) == 1


def test_what_the_connector_cannot_read_waits_for_a_person_once(erp, monkeypatch):
    kind, whole = RecordKind.INVOICES, ReferenceConnector.pull
    bad = BadRecord(kind, "9", "total", "unknown_currency", "BTC is no currency of ISO 4217.")

    def with_bad(self, of, cursor, limit, now):
        page = whole(self, of, cursor, limit, now)
        return replace(page, bad=(bad,)) if of is kind else page

    monkeypatch.setattr(ReferenceConnector, "pull", with_bad)
    sync()
    sync()
    (parked,) = stored("PARKED")
    assert (parked["kind"], parked["reason"]) == ("invoices", "unknown_currency")
    assert parked["facts"]["message"] == bad.message


def test_what_no_erp_sent_is_not_read_from_one(demo):
    parked = Parked("P1", "payment", "stripe", "unknown", datetime(2026, 9, 1, tzinfo=UTC), {})
    runtime.parked_items().park("demo", parked)
    with pytest.raises(InvalidInput):
        connect_erp.ask_to_take_again(runtime.parked_items(), runtime.queues(), "demo", "P1")
