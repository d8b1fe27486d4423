"""The contract of connectors on a live Tryton 8.2 filled by proteus, and what is Tryton's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.adapters.tryton import TrytonConnector
from shared.domain.erp import EntryKind, Gone, GoneRow, OpenAmount, RecordKind
from shared.domain.imports import CreditNoteRow, CustomerRow, InvoiceRow, LineGroup, PaymentRow
from shared.domain.invoice_lines import lines_of
from shared.domain.money import Money
from shared.errors import ErpAccess, ErpOutcomeUnknown, ErpRefused, ErpUnreadable, InvalidInput
from tests.connectors.contract import (
    DUE_ON,
    ISSUED_ON,
    PAID_ON,
    BooksContract,
    bill,
    newest,
    pay,
    pulled,
)
from tests.connectors.tryton import server
from tests.connectors.tryton.driver import TrytonDriver, drafting

CUSTOMERS, INVOICES = 30, 120

pytestmark = pytest.mark.skipif(
    not server.PYTHON.exists(), reason="Tryton is not here: infra/setup.sh tryton"
)


@contextmanager
def _copy_of(made: Path, folder: Path) -> Iterator[TrytonDriver]:
    database = Path(shutil.copy(made, folder / "erp.sqlite"))
    with server.running(database) as tryton:
        yield TrytonDriver(tryton, database.stem)


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonDriver]:
    """Return a Tryton with a company and nothing else, a copy for this module."""
    with _copy_of(server.founded(), tmp_path_factory.mktemp("tryton")) as driver:
        yield driver


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonDriver]:
    """Return a Tryton with 30 customers and 120 posted invoices of all sorts."""
    made, _ = server.filled(CUSTOMERS, INVOICES)
    with _copy_of(made, tmp_path_factory.mktemp("cut")) as driver:
        yield driver


class TestContract(BooksContract):
    """Every connector passes it; here it runs live."""

    crash_step = 3


def test_the_cut_comes_as_the_books_have_it(cut: TrytonDriver) -> None:
    customers, _ = pulled(cut.connector, RecordKind.CUSTOMERS, limit=20)
    rows, _ = pulled(cut.connector, RecordKind.INVOICES, limit=50)
    people = newest(customers, CustomerRow)
    found = newest(rows, InvoiceRow)
    books = cut.tryton.do("books")
    assert (len(people), len(found), len(books)) == (CUSTOMERS, INVOICES, INVOICES)
    assert {(i, r.total.minor) for i, r in found.items()} == {
        (str(b["id"]), b["total"]) for b in books
    }
    assert {r.language for r in people.values()} == {"de", "fr", "es", "en", None}
    assert any(c.role == "payables" for r in people.values() for c in r.contacts or ())
    in_parts = [r for r in found.values() if r.parts]
    assert len(in_parts) == INVOICES // 10
    assert all(sum(p.minor for _, p in r.parts) == r.total.minor for r in in_parts)
    groups = [r for r in rows if isinstance(r, LineGroup)]
    assert len(groups) == INVOICES
    for group in groups:
        assert lines_of(group, found[group.external_id].total)[1] == []


@pytest.mark.rule("i25")
def test_a_touch_of_everything_changes_no_hash(cut: TrytonDriver) -> None:
    before, cursor = pulled(cut.connector, RecordKind.INVOICES)
    assert cut.tryton.do("touch_all") == INVOICES
    after, _ = pulled(cut.connector, RecordKind.INVOICES, cursor)
    assert len(after) == len(before) == 2 * INVOICES
    assert {(type(r), r.external_id, r.content_hash) for r in after} == {
        (type(r), r.external_id, r.content_hash) for r in before
    }


def test_a_wrong_password_is_told_when_the_connection_is_tested(erp: TrytonDriver) -> None:
    assert erp.connector.check().warnings == ()
    wrong = erp.secret | {"password": "not-the-one"}
    with pytest.raises(ErpAccess) as told:
        TrytonConnector(erp.settings, lambda: wrong).check()
    assert told.value.facts == {"what": "user and password"}


def test_a_wrong_database_is_told_in_words(erp: TrytonDriver) -> None:
    wrong = {**erp.settings, "database": "nosuch"}
    with pytest.raises(ErpUnreadable) as told:
        TrytonConnector(wrong, lambda: erp.secret).check()
    said = str(told.value.facts["said"])
    assert "/nosuch/rest/model/company.company was answered by a web page (404)" in said
    assert "Not Found" in said and "<" not in said


def test_a_company_that_is_not_there_is_named(erp: TrytonDriver) -> None:
    with pytest.raises(ErpAccess) as told:
        TrytonConnector({**erp.settings, "company": "77"}, lambda: erp.secret).check()
    assert told.value.facts["said"] == "Tryton shows this user no company of the number 77."


@pytest.mark.parametrize("company", ["Seller", "0", "-1", "1.5"])
def test_a_company_by_its_name_is_refused_with_what_to_write(company: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        TrytonConnector({"url": "https://erp.example", "database": "b", "company": company}, dict)
    assert refused.value.facts["field"] == "company"
    assert "number" in str(refused.value.facts["reason"])


def test_a_mail_address_is_no_change_of_the_party_and_comes(erp: TrytonDriver) -> None:
    customer = erp.customer("Brightwater Ltd", "old@brightwater.example")
    _, cursor = pulled(_sharp(erp), RecordKind.CUSTOMERS)
    erp.tryton.do("readdress", customer=int(customer), email="new@brightwater.example")
    rows, _ = pulled(_sharp(erp), RecordKind.CUSTOMERS, cursor)
    assert newest(rows, CustomerRow)[customer].email == "new@brightwater.example"


@pytest.mark.rule("R43")
def test_a_merge_is_told(erp: TrytonDriver) -> None:
    """Tryton merges parties that have nothing posted; others it refuses to."""
    source = erp.customer("Brightwater Ltd", "ap@brightwater.example")
    into = erp.customer("Brightwater Ltd", "ap@brightwater.example")
    _, cursor = pulled(erp.connector, RecordKind.CUSTOMERS)
    erp.tryton.do("merge", source=int(source), destination=int(into))
    rows, _ = pulled(erp.connector, RecordKind.CUSTOMERS, cursor)
    gone = newest(rows, GoneRow)[source]
    assert (gone.why, gone.into) == (Gone.MERGED, into)
    assert erp.connector.read(RecordKind.CUSTOMERS, source) == (gone,)


def test_money_on_several_invoices_is_told_in_pieces(erp: TrytonDriver) -> None:
    customer, first = bill(erp, 100_00)
    second = erp.invoice(customer, 50_00, ISSUED_ON, DUE_ON)
    _, cursor = pulled(erp.connector, RecordKind.PAYMENTS)
    line = _bank(erp, customer, 150_00)
    assert _paid(erp, first, cursor) == []  # nobody said yet what it pays
    erp.tryton.do("settle", lines=[line], invoices=[int(first), int(second)])
    assert _paid(erp, first, cursor) == [100_00]
    assert _paid(erp, second, cursor) == [50_00]
    assert (erp.open_minor(first), erp.open_minor(second)) == (0, 0)
    erp.tryton.do("unreconcile", line=line)
    rows, _ = pulled(erp.connector, RecordKind.PAYMENTS, cursor)
    gone = newest(rows, GoneRow)
    assert {f"{line}-{first}", f"{line}-{second}"} <= gone.keys()
    assert _paid(erp, first, cursor) == _paid(erp, second, cursor) == []


def test_one_part_of_an_invoice_is_paid(erp: TrytonDriver) -> None:
    customer = erp.customer("Parts", "ap@parts.example")
    invoice = erp.invoice(customer, 90_00, ISSUED_ON, DUE_ON, parts=3)
    part = erp.tryton.do("lines_of", invoice=int(invoice))[0]
    erp.tryton.do("reconcile_lines", lines=[_bank(erp, customer, 30_00), part])
    assert _paid(erp, invoice) == [30_00]
    (row, _) = erp.connector.read(RecordKind.INVOICES, invoice)
    assert [p.minor for _, p in row.parts] == [30_00, 30_00, 30_00]
    assert erp.open_minor(invoice) == 60_00


def test_a_difference_written_off_there_is_told_as_what_it_is(erp: TrytonDriver) -> None:
    _, invoice = bill(erp, 100_00)
    erp.tryton.do("pay", invoice=int(invoice), minor=97_00, on="2026-09-20", how="writeoff")
    rows, _ = pulled(erp.connector, RecordKind.PAYMENTS)
    told = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
    assert sorted((r.amount.minor, r.method) for r in told) == [
        (3_00, "Write-off"),
        (97_00, "Bank"),
    ]


def test_an_overpayment_is_told_as_far_as_it_pays(erp: TrytonDriver) -> None:
    _, invoice = bill(erp, 100_00)
    erp.tryton.do("pay", invoice=int(invoice), minor=120_00, on="2026-09-20", how="overpayment")
    assert _paid(erp, invoice) == [100_00]
    assert erp.open_minor(invoice) == 0


def test_an_invoice_that_was_credited_whole_is_not_voided(erp: TrytonDriver) -> None:
    _, invoice = bill(erp, 100_00)
    note = str(erp.tryton.do("credit", invoice=int(invoice)))
    assert erp.tryton.do("state", invoice=int(invoice)) == "cancelled"
    (row, _) = erp.connector.read(RecordKind.INVOICES, invoice)
    assert isinstance(row, InvoiceRow)
    (credit,) = erp.connector.read(RecordKind.CREDIT_NOTES, note)
    assert isinstance(credit, CreditNoteRow)
    assert [(i, m.minor) for i, m in credit.uses] == [(invoice, 100_00)]


def test_new_terms_of_payment_are_new_parts(erp: TrytonDriver) -> None:
    _, invoice = bill(erp, 100_00)
    erp.tryton.do("reschedule", invoice=int(invoice), first_on="2026-11-02", parts=2)
    (row, _) = erp.connector.read(RecordKind.INVOICES, invoice)
    assert row.parts == (
        (date(2026, 11, 2), Money(minor=50_00, currency="EUR")),
        (date(2026, 12, 2), Money(minor=50_00, currency="EUR")),
    )
    assert row.total.minor == 100_00 and _paid(erp, invoice) == []


def test_lines_add_up_whatever_the_tax(erp: TrytonDriver) -> None:
    customer = erp.customer("Taxes", "ap@taxes.example")
    made = erp.tryton.do(
        "invoice", customer=int(customer), minor=33_33, issued_on="2026-09-01", due_on="2026-10-01",
        tax="19", quantity=3, reference="PO-7",
        extra=[[10_01, 1, "7", "Books"], [5, 1, "", "Post"]],
    )  # fmt: skip
    row, group = erp.connector.read(RecordKind.INVOICES, str(made))
    lines, problems = lines_of(group, row.total)
    assert problems == [] and len(lines) == 3
    assert row.po_number == "PO-7"
    assert [r.tax_rate for r in group.rows] == ["19", "7", "0"]


@pytest.mark.parametrize("minor", [100_00, 40_00])
def test_the_books_of_a_payment(erp: TrytonDriver, minor: int) -> None:
    customer, invoice = bill(erp, 100_00)
    entry = pay(erp, customer, invoice, minor, "H")
    erp.connector.post(entry)
    (move,) = erp.tryton.do("moves_of", key=entry.key)
    assert move["state"] == "posted" and move["on"] == entry.booked_on.isoformat()
    assert [(d, c) for _, d, c in move["lines"]] in (
        [(0, minor), (minor, 0)],
        [(minor, 0), (0, minor)],
    )
    assert ["1200", minor, 0] in move["lines"]
    state = erp.tryton.do("state", invoice=int(invoice))
    assert state == ("paid" if minor == 100_00 else "posted")


def test_an_early_payment_with_its_discount_closes_the_invoice(erp: TrytonDriver) -> None:
    customer, invoice = bill(erp, 100_00)
    off = Money(minor=2_00, currency="EUR")
    entry = replace(pay(erp, customer, invoice, 98_00, "I"), discount=off)
    erp.connector.post(entry)
    (move,) = erp.tryton.do("moves_of", key=entry.key)
    assert ["4711", 2_00, 0] in move["lines"] and ["1200", 98_00, 0] in move["lines"]
    assert erp.tryton.do("state", invoice=int(invoice)) == "paid"


def test_money_that_goes_back_opens_a_paid_invoice_and_closes_it_again(erp: TrytonDriver) -> None:
    customer, invoice = bill(erp, 100_00)
    for name, minor, left, state in (
        ("J1", 100_00, 0, "paid"),
        ("J2", -100_00, 100_00, "posted"),
        ("J3", 60_00, 40_00, "posted"),
        ("J4", 40_00, 0, "paid"),
    ):
        erp.connector.post(pay(erp, customer, invoice, minor, name))
        assert erp.open_minor(invoice) == left, name
        assert erp.tryton.do("state", invoice=int(invoice)) == state, name
    (row, _) = erp.connector.read(RecordKind.INVOICES, invoice)
    assert row.total.minor == 100_00 and row.parts is None and row.due_on == DUE_ON
    told = [r for r in newest(pulled(erp.connector, RecordKind.PAYMENTS)[0], PaymentRow).values()
            if r.invoice_external_id == invoice]  # fmt: skip
    assert sorted(r.amount.minor for r in told) == [-100_00, 40_00, 60_00, 100_00]
    assert all(r.our_key for r in told)


def test_a_charge_is_open_until_it_is_paid_or_waived(erp: TrytonDriver) -> None:
    customer, invoice = bill(erp, 100_00)

    def entry(name: str, kind: EntryKind, minor: int, charge: str = ""):
        made = pay(erp, customer, invoice, minor, name)
        return replace(made, kind=kind, charge_key=charge, number="FEE-1")

    fee = entry("K1", EntryKind.CHARGE, 12_00)
    erp.connector.post(fee)
    assert _charges(erp, invoice) == 12_00
    erp.connector.post(entry("K2", EntryKind.PAYMENT, 5_00, fee.key))
    assert _charges(erp, invoice) == 7_00
    erp.connector.post(entry("K3", EntryKind.CHARGE_BACK, 7_00, fee.key))
    assert _charges(erp, invoice) == 0
    assert erp.open_minor(invoice) == 100_00
    (move,) = erp.tryton.do("moves_of", key=fee.key)
    assert ["4717", 0, 12_00] in move["lines"]
    with pytest.raises(ErpRefused):
        erp.connector.post(entry("K4", EntryKind.PAYMENT, 5_00, "nobody.told.0"))


def test_a_credit_note_of_tryton_is_used_on_an_invoice(erp: TrytonDriver) -> None:
    customer, invoice = bill(erp, 100_00)
    note = erp.credit_note(customer, 30_00, datetime.now(UTC).date())
    (row,) = erp.connector.read(RecordKind.CREDIT_NOTES, note)
    entry = replace(
        pay(erp, customer, invoice, 30_00, "L"), kind=EntryKind.CREDIT, number=row.number
    )
    erp.connector.post(entry)
    assert erp.open_minor(invoice) == 70_00
    assert erp.tryton.do("open_minor", invoice=int(note)) == 0
    assert erp.tryton.do("state", invoice=int(note)) == "paid"


@pytest.mark.rule("R43")
def test_a_draft_whose_answer_was_lost_is_finished_not_made_again(erp: TrytonDriver) -> None:
    customer, invoice = bill(erp, 90_00)
    entry = pay(erp, customer, invoice, 90_00, "M")
    with erp.front.losing(drafting), pytest.raises(ErpOutcomeUnknown):
        erp.connector.post(entry)
    assert erp.connector.find(entry.key) is None
    erp.connector.post(entry)
    assert (erp.bookings(entry.key), erp.open_minor(invoice)) == (1, 0)
    assert len(erp.tryton.do("moves_of", key=entry.key)) == 1


@pytest.mark.rule("R43")
def test_of_two_who_book_at_once_one_books(erp: TrytonDriver) -> None:
    """The second one books whole while the first one's draft is on its way back."""
    customer, invoice = bill(erp, 90_00)
    entry = pay(erp, customer, invoice, 90_00, "N")
    met = []

    def meanwhile(method: str, path: str) -> None:
        if drafting(method, path) and not met:
            met.append(path)
            erp.front.watch(None)
            erp.connector.post(entry)

    erp.front.watch(meanwhile)
    posted = erp.connector.post(entry)
    assert met and posted.erp_id
    assert (erp.bookings(entry.key), erp.open_minor(invoice)) == (1, 0)
    assert len(erp.tryton.do("moves_of", key=entry.key)) == 1


