"""The hub and an ERP are compared: equal, or each difference named, and mended where it can be."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Delete, Update
from shared.domain.cash_step import Asked
from shared.domain.charges import ChargeKind, Made
from shared.domain.clock import Now
from shared.domain.connection import Connection, ConnectionState
from shared.domain.document import Document, DocumentKind
from shared.domain.erp import OpenPage
from shared.errors import ErpUnavailable
from shared.usecases.compare_erp import compare_erp, drift_message
from shared.usecases.reverse_payment import reverse_payment
from tests.connectors.reference import ReferenceConnector
from tests.integration.hub import invoke
from tests.integration.telling.conftest import DAY, Books, Clerk
from tests.integration.test_console import get
from tests.support.samples import eur

SYNC = "functions.erp_sync.handler"
Drift = Callable[..., Any]


@pytest.fixture
def drift(books: Books, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> Drift:
    """An ERP with three invoices that were pulled, and the comparison with it."""
    ledger = Connection("books", "reference", {}, "", ConnectionState.CONNECTED)
    monkeypatch.setattr(runtime, "connector", lambda *_: books.connector)
    customer = books.erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    for name in ("inv1", "inv2", "inv3"):
        books.invoices[name] = books.erp.invoice(customer, 10_000, DAY, DAY)
    runtime.connections().create("demo", ledger)
    runtime.connections().keep_books("demo", ledger)
    carry(books)
    pulled(books)

    def compare(*, fix: bool = False) -> Any:
        assert clerk("POST", "/drift", {"fix": fix}).status == 202
        carry(books)
        return clerk("GET", "/drift").json

    return compare


def _at(wall: datetime) -> Now:
    """Return the moment of a sandbox whose clock is a season behind."""
    return Now(wall - timedelta(days=90), wall)


def carry(books: Books) -> None:
    """Do all that waits for the ERP, both ways."""
    sqs, url = boto3.client("sqs"), runtime.setting("SYNC_QUEUE_URL")
    while batch := sqs.receive_message(QueueUrl=url).get("Messages"):
        assert invoke(SYNC, [m["Body"] for m in batch]) == {"batchItemFailures": []}
        for message in batch:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    books.later(minutes=1)
    books.janitor()
    books.deliver()


def pulled(books: Books) -> None:
    """Have the hub take what the ERP says, and the ERP what the hub says."""
    pull = {"kind": "pull", "entity": "demo", "connection": "books"}
    invoke(SYNC, [json.dumps(pull)])
    carry(books)


def head(books: Books, name: str) -> Any:
    external_id = books.invoices[name]
    return next(h for h in books.of_type("HEAD") if h.get("external_id") == external_id)


def pay(books: Books, clerk: Clerk, name: str, euros: str) -> None:
    whole = {"amount": euros, "currency": "EUR"}
    body = {
        "amount": whole,
        "reference": f"TRF {name}",
        "received_on": books.wall.date().isoformat(),
        "parts": [{"document": head(books, name)["document_id"], "amount": whole}],
    }
    made = clerk("POST", f"/customers/{head(books, name)['customer_id']}/payments", body)
    assert made.status == 201, made.json
    carry(books)


def only(found: Any) -> tuple[str, str, str]:
    (one,) = found["differences"]
    return one["cause"], one["action"], one["done"]


def test_both_sides_are_equal_and_the_sums_say_so(books: Books, clerk: Clerk, drift: Drift) -> None:
    pay(books, clerk, "inv1", "40.00")
    found = drift()
    assert found["equal"] and found["whole"] and found["differences"] == []
    (sums,) = found["sums"]
    assert (sums["hub"]["amount"], sums["erp"]["amount"], sums["compared"]) == (
        "260.00",
        "260.00",
        3,
    )


@pytest.mark.rule("i25")
def test_a_discount_on_a_payment_of_the_erp_is_told_and_is_no_drift(
    books: Books, drift: Drift
) -> None:
    invoice = books.invoices["inv1"]
    books.erp.change(invoice, terms="10/20 net 60")
    pulled(books)
    books.erp.pay(invoice, 9_000, DAY)
    pulled(books)
    assert head(books, "inv1")["open"] == 0
    (line,) = books.of_type("WRITEBACK")
    assert (line["method"], line["amount"]) == ("discount", 1_000)
    assert books.erp.open_minor(invoice) == 0
    pulled(books)
    found = drift()
    assert found["equal"] and found["differences"] == []
    assert len(books.of_type("PAYMENT")) == 1


def test_an_entry_that_the_erp_lost_is_named_and_told_again(
    books: Books, clerk: Clerk, drift: Drift
) -> None:
    pay(books, clerk, "inv1", "40.00")
    (entry,) = [r for r in books.erp.records.values() if r.values.get("key")]
    books.erp.records.pop(entry.external_id)
    named = drift()
    assert only(named) == ("lost", "send_again", "")
    (one,) = named["differences"]
    assert (one["hub"]["open"]["amount"], one["erp"]["open"]["amount"]) == ("60.00", "100.00")
    assert only(drift(fix=True)) == ("lost", "send_again", "told_again_1")
    assert books.erp.open_minor(books.invoices["inv1"]) == 6_000
    assert books.erp.bookings(entry.values["key"]) == 1
    assert drift()["equal"]


@pytest.mark.rule("R43", "i25")
def test_money_of_the_erp_that_a_person_took_back_here_is_one_payment_to_the_end(
    books: Books, drift: Drift
) -> None:
    """Both sides agree, or the comparison says which entry is one too many."""
    invoice = books.invoices["inv1"]
    theirs = books.erp.pay(invoice, 4_000, DAY)
    pulled(books)
    (payment,) = books.of_type("PAYMENT")
    asked = Asked("r", "r", "ann")
    whose = (runtime.cash_desk(), "demo", payment["payment_id"])
    reverse_payment(*whose, "bounced", None, asked, books.now())
    carry(books)
    (told,) = books.of_type("WRITEBACK")
    assert (told["amount"], books.erp.open_minor(invoice)) == (-4_000, 10_000)
    assert drift()["equal"]
    books.erp.unpay(theirs)  # the bank's return is booked there, too
    pulled(books)
    assert books.erp.open_minor(invoice) == 14_000
    assert only(drift(fix=True)) == ("back_twice", "undo_there", "task")
    (task,) = (t for t in books.of_type("TASK") if t["kind"] == "drift")
    key = f"{told['payment_id']}.{told['document_id']}.{told['step']}"
    assert key in task["detail"] and "by hand" in task["detail"]
    assert "back_twice" not in task["detail"]
    (entry,) = [r for r in books.erp.records.values() if r.values.get("key") == key]
    books.erp.unpay(entry.external_id)
    pulled(books)
    assert drift()["equal"]
    books.erp.records[theirs].gone = None
    books.erp.change(theirs)  # and the ERP has it again
    pulled(books)
    assert [p["state"] for p in books.of_type("PAYMENT")] == ["returned"]
    assert only(drift(fix=True)) == ("lost", "send_again", "told_again_1")
    assert (books.erp.open_minor(invoice), head(books, "inv1")["open"]) == (10_000, 10_000)
    assert drift()["equal"]


def test_a_head_that_somebody_changed_here_is_named(books: Books, drift: Drift) -> None:
    stored = head(books, "inv2")
    place = {"pk": stored["pk"], "sk": stored["sk"]}
    runtime.table().write(Update(place, set={"open": 9_999}))
    assert only(drift())[:2] == ("open", "pull")


def test_an_invoice_that_was_never_pulled_is_read(books: Books, drift: Drift) -> None:
    customer = next(iter(books.erp.records))
    books.invoices["inv4"] = books.erp.invoice(customer, 5_000, DAY, DAY)
    assert only(drift()) == ("not_here", "read", "")
    assert only(drift(fix=True)) == ("not_here", "read", "taken")
    assert drift()["equal"]


def test_what_waits_for_a_person_is_told_again_by_fix(
    books: Books, clerk: Clerk, drift: Drift
) -> None:
    from tests.integration.telling.test_repair import Refuses

    good = books.connector

    class RefusesOnly(Refuses):
        pull, read, open_amounts = good.pull, good.read, good.open_amounts

    books.connector = RefusesOnly(books)
    pay(books, clerk, "inv1", "40.00")
    assert only(drift())[:2] == ("stopped", "repair")
    books.connector = good
    assert only(drift(fix=True))[2] == "told_again_1"
    assert drift()["equal"]


def test_an_invoice_that_is_open_here_and_gone_there_is_named(books: Books, drift: Drift) -> None:
    books.erp.records.pop(books.invoices["inv3"])
    assert only(drift())[:2] == ("not_there", "read")
    # nobody knows what became of it: a person has to look
    assert only(drift(fix=True))[2] == "task"
    assert [t["kind"] for t in books.of_type("TASK")] == ["drift"]


def test_what_is_on_its_way_is_no_drift(books: Books, clerk: Clerk, drift: Drift) -> None:
    with books.erp.down():
        pay(books, clerk, "inv1", "40.00")
    found = drift()
    assert only(found)[:2] == ("on_its_way", "wait") or found["equal"]


def test_an_erp_that_does_not_answer_is_said(books: Books, drift: Drift) -> None:
    with books.erp.down():
        found = drift()
    assert (found["state"], found["code"], found["equal"]) == ("done", "erp_unavailable", False)
    assert found["says"] == ErpUnavailable.help
    books.has_erp = False


@pytest.mark.law("6")
def test_an_error_that_nobody_knows_ends_the_report_and_the_message_comes_again(
    books: Books, clerk: Clerk, drift: Drift, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> OpenPage:
        raise ZeroDivisionError

    asked = json.dumps(drift_message("demo", "drift-1"))
    with monkeypatch.context() as broken:
        broken.setattr(ReferenceConnector, "open_amounts", breaks)
        with pytest.raises(BatchProcessingError):
            invoke(SYNC, [asked])
    found = clerk("GET", "/drift").json
    assert (found["state"], found["code"], found["equal"]) == ("done", "unexpected", False)
    assert "tried again by itself" in found["says"]
    assert invoke(SYNC, [asked]) == {"batchItemFailures": []}
    assert clerk("GET", "/drift").json["equal"]


@pytest.mark.law("6")
def test_a_comparison_whose_worker_died_is_broken_off_and_can_be_run_again(
    books: Books, clerk: Clerk, drift: Drift
) -> None:
    began = runtime.now().wall
    runtime.drift_reports().begin("demo", "drift-1", _at(began - timedelta(minutes=9)))
    assert clerk("GET", "/drift").json["state"] == "running"
    runtime.drift_reports().begin("demo", "drift-1", _at(began - timedelta(minutes=11)))
    found = clerk("GET", "/drift").json
    assert (found["state"], found["code"], found["equal"]) == ("broken_off", "broken_off", False)
    assert "asked for anew" in found["says"]
    assert drift()["equal"]


def test_a_comparison_is_told_by_the_hubs_clock(
    books: Books, clerk: Clerk, drift: Drift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "now", lambda: _at(books.wall))
    found = drift()
    days = books.wall - datetime.fromisoformat(found["at"])
    assert (found["equal"], days > timedelta(days=89)) == (True, True)


def follow(ledger: Connection) -> None:
    """Let an ERP that was paused be followed, and take what is booked."""
    now = runtime.connections().get("demo", ledger.name)
    runtime.connections().keep_books("demo", replace(now, state=ConnectionState.CONNECTED))


def test_no_erp_and_a_paused_one_are_no_difference_and_said_apart(
    books: Books, clerk: Clerk, drift: Drift
) -> None:
    ledger = runtime.connections().ledger("demo")
    assert ledger is not None
    paused = replace(ledger, state=ConnectionState.PAUSED)
    runtime.connections().update("demo", paused)
    found = drift()
    assert (found["code"], "sync begin" in found["says"]) == ("paused", True)
    runtime.table().write(Delete(keys.ledger_connection("demo")))
    found = drift()
    assert (found["code"], "duecourse connect" in found["says"]) == ("not_connected", True)
    follow(ledger)
    found = clerk("GET", "/drift").json
    assert (found["code"], found["equal"]) == ("not_compared", False)
    assert "Nobody compared since" in found["says"]
    assert "Nobody compared since" in get(books.token, "/console/e/demo/erp").text


def test_charges_that_the_erp_has_otherwise_are_named(
    books: Books, clerk: Clerk, drift: Drift
) -> None:
    told = charged(books, head(books, "inv1"))
    good = books.connector

    class TellsCharges:
        """An ERP that says what is open of the charges it was told."""

        capabilities = good.capabilities
        find, post, pull, read = good.find, good.post, good.pull, good.read
        lost = 0

        def open_amounts(self, cursor: str, limit: int) -> Any:
            page = good.open_amounts(cursor, limit)
            mine = books.invoices["inv1"]
            left = {mine: eur(500 - self.lost)}
            amounts = [
                replace(a, charges_open=left.get(a.external_id, eur(0))) for a in page.amounts
            ]
            return replace(page, amounts=tuple(amounts))

    books.connector = TellsCharges()
    assert books.erp.bookings(told) == 1
    assert drift()["equal"]
    books.connector.lost = 100
    found = drift()
    assert only(found)[:2] == ("charges", "look")
    assert not found["equal"]


def charged(books: Books, invoice: Any) -> str:
    """Charge 5.00 on an invoice, have it told, and return the key of what told it."""
    whose = invoice["customer_id"], invoice["document_id"]
    document = runtime.accounts().document("demo", *whose)
    customer = runtime.accounts().customer("demo", whose[0])
    charge = Document(
        "01J" + "F" * 23,
        DocumentKind.CHARGE,
        "INV1-FEE",
        DAY,
        DAY,
        eur(500),
        eur(500),
        invoice_id=whose[1],
        charge="late_fee",
    )
    made = Made(charge.document_id, ChargeKind.LATE_FEE, "late", "standard", 1, DAY, DAY)
    before = runtime.charges().made_on("demo", whose[0], [whose[1]])[whose[1]]
    what = (document, charge, made, before)
    assert runtime.charges().add(books.entity, customer, *what, None, books.now())
    carry(books)
    (note,) = [n for n in books.notes() if n["method"] == "charge"]
    return f"{note['payment_id']}.{note['document_id']}.0"


def test_an_invoice_that_went_to_another_customer_is_compared_as_a_whole(
    books: Books, clerk: Clerk, drift: Drift
) -> None:
    pay(books, clerk, "inv1", "40.00")
    moved = clerk(
        "POST",
        f"/invoices/{head(books, 'inv1')['document_id']}/move",
        {"into": "c1", "note": "they merged"},
    )
    assert moved.status == 200, moved.json
    assert drift()["equal"]
    (entry,) = [r for r in books.erp.records.values() if r.values.get("key")]
    books.erp.records.pop(entry.external_id)
    assert only(drift(fix=True)) == ("lost", "send_again", "told_again_1")
    assert drift()["equal"]


def test_what_an_erp_could_not_be_told_is_told_once_it_can_be(
    books: Books, clerk: Clerk, drift: Drift
) -> None:
    good, all_kinds = books.connector, books.connector.capabilities

    class BooksNoMoney:
        """An ERP for which nobody has named an account yet."""

        capabilities = replace(all_kinds, entries=frozenset())
        find, post, pull, read = good.find, good.post, good.pull, good.read
        open_amounts = good.open_amounts

    books.connector = BooksNoMoney()
    pay(books, clerk, "inv1", "40.00")
    assert only(drift(fix=True)) == ("not_told", "book_by_hand", "task")
    books.connector = good
    assert only(drift(fix=True)) == ("not_told", "book_by_hand", "told_again_1")
    assert drift()["equal"]


@pytest.mark.rule("i25")
def test_what_moves_between_the_two_reads_is_no_drift(books: Books, drift: Drift) -> None:
    good = books.connector

    class AMomentBehind:
        """An ERP that tells its open amounts as they were before the last booking, once."""

        capabilities = good.capabilities
        find, post, pull, read = good.find, good.post, good.pull, good.read
        told = 0

        def open_amounts(self, cursor: str, limit: int) -> Any:
            page = good.open_amounts(cursor, limit)
            self.told += 1
            if self.told > 1:
                return page
            first, *others = page.amounts
            return replace(page, amounts=(replace(first, open=eur(1)), *others))

    books.connector = AMomentBehind()
    assert drift()["equal"]
    assert books.connector.told == 2


def test_a_comparison_that_runs_out_of_time_says_that_it_is_not_whole(
    drift: Drift, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each invoice that the ERP does not list is asked for: they may be many."""

    def nothing(self: ReferenceConnector, cursor: str, limit: int) -> OpenPage:
        return OpenPage((), "", runtime.now().wall)

    asked = []
    monkeypatch.setattr(ReferenceConnector, "open_amounts", nothing)
    monkeypatch.setattr(ReferenceConnector, "read", lambda *what: asked.append(what) or ())
    found = compare_erp(runtime.comparing(), "demo", runtime.now(), lambda: len(asked) < 1)
    assert found.drift is not None
    assert (found.drift.whole, len(asked)) == (False, 1)
