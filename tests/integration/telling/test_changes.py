"""The ERP hears of money that fails or goes back, and of charges and what is given up of them."""

from datetime import timedelta

import pytest

from shared import runtime
from shared.adapters.codec import Item
from shared.adapters.writeback_items import writeback_puts
from shared.domain.charges import ChargeKind, Made
from shared.domain.document import Document, DocumentKind
from shared.domain.erp import EntryKind
from shared.domain.payment import Allocation, Payment
from tests.integration.telling.conftest import DAY, Books, Clerk
from tests.support.samples import eur

FORTY = {"amount": "40.00", "currency": "EUR"}
TRANSFER = {
    "amount": FORTY,
    "reference": "TRF 1",
    "parts": [{"document": "inv1", "amount": FORTY}],
}


def come(books: Books, clerk: Clerk) -> str:
    body = TRANSFER | {"received_on": books.wall.date().isoformat()}
    made = clerk("POST", "/customers/c1/payments", body)
    assert made.status == 201, made.json
    carry(books)
    return str(made.json["payment_id"])


def carry(books: Books) -> None:
    books.later(minutes=1)
    books.janitor()
    books.deliver()


@pytest.mark.parametrize("reason", ["bounced", "noted_twice"])
def test_money_that_goes_back_is_taken_back_in_the_erp_too(
    books: Books, clerk: Clerk, reason: str
) -> None:
    books.invoice("inv1")
    payment_id = come(books, clerk)
    assert books.erp.open_minor(books.invoices["inv1"]) == 6_000
    back = clerk("POST", f"/payments/{payment_id}/reverse", {"reason": reason})
    assert back.status == 200, back.json
    carry(books)
    assert books.erp.open_minor(books.invoices["inv1"]) == 10_000
    assert len({e["key"] for e in entries(books)}) == len(entries(books)) == 2


def test_money_that_was_only_announced_is_told_when_it_came(books: Books, clerk: Clerk) -> None:
    books.invoice("inv1")
    body = TRANSFER | {"received_on": books.wall.date().isoformat(), "pending": True}
    made = clerk("POST", "/customers/c1/payments", body)
    assert made.status == 201, made.json
    carry(books)
    assert entries(books) == []
    settled = {"received_on": books.wall.date().isoformat()}
    assert clerk("POST", f"/payments/{made.json['payment_id']}/settle", settled).status == 200
    carry(books)
    assert [e["minor"] for e in entries(books)] == [4_000]


def test_what_is_written_off_and_asked_for_after_all_is_told(books: Books, clerk: Clerk) -> None:
    books.invoice("inv1")
    lost = clerk("POST", "/invoices/inv1/write-off?customer=c1", {"reason": "insolvent"})
    assert lost.status == 200, lost.json
    carry(books)
    assert books.erp.open_minor(books.invoices["inv1"]) == 0
    clerk("POST", "/invoices/inv1/ask-again?customer=c1", {})
    carry(books)
    assert books.erp.open_minor(books.invoices["inv1"]) == 10_000
    assert {e["entry"] for e in entries(books)} == {EntryKind.WRITE_OFF}


def test_a_charge_its_money_and_its_waiver_are_told_in_that_order(
    books: Books, clerk: Clerk
) -> None:
    charge = charged(books)
    assert [(e["entry"], e["minor"]) for e in entries(books)] == [(EntryKind.CHARGE, 500)]
    part = {"document": charge.document_id, "amount": {"amount": "2.00", "currency": "EUR"}}
    body = TRANSFER | {"received_on": books.wall.date().isoformat(), "parts": [part]}
    body["amount"] = part["amount"]
    assert clerk("POST", "/customers/c1/payments", body).status == 201
    books.later(seconds=1)
    body = {"reason": "goodwill", "amount": {"amount": "1.00", "currency": "EUR"}}
    waived = clerk("POST", "/charges/INV1-FEE/waive", body)
    assert waived.status == 200, waived.json
    carry(books)
    told = [(e["entry"], e["minor"]) for e in entries(books)]
    assert told[1:] == [(EntryKind.PAYMENT, 200), (EntryKind.CHARGE_BACK, 100)]


