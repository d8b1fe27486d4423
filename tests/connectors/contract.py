"""The contract of every connector to books, against its own system or a fake that is checked.

A module of tests makes the fixture `erp` and inherits. What a connector says that it cannot do is
tested too: it refuses. Nothing here is skipped.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from shared.adapters.erp_http import Answer, ErpHttp
from shared.domain.erp import Entry, EntryKind, Gone, GoneRow, RecordKind
from shared.domain.imports import CreditNoteRow, InvoiceRow, LineGroup, PaymentRow
from shared.domain.money import Money
from shared.errors import (
    ErpAccess,
    ErpOutcomeUnknown,
    ErpRefused,
    ErpUnavailable,
)
from tests.connectors.driver import Books
from tests.connectors.source_contract import PAGES_MAX, SourceContract, ids, newest, pulled

ISSUED_ON = date(2026, 9, 1)
DUE_ON = date(2026, 10, 1)
PAID_ON = date(2026, 9, 20)
WRITES_MAX = 20
LOWERS = {
    EntryKind.PAYMENT,
    EntryKind.CREDIT,
    EntryKind.DISCOUNT,
    EntryKind.TOLERANCE,
    EntryKind.DEDUCTION,
    EntryKind.WRITE_OFF,
    EntryKind.FX_DIFFERENCE,
}


type Case = Callable[[Books, str, str], tuple[list[Entry], Entry, int]]
"""What was booked before on an invoice of 100.00, what is booked now, and what is open then."""


def _off(erp: Books, customer: str, invoice: str) -> tuple[list[Entry], Entry, int]:
    off = replace(pay(erp, customer, invoice, 7_00, "W"), kind=EntryKind.WRITE_OFF)
    return [], off, 93_00


def _off_undone(erp: Books, customer: str, invoice: str) -> tuple[list[Entry], Entry, int]:
    off = replace(pay(erp, customer, invoice, 2_00, "U"), kind=EntryKind.DISCOUNT)
    back = replace(off, key=f"01HZYV.{invoice}.0", amount=-off.amount, undoes=off.key)
    return [off], back, 100_00


def _part_back(erp: Books, customer: str, invoice: str) -> tuple[list[Entry], Entry, int]:
    first = pay(erp, customer, invoice, 100_00, "T")
    return [first], _sibling(first, 3, -40_00), 40_00


def _two_back(erp: Books, customer: str, invoice: str) -> tuple[list[Entry], Entry, int]:
    first = pay(erp, customer, invoice, 60_00, "Y")
    return [first, _sibling(first, 3, 40_00)], _sibling(first, 5, -50_00), 50_00


def _sibling(entry: Entry, step: int, minor: int) -> Entry:
    family = entry.key.rpartition(".")[0]
    amount = Money(minor=minor, currency=entry.amount.currency)
    return replace(entry, key=f"{family}.{step}", amount=amount)


CRASHES: Mapping[str, Case] = {
    "a discount is taken back": _off_undone,
    "a part of two payments is taken back": _two_back,
    "a part of a payment is taken back": _part_back,
    "a write-off is booked": _off,
    "money is booked": lambda erp, c, i: ([], pay(erp, c, i, 30_00, "Z"), 70_00),
}


class BooksContract(SourceContract):
    """What holds for every ERP and accounting system."""

    writes_by_http = True
    crash_step = 1  # more where each attempt takes seconds

    def test_an_invoice_comes_with_its_lines(self, erp: Books):
        customer, invoice = bill(erp, 119_00)
        rows, _ = pulled(erp.connector, RecordKind.INVOICES)
        row = newest(rows, InvoiceRow)[invoice]
        assert row.customer_external_id == customer
        assert row.total == Money(minor=119_00, currency=erp.currency)
        assert (row.issued_on, row.due_on) == (ISSUED_ON, DUE_ON)
        assert row.number and row.parts is None
        places = [i for i, r in enumerate(rows) if r.external_id == invoice]
        assert isinstance(rows[places[-1]], LineGroup)
        assert len(rows[places[-1]].rows) >= 1

    def test_parts_come_one_by_one_and_sum_up(self, erp: Books):
        customer = erp.customer("Parts", "ap@parts.example")
        invoice = erp.invoice(customer, 100_00, ISSUED_ON, DUE_ON, parts=3)
        rows, _ = pulled(erp.connector, RecordKind.INVOICES)
        row = newest(rows, InvoiceRow)[invoice]
        if row.parts is None:
            # a system without instalments says so by the last day
            assert row.due_on >= DUE_ON
            return
        assert len(row.parts) == 3
        assert row.parts[0][0] == DUE_ON == row.due_on
        assert sum(part.minor for _, part in row.parts) == row.total.minor == 100_00

    def test_a_touched_invoice_has_the_same_hash(self, erp: Books):
        _, invoice = bill(erp, 50_00)
        rows, cursor = pulled(erp.connector, RecordKind.INVOICES)
        before = {type(r): r.content_hash for r in rows if r.external_id == invoice}
        erp.touch(invoice)
        rows, _ = pulled(erp.connector, RecordKind.INVOICES, cursor)
        after = {type(r): r.content_hash for r in rows if r.external_id == invoice}
        assert after == before and InvoiceRow in after

    def test_money_in_the_erp_comes_as_money_of_the_erp(self, erp: Books):
        _, invoice = bill(erp, 80_00)
        _, cursor = pulled(erp.connector, RecordKind.PAYMENTS)
        first = erp.pay(invoice, 30_00, PAID_ON)
        erp.pay(invoice, 50_00, PAID_ON)
        rows, cursor = pulled(erp.connector, RecordKind.PAYMENTS, cursor)
        paid = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
        assert sorted(r.amount.minor for r in paid) == [30_00, 50_00]
        assert {r.paid_on for r in paid} == {PAID_ON}
        assert {r.our_key for r in paid} == {""}
        if erp.connector.capabilities.tells_deletions:
            erp.unpay(first)
            rows, _ = pulled(erp.connector, RecordKind.PAYMENTS, cursor)
            named = ids(paid) | {r.part_of for r in paid}
            assert any(isinstance(r, GoneRow) and r.external_id in named for r in rows)

    def test_a_credit_note_comes_with_what_was_used_of_it(self, erp: Books):
        customer, invoice = bill(erp, 60_00)
        note = erp.credit_note(customer, 20_00, PAID_ON, use_on=[invoice])
        free = erp.credit_note(customer, 15_00, PAID_ON)
        rows, _ = pulled(erp.connector, RecordKind.CREDIT_NOTES)
        found = newest(rows, CreditNoteRow)
        assert found[note].total.minor == 20_00
        assert [(i, m.minor) for i, m in found[note].uses] == [(invoice, 20_00)]
        assert (found[free].total.minor, found[free].uses) == (15_00, ())
        # what a note paid is no payment
        rows, _ = pulled(erp.connector, RecordKind.PAYMENTS)
        assert not [r for r in rows if getattr(r, "invoice_external_id", "") == invoice]

    def test_a_credit_note_that_is_used_later_comes_again(self, erp: Books):
        customer, invoice = bill(erp, 60_00)
        note = erp.credit_note(customer, 20_00, PAID_ON)
        rows, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES)
        before = newest(rows, CreditNoteRow)[note]
        erp.use_note(note, invoice)
        rows, _ = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor)
        after = newest(rows, CreditNoteRow)[note]
        assert [(i, m.minor) for i, m in after.uses] == [(invoice, 20_00)]
        assert after.content_hash != before.content_hash

    @pytest.mark.rule("R43")
    def test_a_use_of_a_credit_note_that_is_undone_comes(self, erp: Books):
        customer, invoice = bill(erp, 60_00)
        other = erp.invoice(customer, 20_00, ISSUED_ON, DUE_ON)
        note = erp.credit_note(customer, 20_00, PAID_ON, use_on=[invoice])
        rows, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES)
        used = newest(rows, CreditNoteRow)[note]
        assert [(i, m.minor) for i, m in used.uses] == [(invoice, 20_00)]
        erp.unuse_note(note, invoice)
        assert erp.open_minor(invoice) == 60_00
        rows, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor)
        assert newest(rows, CreditNoteRow)[note].uses == ()
        erp.use_note(note, other)
        rows, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor)
        assert [(i, m.minor) for i, m in newest(rows, CreditNoteRow)[note].uses] == [(other, 20_00)]
        erp.unuse_note(note, other)
        rows, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor)
        assert newest(rows, CreditNoteRow)[note].uses == ()

    def test_a_void_invoice_is_gone(self, erp: Books):
        _, invoice = bill(erp, 10_00)
        _, cursor = pulled(erp.connector, RecordKind.INVOICES)
        erp.void(invoice)
        rows, _ = pulled(erp.connector, RecordKind.INVOICES, cursor)
        gone = [r for r in rows if isinstance(r, GoneRow) and r.external_id == invoice]
        assert gone and gone[-1].why in (Gone.VOIDED, Gone.DELETED)
        read = erp.connector.read(RecordKind.INVOICES, invoice)
        assert read == () or isinstance(read[-1], GoneRow)

    def test_one_invoice_is_read_as_it_is_pulled(self, erp: Books):
        _, invoice = bill(erp, 70_00)
        rows, _ = pulled(erp.connector, RecordKind.INVOICES)
        read = erp.connector.read(RecordKind.INVOICES, invoice)
        assert newest(read, InvoiceRow)[invoice] == newest(rows, InvoiceRow)[invoice]

    def test_a_payment_is_booked_once_and_known_again(self, erp: Books):
        customer, invoice = bill(erp, 100_00)
        entry = pay(erp, customer, invoice, 100_00, "A")
        assert erp.connector.find(entry.key) is None
        posted = erp.connector.post(entry)
        assert posted.erp_id and not posted.found
        assert (erp.open_minor(invoice), erp.bookings(entry.key)) == (0, 1)
        again = erp.connector.find(entry.key)
        assert again is not None and again.erp_id == posted.erp_id and again.found
        rows, _ = pulled(erp.connector, RecordKind.PAYMENTS)
        ours = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
        assert [r.our_key for r in ours] == [entry.key]

    def test_parts_of_the_money_sum_up(self, erp: Books):
        customer, invoice = bill(erp, 100_00)
        erp.connector.post(pay(erp, customer, invoice, 33_33, "B1"))
        assert erp.open_minor(invoice) == 66_67
        erp.connector.post(pay(erp, customer, invoice, 66_67, "B2"))
        assert erp.open_minor(invoice) == 0
        rows, _ = pulled(erp.connector, RecordKind.PAYMENTS)
        ours = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
        assert sorted(r.amount.minor for r in ours) == [33_33, 66_67]

    def test_money_that_goes_back_opens_the_invoice(self, erp: Books):
        customer, invoice = bill(erp, 100_00)
        erp.connector.post(pay(erp, customer, invoice, 40_00, "C"))
        erp.connector.post(pay(erp, customer, invoice, -40_00, "C"))
        assert erp.open_minor(invoice) == 100_00

    def test_a_lost_answer_is_found_again(self, erp: Books):
        customer, invoice = bill(erp, 90_00)
        entry = pay(erp, customer, invoice, 90_00, "D")
        with erp.answer_lost(), pytest.raises(ErpOutcomeUnknown):
            erp.connector.post(entry)
        found = erp.connector.find(entry.key)
        assert found is not None and found.found
        assert (erp.bookings(entry.key), erp.open_minor(invoice)) == (1, 0)

    def test_nothing_is_booked_in_a_system_that_is_down(self, erp: Books):
        customer, invoice = bill(erp, 90_00)
        entry = pay(erp, customer, invoice, 90_00, "E")
        with erp.down(), pytest.raises(ErpUnavailable):
            erp.connector.post(entry)
        assert (erp.bookings(entry.key), erp.open_minor(invoice)) == (0, 90_00)
        erp.connector.post(entry)
        assert (erp.bookings(entry.key), erp.open_minor(invoice)) == (1, 0)

    def test_an_unknown_invoice_is_refused_in_the_erps_words(self, erp: Books):
        customer, _ = bill(erp, 5_00)
        entry = pay(erp, customer, "999999999", 5_00, "F")
        with pytest.raises(ErpRefused) as refused:
            erp.connector.post(entry)
        assert refused.value.facts["said"]
        assert erp.bookings(entry.key) == 0

    @pytest.mark.parametrize("kind", sorted(EntryKind), ids=str)
    def test_every_entry_does_what_it_says_or_is_refused(self, erp: Books, kind: EntryKind):
        customer, invoice = bill(erp, 200_00)
        key = f"K{kind}.{invoice}.0"
        if kind is EntryKind.CHARGE_BACK:
            told = Entry(
                key=f"{key}1", kind=EntryKind.CHARGE, customer_external_id=customer,
                invoice_external_id=invoice, booked_on=PAID_ON, number="FEE-1",
                amount=Money(minor=12_00, currency=erp.currency),
            )  # fmt: skip
            if EntryKind.CHARGE in erp.connector.capabilities.entries:
                erp.connector.post(told)
        entry = Entry(
            key=key, kind=kind, customer_external_id=customer, invoice_external_id=invoice,
            booked_on=PAID_ON, amount=Money(minor=12_00, currency=erp.currency),
            number="DOC-1", method=str(kind),
            charge_key=f"{key}1" if kind is EntryKind.CHARGE_BACK else "",
        )  # fmt: skip
        if kind not in erp.connector.capabilities.entries:
            with pytest.raises(ErpRefused):
                erp.connector.post(entry)
            assert (erp.bookings(key), erp.open_minor(invoice)) == (0, 200_00)
            return
        erp.connector.post(entry)
        assert erp.bookings(key) == 1
        assert erp.connector.find(key) is not None
        left = 188_00 if kind in LOWERS else 200_00
        assert erp.open_minor(invoice) == left
        rows, _ = pulled(erp.connector, RecordKind.PAYMENTS)
        echoes = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
        assert all(r.our_key == key for r in echoes)

    def test_a_credit_note_of_the_erp_is_used_there_and_none_is_made(self, erp: Books):
        customer, invoice = bill(erp, 60_00)
        note = erp.credit_note(customer, 20_00, PAID_ON)
        rows, _ = pulled(erp.connector, RecordKind.CREDIT_NOTES)
        before = newest(rows, CreditNoteRow)
        entry = replace(
            pay(erp, customer, invoice, 12_00, "N"),
            kind=EntryKind.CREDIT,
            number=before[note].number,
            method="credit_note",
        )
        try:
            erp.connector.post(entry)
        except ErpRefused as refused:
            assert before[note].number in str(refused.facts["said"])
            assert erp.open_minor(invoice) == 60_00
            return
        erp.connector.post(entry)  # as after a lost answer, where find sees no allocation
        assert erp.open_minor(invoice) == 48_00
        rows, _ = pulled(erp.connector, RecordKind.CREDIT_NOTES)
        after = newest(rows, CreditNoteRow)
        assert [(i, m.minor) for i, m in after[note].uses] == [(invoice, 12_00)]
        assert after.keys() == before.keys()

    def test_a_discount_comes_off_beside_the_money(self, erp: Books):
        customer, invoice = bill(erp, 100_00)
        money = pay(erp, customer, invoice, 98_00, "G")
        off = Money(minor=2_00, currency=erp.currency)
        both = replace(money, discount=off)
        if EntryKind.DISCOUNT not in erp.connector.capabilities.entries:
            with pytest.raises(ErpRefused):
                erp.connector.post(both)
            assert erp.open_minor(invoice) == 100_00
            return
        erp.connector.post(both)
        assert erp.open_minor(invoice) == 0
        rows, _ = pulled(erp.connector, RecordKind.PAYMENTS)
        echoes = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
        assert {r.our_key for r in echoes} == {both.key}

    def test_money_goes_back_with_its_discount_or_not_at_all(self, erp: Books):
        if EntryKind.DISCOUNT not in erp.connector.capabilities.entries:
            return
        customer, invoice = bill(erp, 100_00)
        money = pay(erp, customer, invoice, 98_00, "H")
        both = replace(money, discount=Money(minor=2_00, currency=erp.currency))
        erp.connector.post(both)
        family = both.key.rpartition(".")[0]
        off = Money(minor=-2_00, currency=erp.currency)
        back = replace(both, key=f"{family}.7", amount=-both.amount, discount=off)
        try:
            erp.connector.post(back)
        except ErpRefused as refused:
            assert refused.facts["said"]
            assert erp.open_minor(invoice) == 0
            return
        assert erp.open_minor(invoice) == 100_00

    @pytest.mark.rule("R43")
    def test_what_came_off_alone_is_taken_back_whole(self, erp: Books):
        if EntryKind.DISCOUNT not in erp.connector.capabilities.entries:
            return
        customer, invoice = bill(erp, 100_00)
        off = replace(pay(erp, customer, invoice, 2_00, "O"), kind=EntryKind.DISCOUNT)
        other = replace(pay(erp, customer, invoice, 3_00, "P"), kind=EntryKind.TOLERANCE)
        erp.connector.post(off)
        erp.connector.post(other)
        assert erp.open_minor(invoice) == 95_00
        back = replace(off, key=f"01HZYQ.{invoice}.0", amount=-off.amount, undoes=off.key)
        erp.connector.post(back)
        assert erp.open_minor(invoice) == 97_00
        if erp.connector.find(back.key) is None:  # as after a lost answer
            assert erp.connector.post(back).found
        assert erp.open_minor(invoice) == 97_00
        assert erp.bookings(other.key) == 1
        rows, _ = pulled(erp.connector, RecordKind.PAYMENTS)
        echoes = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
        assert {r.our_key for r in echoes} <= {off.key, other.key, back.key}

    @pytest.mark.rule("R43")
    def test_money_of_the_erp_is_taken_back_by_an_entry_or_by_a_person(self, erp: Books):
        customer, invoice = bill(erp, 100_00)
        erp.pay(invoice, 40_00, PAID_ON)
        back = replace(pay(erp, customer, invoice, -40_00, "R"), of_erp=True)
        try:
            erp.connector.post(back)
        except ErpRefused as refused:
            assert "by hand" in str(refused.facts["said"])
            assert (erp.open_minor(invoice), erp.bookings(back.key)) == (60_00, 0)
            return
        assert (erp.open_minor(invoice), erp.bookings(back.key)) == (100_00, 1)

    @pytest.mark.rule("i25")
    @pytest.mark.parametrize("what", sorted(CRASHES))
    def test_a_crash_before_any_write_is_mended_by_the_next_attempt(
        self, erp: Books, monkeypatch: pytest.MonkeyPatch, what: str
    ):
        for crash_at in range(0, WRITES_MAX, self.crash_step):
            customer, invoice = bill(erp, 100_00)
            before, entry, left = CRASHES[what](erp, customer, invoice)
            if any(one.kind not in erp.connector.capabilities.entries for one in (*before, entry)):
                return
            for one in before:
                erp.connector.post(one)
            stood = erp.open_minor(invoice)
            try:
                crashed = crashing(erp, monkeypatch, entry, crash_at)
            except ErpRefused as refused:
                assert refused.facts["said"] and erp.open_minor(invoice) == stood
                return
            assert erp.open_minor(invoice) == left
            assert erp.bookings(entry.key) <= 1 if entry.undoes else erp.bookings(entry.key) == 1
            if not crashed:
                assert crash_at or not self.writes_by_http
                return
        pytest.fail("it writes for ever")

    def test_open_amounts_are_those_of_the_erp(self, erp: Books):
        if not erp.connector.capabilities.tells_open_amounts:
            with pytest.raises(ErpRefused):
                erp.connector.open_amounts("", 2)
            with pytest.raises(ErpRefused):
                erp.connector.open_amount("1")
            return
        customer, full = bill(erp, 100_00)
        part = erp.invoice(customer, 40_00, ISSUED_ON, DUE_ON)
        gone = erp.invoice(customer, 30_00, ISSUED_ON, DUE_ON)
        erp.pay(full, 100_00, PAID_ON)
        erp.pay(part, 15_00, PAID_ON)
        erp.void(gone)
        found, cursor = {}, ""
        for _ in range(PAGES_MAX):
            page = erp.connector.open_amounts(cursor, 2)
            assert not found.keys() & {a.external_id for a in page.amounts}
            found |= {a.external_id: a for a in page.amounts}
            cursor = page.cursor
            if not cursor:
                break
        assert gone not in found
        assert {i: found[i].open.minor for i in (full, part)} == {full: 0, part: 25_00}
        for external_id, amount in found.items():
            if amount.total.minor > 0:
                assert amount.open.minor == erp.open_minor(external_id)
        one = erp.connector.open_amount(part)
        assert one is not None and (one.total.minor, one.open.minor) == (40_00, 25_00)
        assert erp.connector.open_amount(gone) is None
        assert erp.connector.open_amount("999999999") is None

    def test_pages_are_in_the_order_of_change(self, erp: Books):
        customer = erp.customer("Many", "ap@many.example")
        made = [erp.invoice(customer, 10_00 + n, ISSUED_ON, DUE_ON) for n in range(5)]
        small, _ = pulled(erp.connector, RecordKind.INVOICES, limit=2)
        large, _ = pulled(erp.connector, RecordKind.INVOICES, limit=500)
        assert newest(small, InvoiceRow) == newest(large, InvoiceRow)
        assert set(made) <= newest(small, InvoiceRow).keys()

    def test_errors_hold_no_secret(self, erp: Books):
        stranger = erp.stranger()
        with pytest.raises(ErpAccess) as refused:
            stranger.check()
        told = json.dumps(refused.value.facts) + str(refused.value) + repr(stranger)
        assert "secret" not in told


def crashing(erp: Books, monkeypatch: pytest.MonkeyPatch, entry: Entry, crash_at: int) -> bool:
    """Post entry with a crash before one of its writes, and again as a worker would.

    Return whether it came to the crash: entry may take fewer writes.
    """
    written: list[str] = []
    call = ErpHttp.call

    def dying(http: ErpHttp, method: str, path: str, *, writes: bool, **named: Any) -> Answer:
        if writes and len(written) == crash_at:
            raise KeyboardInterrupt
        written.extend([path] if writes else [])
        return call(http, method, path, writes=writes, **named)

    try:
        with monkeypatch.context() as patched:
            patched.setattr(ErpHttp, "call", dying)
            erp.connector.post(entry)
    except KeyboardInterrupt:
        if erp.connector.find(entry.key) is None:
            erp.connector.post(entry)
        return True
    return False


def bill(erp: Books, minor: int) -> tuple[str, str]:
    """Make a customer with one invoice; return both ids."""
    customer = erp.customer("Brightwater Ltd", "ap@brightwater.example")
    return customer, erp.invoice(customer, minor, ISSUED_ON, DUE_ON)


def pay(erp: Books, customer: str, invoice: str, minor: int, name: str) -> Entry:
    """Return the entry of money on an invoice, under a key that no other test uses."""
    return Entry(
        key=f"01HZY{name}.{invoice}.{minor}"[:64],
        kind=EntryKind.PAYMENT,
        customer_external_id=customer,
        invoice_external_id=invoice,
        booked_on=PAID_ON + timedelta(days=1),
        amount=Money(minor=minor, currency=erp.currency),
        method="card",
        reference="pi_123",
    )


def note_unused(erp: Books, later: Callable[[], None]) -> None:
    """Undo uses of notes, of one in part, whose stamps stay; each undone one is told."""
    customer, invoice = bill(erp, 60_00)
    other = erp.invoice(customer, 15_00, ISSUED_ON, DUE_ON)
    whole = erp.credit_note(customer, 20_00, PAID_ON, use_on=[invoice])
    part = erp.credit_note(customer, 30_00, PAID_ON, use_on=[other, invoice])
    _, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES)
    later()
    erp.credit_note(customer, 5_00, PAID_ON)
    _, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor)
    rows, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor)
    assert not {whole, part} & newest(rows, CreditNoteRow).keys()  # all of both is used
    erp.unuse_note(whole, invoice)
    erp.unuse_note(part, other)
    later()
    for n in range(3):  # more pages than one
        erp.credit_note(customer, 1_00 + n, PAID_ON)
    rows, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor, limit=2)
    found = newest(rows, CreditNoteRow)
    assert found[whole].uses == ()
    assert [(i, m.minor) for i, m in found[part].uses] == [(invoice, 15_00)]


def note_used_in_part(erp: Books, later: Callable[[], None]) -> None:
    """Use a note in two parts whose stamp stays, later() calling between; each is told."""
    customer, invoice = bill(erp, 60_00)
    other = erp.invoice(customer, 15_00, ISSUED_ON, DUE_ON)
    note = erp.credit_note(customer, 75_00, PAID_ON)
    rows, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES)
    revision = newest(rows, CreditNoteRow)[note].revision
    told: dict[str, int] = {}
    for used_on, minor in ((invoice, 60_00), (other, 15_00)):
        later()
        for n in range(3):  # more pages than one push the cursor on
            erp.credit_note(customer, 1_00 + n, PAID_ON)
        erp.use_note(note, used_on)
        told[used_on] = minor
        rows, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor, limit=2)
        row = newest(rows, CreditNoteRow)[note]
        assert {i: m.minor for i, m in row.uses} == told
        assert row.revision == revision
    later()
    erp.credit_note(customer, 5_00, PAID_ON)
    _, cursor = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor)
    rows, _ = pulled(erp.connector, RecordKind.CREDIT_NOTES, cursor)
    assert note not in newest(rows, CreditNoteRow)  # nor for ever after