@pytest.mark.rule("i25")
def test_what_a_person_cancels_is_ours_no_more(erp: TrytonDriver) -> None:
    customer, invoice = bill(erp, 80_00)
    entry = pay(erp, customer, invoice, 80_00, "O")
    erp.connector.post(entry)
    rows, cursor = pulled(erp.connector, RecordKind.PAYMENTS)
    (told,) = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
    erp.unpay(told.external_id.split("-")[0])
    rows, _ = pulled(erp.connector, RecordKind.PAYMENTS, cursor)
    assert told.external_id in newest(rows, GoneRow)
    assert erp.open_minor(invoice) == 80_00


def test_more_than_is_open_is_refused_in_trytons_words(erp: TrytonDriver) -> None:
    customer, invoice = bill(erp, 10_00)
    entry = pay(erp, customer, invoice, 11_00, "P")
    with pytest.raises(ErpRefused) as refused:
        erp.connector.post(entry)
    assert "can not be greater than the invoice amount" in str(refused.value.facts["said"])
    assert erp.tryton.do("moves_of", key=entry.key) == []


def test_a_setting_that_tryton_does_not_know_is_told_at_the_check(erp: TrytonDriver) -> None:
    assert erp.connector.check().warnings == ()
    erp_settings = erp.settings | {"account_discount": "9999"}
    with_fault = type(erp.connector)(erp_settings, lambda: erp.secret)
    assert with_fault.check().warnings == ("Tryton has no account 9999.",)
    keyed = type(erp.connector)(erp.settings, lambda: {"key": erp.secret["key"]})
    assert any("password" in warning for warning in keyed.check().warnings)