@pytest.mark.rule("i25")
def test_what_becomes_of_a_charge_is_told_with_it_where_both_waited(
    books: Books, clerk: Clerk
) -> None:
    with books.erp.down():
        charged(books)
        books.later(seconds=1)
        body = {"reason": "goodwill", "amount": {"amount": "1.00", "currency": "EUR"}}
        assert clerk("POST", "/charges/INV1-FEE/waive", body).status == 200
    books.later(hours=2)
    carry(books)
    told = [(e["entry"], e["minor"]) for e in entries(books)]
    assert told == [(EntryKind.CHARGE, 500), (EntryKind.CHARGE_BACK, 100)]


@pytest.mark.rule("R43")
def test_what_the_erp_has_not_open_is_written_off_by_a_person_only(
    books: Books, clerk: Clerk
) -> None:
    books.invoice("inv1")
    books.erp.pay(books.invoices["inv1"], 4_000, DAY)
    clerk("POST", "/invoices/inv1/write-off?customer=c1", {"reason": "insolvent"})
    carry(books)
    assert (entries(books), books.erp.open_minor(books.invoices["inv1"])) == ([], 6_000)
    (parked,) = books.of_type("PARKED")
    assert "60.00" in parked["facts"]["said"]


@pytest.mark.rule("R43")
def test_money_with_a_discount_for_which_there_is_no_room_is_not_half_booked(books: Books) -> None:
    books.invoice("inv1")
    books.erp.pay(books.invoices["inv1"], 200, DAY)
    payment = Payment("p1", "c1", eur(9_800), "card", DAY, books.wall)
    part = Allocation("inv1", "INV1", books.invoices["inv1"], eur(9_800))
    told = writeback_puts("demo", payment, [part], books.now(), discounts={"inv1": 200})
    runtime.table().write(*told)
    carry(books)
    assert books.erp.open_minor(books.invoices["inv1"]) == 9_800
    (parked,) = books.of_type("PARKED")
    assert (parked["reason"], "100.00" in parked["facts"]["said"]) == ("erp_refused", True)


def test_money_on_a_charge_that_the_erp_never_heard_of_is_not_told(
    books: Books, clerk: Clerk
) -> None:
    books.has_erp = False
    charge = charged(books)
    books.has_erp = True
    part = {"document": charge.document_id, "amount": {"amount": "2.00", "currency": "EUR"}}
    body = TRANSFER | {"received_on": books.wall.date().isoformat(), "parts": [part]}
    body["amount"] = part["amount"]
    assert clerk("POST", "/customers/c1/payments", body).status == 201
    carry(books)
    assert entries(books) == []
    assert {n["left"] for n in books.notes()} == {"not_in_files", "charge_not_told"}


def charged(books: Books) -> Document:
    """Charge a fee on an invoice that the ERP has, have it told, and return it."""
    invoice = books.invoice("inv1")
    charge = Document(
        "01J" + "F" * 23,
        DocumentKind.CHARGE,
        "INV1-FEE",
        DAY,
        DAY + timedelta(days=7),
        eur(500),
        eur(500),
        invoice_id="inv1",
        charge="late_fee",
    )
    made = Made(charge.document_id, ChargeKind.LATE_FEE, "late", "standard", 1, DAY, DAY)
    before = runtime.charges().made_on("demo", "c1", ["inv1"])["inv1"]
    whose = (books.entity, books.customer, invoice, charge, made, before)
    assert runtime.charges().add(*whose, None, books.now())
    carry(books)
    return charge


def entries(books: Books) -> list[Item]:
    """Return what the ERP booked by our keys, in its order."""
    return [r.values for r in books.erp.records.values() if r.values.get("key")]
