"""QuickBooks Online against a stand-in of its published calls; it never ran against the product."""

import time
from datetime import timedelta

import pytest

from shared.adapters.erp_http import ErpHttp
from shared.adapters.oauth_tokens import OAuthTokens, by_refresh_token
from shared.adapters.quickbooks import RENEWAL_PATH, QuickBooks, QuickBooksCalls, words
from shared.adapters.quickbooks_entries import Items, QuickBooksEntries
from shared.domain.erp import EntryKind, RecordKind
from shared.domain.imports import PaymentRow
from shared.errors import ErpRefused
from tests.connectors import contract
from tests.connectors.quickbooks_fake import REALM, Company, Driver, Handler
from tests.connectors.secrets import KeptSecret
from tests.connectors.served import Served

ITEMS = Items("", {kind: f"{n}" for n, kind in enumerate(EntryKind, 10)})


def connector_of(server: Served, refresh: str = "refresh-0") -> QuickBooks:
    renew = by_refresh_token(ErpHttp(server.base), RENEWAL_PATH)
    tokens = OAuthTokens(KeptSecret(refresh), renew, time.time, pause=lambda _: None)
    calls = QuickBooksCalls(ErpHttp(server.base, words=words), tokens, REALM)
    return QuickBooks(calls, QuickBooksEntries(calls, ITEMS), REALM)


@pytest.fixture
def driver():
    company = Company()
    with Served(type("CompanyHandler", (Handler,), {"company": company})) as server:
        strange = connector_of(server, "refresh-of-yesterday")
        yield Driver(company, server, connector_of(server), strange)


class TestQuickBooks(contract.BooksContract):
    @pytest.fixture
    def erp(self, driver):
        return driver


def test_one_payment_of_two_invoices_and_a_credit_memo_is_told_apart(driver):
    customer, first = contract.bill(driver, 100_00)
    second = driver.invoice(customer, 50_00, contract.ISSUED_ON, contract.DUE_ON)
    memo = driver.credit_note(customer, 30_00, contract.PAID_ON)
    parts = [("Invoice", first, 100), ("Invoice", second, 50), ("CreditMemo", memo, 30)]
    driver._payment(customer, 120, contract.PAID_ON, parts)
    rows, _ = contract.pulled(driver.connector, RecordKind.PAYMENTS)
    paid = {r.invoice_external_id: r.amount.minor for r in rows if isinstance(r, PaymentRow)}
    assert paid == {first: 70_00, second: 50_00}
    notes, _ = contract.pulled(driver.connector, RecordKind.CREDIT_NOTES)
    assert [(i, m.minor) for i, m in notes[-1].uses] == [(first, 30_00)]


@pytest.mark.rule("R43")
def test_a_use_that_leaves_the_stamp_of_its_note_alone_is_told(driver):
    def later():
        driver.world.now += timedelta(hours=1)

    contract.note_used_in_part(driver, later)


@pytest.mark.rule("R43")
def test_a_use_that_is_undone_is_told_though_no_stamp_moves(driver):
    def later():
        driver.world.now += timedelta(hours=1)

    contract.note_unused(driver, later)


@pytest.mark.rule("R43")
@pytest.mark.parametrize("kind", [EntryKind.PAYMENT, EntryKind.WRITE_OFF], ids=str)
def test_what_is_told_anew_after_a_refusal_is_no_repeated_request(driver, kind):
    customer, invoice = contract.bill(driver, 50_00)
    theirs = driver.pay(invoice, 50_00, contract.PAID_ON)
    entry = contract.replace(contract.pay(driver, customer, invoice, 50_00, "N"), kind=kind)
    with pytest.raises(ErpRefused):
        driver.connector.post(entry)
    driver.unpay(theirs)
    with pytest.raises(ErpRefused):
        driver.connector.post(entry)  # the answer of the first time
    anew = contract.replace(entry, attempt=1)
    driver.connector.post(anew)
    driver.connector.post(anew)
    assert (driver.bookings(entry.key), driver.open_minor(invoice)) == (1, 0)
    assert driver.connector.find(entry.key) is not None


@pytest.mark.rule("R43")
def test_what_the_erp_lost_is_booked_again_though_it_was_told_before(driver):
    customer, invoice = contract.bill(driver, 50_00)
    entry = contract.pay(driver, customer, invoice, 50_00, "N")
    driver.unpay(driver.connector.post(entry).erp_id)
    driver.connector.post(contract.replace(entry, attempt=1))
    assert (driver.bookings(entry.key), driver.open_minor(invoice)) == (1, 0)


def test_a_part_keeps_its_name_whatever_becomes_of_the_others(driver):
    customer, first = contract.bill(driver, 100_00)
    second = driver.invoice(customer, 50_00, contract.ISSUED_ON, contract.DUE_ON)
    parts = [("Invoice", first, 100), ("Invoice", second, 50)]
    payment = driver._payment(customer, 150, contract.PAID_ON, parts)
    rows, cursor = contract.pulled(driver.connector, RecordKind.PAYMENTS)
    before = {r.invoice_external_id: r.external_id for r in rows}
    assert before == {first: f"{payment}:{first}", second: f"{payment}:{second}"}
    driver.edit_payment(payment, 50, [("Invoice", second, 50)])
    rows, cursor = contract.pulled(driver.connector, RecordKind.PAYMENTS, cursor)
    gone, left = rows[-2:]
    assert (gone.external_id, gone.keeps) == (payment, (before[second],))
    assert (left.external_id, left.amount.minor) == (before[second], 50_00)
    driver.unpay(payment)
    rows, _ = contract.pulled(driver.connector, RecordKind.PAYMENTS, cursor)
    assert (rows[-1].external_id, rows[-1].keeps) == (payment, ())
    assert driver.connector.read(RecordKind.PAYMENTS, before[second]) == ()


def test_a_discount_taken_back_leaves_no_credit_memo_behind(driver):
    customer, invoice = contract.bill(driver, 100_00)
    off = contract.replace(
        contract.pay(driver, customer, invoice, 2_00, "D"), kind=EntryKind.DISCOUNT
    )
    driver.connector.post(off)
    driver.connector.post(contract.replace(off, key="B.1.0", amount=-off.amount, undoes=off.key))
    assert driver.world.records["CreditMemo"] == {}