def test_a_credit_note_that_is_only_linked_is_used_up_all_the_same(erp: TrytonDriver) -> None:
    customer, invoice = bill(erp, 100_00)
    note = erp.credit_note(customer, 30_00, datetime.now(UTC).date(), use_on=[invoice])
    (row,) = erp.connector.read(RecordKind.CREDIT_NOTES, note)
    assert [(i, m.minor) for i, m in row.uses] == [(invoice, 30_00)]
    told = _told(erp)
    assert (told[invoice].open.minor, told[note].open.minor) == (70_00, 0)


def _sharp(erp: TrytonDriver):
    """Return a connector that looks back two seconds only: what it finds is of now."""
    return type(erp.connector)(erp.settings | {"overlap_s": "2"}, lambda: erp.secret)


def _bank(erp: TrytonDriver, customer: str, minor: int) -> int:
    on = PAID_ON.isoformat()
    return int(erp.tryton.do("bank", customer=int(customer), minor=minor, on=on))


def _paid(erp: TrytonDriver, invoice: str, cursor: str = "") -> list[int]:
    rows, _ = pulled(erp.connector, RecordKind.PAYMENTS, cursor)
    told = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
    return sorted(row.amount.minor for row in told)


def _charges(erp: TrytonDriver, invoice: str) -> int:
    return _told(erp)[invoice].charges_open.minor


def _told(erp: TrytonDriver) -> dict[str, OpenAmount]:
    """Return what Tryton says is open, by document."""
    page = erp.connector.open_amounts("", 500)
    assert page.cursor == ""
    return {amount.external_id: amount for amount in page.amounts}


def test_the_clock_of_a_page_is_that_of_tryton(erp: TrytonDriver) -> None:
    page = erp.connector.pull(RecordKind.CUSTOMERS, "", 1, datetime(2000, 1, 1, tzinfo=UTC))
    assert abs((page.as_of - datetime.now(UTC)).total_seconds()) < 60
