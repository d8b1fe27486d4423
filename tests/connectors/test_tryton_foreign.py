"""The contract on invoices in dollars of a live Tryton whose books are in euro, rates that move."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from shared.domain.erp import EntryKind, RecordKind
from shared.domain.imports import PaymentRow
from shared.domain.money import Money
from shared.errors import ErpRefused
from tests.connectors.contract import PAID_ON, BooksContract, bill, newest, pay, pulled
from tests.connectors.tryton import server
from tests.connectors.tryton.driver import TrytonDriver

pytestmark = pytest.mark.skipif(
    not server.PYTHON.exists(), reason="Tryton is not here: infra/setup.sh tryton"
)


class ForeignDriver(TrytonDriver):
    """Invoices and credit notes are in dollars; the books stay in euro."""

    currency = "USD"

    def prepare(self) -> None:
        """Let the dollar be worth another sum of euro when it is paid than when it is asked for."""
        for on, rate in (("2020-01-01", "1.37"), (PAID_ON.isoformat(), "1.43")):
            self.tryton.do("rate", code="USD", on=on, rate=rate)
        self.tryton.do("name_exchange_accounts", code="4716")

    def invoice(
        self, customer: str, minor: int, issued_on: date, due_on: date, *, parts: int = 1
    ) -> str:
        days = (due_on - issued_on).days
        return self._document(customer, minor, issued_on, days, parts, 1)

    def credit_note(
        self, customer: str, minor: int, on: date, *, use_on: Sequence[str] = ()
    ) -> str:
        note = self._document(customer, minor, on, 0, 1, -1)
        for invoice in use_on:
            self.use_note(note, invoice)
        return note

    def _document(
        self, customer: str, minor: int, on: date, days: int, parts: int, quantity: int
    ) -> str:
        made = self.tryton.do(
            "foreign", customer=int(customer), minor=minor, on=on.isoformat(), days=days,
            parts=parts, code="USD", quantity=quantity,
        )  # fmt: skip
        return str(made)


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignDriver]:
    folder = tmp_path_factory.mktemp("foreign")
    database = Path(shutil.copy(server.founded(), folder / "erp.sqlite"))
    with server.running(database) as tryton:
        driver = ForeignDriver(tryton, database.stem)
        driver.prepare()
        yield driver


class TestForeign:
    """What the contract says of amounts: those of a document are in its currency."""

    test_lines = BooksContract.test_an_invoice_comes_with_its_lines
    test_parts = BooksContract.test_parts_come_one_by_one_and_sum_up
    test_money = BooksContract.test_money_in_the_erp_comes_as_money_of_the_erp
    test_credit = BooksContract.test_a_credit_note_comes_with_what_was_used_of_it
    test_later_credit = BooksContract.test_a_credit_note_that_is_used_later_comes_again
    test_our_credit = BooksContract.test_a_credit_note_of_the_erp_is_used_there_and_none_is_made
    test_payment = BooksContract.test_a_payment_is_booked_once_and_known_again
    test_entries = BooksContract.test_every_entry_does_what_it_says_or_is_refused
    test_back = BooksContract.test_money_goes_back_with_its_discount_or_not_at_all
    test_open = BooksContract.test_open_amounts_are_those_of_the_erp


def told(erp: ForeignDriver, invoice: str) -> list[tuple[int, bool]]:
    """Return the money that Tryton tells of on an invoice, and whether it is the hub's."""
    rows, _ = pulled(erp.connector, RecordKind.PAYMENTS)
    paid = [r for r in newest(rows, PaymentRow).values() if r.invoice_external_id == invoice]
    assert {row.amount.currency for row in paid} <= {"USD"}
    return sorted((row.amount.minor, bool(row.our_key)) for row in paid)


def open_minor(erp: ForeignDriver, invoice: str) -> int:
    """Return what the connector says is open, which is what Tryton's own books say."""
    page = erp.connector.open_amounts("", 500)
    (found,) = (one for one in page.amounts if one.external_id == invoice)
    assert found.open == Money(minor=erp.open_minor(invoice), currency="USD")
    return found.open.minor


def test_money_at_another_rate_is_the_dollars_that_it_paid(erp: ForeignDriver) -> None:
    """What the rate won or lost is between Tryton and its books."""
    _, invoice = bill(erp, 99_99)
    erp.pay(invoice, 33_33, PAID_ON)
    assert (told(erp, invoice), open_minor(erp, invoice)) == ([(33_33, False)], 66_66)
    erp.pay(invoice, 66_66, PAID_ON)
    assert told(erp, invoice) == [(33_33, False), (66_66, False)]
    assert open_minor(erp, invoice) == 0
    assert erp.tryton.do("state", invoice=int(invoice)) == "paid"


def test_the_hubs_parts_leave_no_cent_of_euro_open(erp: ForeignDriver) -> None:
    customer, invoice = bill(erp, 100_01)
    for name, minor in (("X1", 33_33), ("X2", 33_34), ("X3", 33_34)):
        erp.connector.post(pay(erp, customer, invoice, minor, name))
    assert told(erp, invoice) == [(33_33, True), (33_34, True), (33_34, True)]
    assert (open_minor(erp, invoice), _state(erp, invoice)) == (0, "paid")
    erp.connector.post(pay(erp, customer, invoice, -33_34, "X4"))
    assert (open_minor(erp, invoice), _state(erp, invoice)) == (33_34, "posted")


def test_both_sides_money_and_a_discount_close_an_invoice(erp: ForeignDriver) -> None:
    customer, invoice = bill(erp, 77_77)
    erp.pay(invoice, 11_11, PAID_ON)
    off = Money(minor=1_56, currency="USD")
    erp.connector.post(replace(pay(erp, customer, invoice, 60_00, "Y"), discount=off))
    rest = replace(pay(erp, customer, invoice, 5_10, "Z"), kind=EntryKind.WRITE_OFF)
    erp.connector.post(rest)
    assert (open_minor(erp, invoice), _state(erp, invoice)) == (0, "paid")


def test_a_discount_for_money_of_the_erp_is_booked_by_itself(erp: ForeignDriver) -> None:
    customer, invoice = bill(erp, 100_01)
    erp.pay(invoice, 98_01, PAID_ON)
    alone = replace(pay(erp, customer, invoice, 2_00, "D"), kind=EntryKind.DISCOUNT, method="")
    erp.connector.post(alone)
    assert (open_minor(erp, invoice), _state(erp, invoice)) == (0, "paid")
    assert told(erp, invoice) == [(2_00, True), (98_01, False)]
    erp.connector.post(replace(alone, key=f"{alone.key}1", amount=-alone.amount))
    assert (open_minor(erp, invoice), _state(erp, invoice)) == (2_00, "posted")


def test_an_entry_in_the_currency_of_the_books_is_refused(erp: ForeignDriver) -> None:
    customer, invoice = bill(erp, 10_00)
    entry = pay(erp, customer, invoice, 10_00, "E")
    with pytest.raises(ErpRefused) as refused:
        erp.connector.post(replace(entry, amount=Money(minor=10_00, currency="EUR")))
    assert refused.value.facts["said"] == "The invoice is in USD."


def _state(erp: ForeignDriver, invoice: str) -> str:
    return str(erp.tryton.do("state", invoice=int(invoice)))
