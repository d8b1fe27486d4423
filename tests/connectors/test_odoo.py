"""Odoo against a stand-in of its external interface; it never ran against Odoo itself."""

from datetime import timedelta

import pytest

from shared.adapters.erp_http import ErpHttp
from shared.adapters.odoo import Odoo
from shared.adapters.odoo_calls import OdooCalls
from shared.adapters.odoo_entries import Books, OdooEntries
from shared.domain.erp import EntryKind, GoneRow, RecordKind
from shared.domain.imports import PaymentRow
from shared.errors import ErpUnreadable
from tests.connectors import contract
from tests.connectors.odoo_fake import (
    BANK,
    COMPANY,
    GENERAL,
    INCOME,
    KEY,
    Database,
    Driver,
    Handler,
)
from tests.connectors.served import Served
from tests.connectors.source_contract import newest, pulled

BOOKS = Books(BANK[0], GENERAL[0], dict.fromkeys(EntryKind, INCOME[0]))


def connector_of(server: Served, key: str = KEY) -> Odoo:
    calls = OdooCalls(ErpHttp(server.base), "books", "hub@seller.example", key)
    return Odoo(calls, OdooEntries(calls, BOOKS), COMPANY)


@pytest.fixture
def driver():
    database = Database()
    database.put("res.company", {"name": "Seller GmbH", "currency_id": [1, "EUR"]}, COMPANY)
    with Served(type("DatabaseHandler", (Handler,), {"database": database})) as server:
        strange = connector_of(server, "revoked")
        yield Driver(database, server, connector_of(server), strange)


def test_a_company_that_is_not_there_is_named(driver):
    driver.world.table("res.company").clear()
    with pytest.raises(ErpUnreadable) as told:
        driver.connector.check()
    assert told.value.facts["said"] == "Odoo shows this user no company of the number 1."


class TestOdoo(contract.BooksContract):
    @pytest.fixture
    def erp(self, driver):
        return driver


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
@pytest.mark.parametrize("how", ["unreconcile", "unpay", "delete"])
def test_money_that_leaves_an_invoice_is_told_though_no_stamp_moves(driver, how):
    _, invoice = contract.bill(driver, 60_00)
    first, stays = (driver.pay(invoice, minor, contract.PAID_ON) for minor in (35_00, 25_00))
    rows, cursor = pulled(driver.connector, RecordKind.PAYMENTS)
    by_minor = {row.amount.minor: row for row in newest(rows, PaymentRow).values()}
    driver.world.now += timedelta(hours=1)
    getattr(driver, how)(first)
    rows, cursor = pulled(driver.connector, RecordKind.PAYMENTS, cursor)
    (gone,) = newest(rows, GoneRow).values()
    assert gone.external_id == by_minor[35_00].part_of == by_minor[25_00].part_of
    assert gone.keeps == (by_minor[25_00].external_id,)
    assert driver.connector.read(RecordKind.PAYMENTS, gone.external_id) == (gone,)
    getattr(driver, how)(stays)
    rows, _ = pulled(driver.connector, RecordKind.PAYMENTS, cursor)
    assert [row.keeps for row in newest(rows, GoneRow).values()] == [()]


@pytest.mark.rule("R43")
def test_other_money_in_the_place_of_some_is_told_with_what_it_takes_the_place_of(driver):
    _, invoice = contract.bill(driver, 60_00)
    driver.unpay(driver.pay(invoice, 60_00, contract.PAID_ON))
    before, cursor = pulled(driver.connector, RecordKind.PAYMENTS)
    first = driver.pay(invoice, 60_00, contract.PAID_ON)
    before, cursor = pulled(driver.connector, RecordKind.PAYMENTS, cursor)
    driver.unreconcile(first)
    driver.pay(invoice, 60_00, contract.PAID_ON)
    rows, _ = pulled(driver.connector, RecordKind.PAYMENTS, cursor)
    paid = newest(rows, PaymentRow).keys()
    assert not paid & newest(before, PaymentRow).keys()
    (left,) = newest(rows, GoneRow).values()
    assert set(left.keeps) == paid


@pytest.mark.rule("R43")
@pytest.mark.parametrize("then", ["button_draft", "button_cancel"])
def test_an_invoice_that_is_void_or_a_draft_again_has_no_money_on_it(driver, then):
    _, invoice = contract.bill(driver, 60_00)
    driver.pay(invoice, 60_00, contract.PAID_ON)
    _, cursor = pulled(driver.connector, RecordKind.INVOICES)
    driver.world.run("account.move", "button_draft", [[int(invoice)]], {})
    driver.world.run("account.move", then, [[int(invoice)]], {})
    rows, _ = pulled(driver.connector, RecordKind.INVOICES, cursor)
    of_money = [r for r in rows if isinstance(r, GoneRow) and r.kind is RecordKind.PAYMENTS]
    assert [(r.external_id, r.keeps) for r in of_money] == [(f"invoice:{invoice}", ())]


@pytest.mark.rule("R43")
def test_what_is_left_on_open_invoices_comes_in_pages(driver):
    invoices = [contract.bill(driver, 10_00 + n)[1] for n in range(5)]
    for invoice in invoices[::2]:
        driver.pay(invoice, 5_00, contract.PAID_ON)
    rows, cursor = pulled(driver.connector, RecordKind.PAYMENTS, limit=2)
    again, _ = pulled(driver.connector, RecordKind.PAYMENTS, cursor, limit=2)
    for found in (rows, again):
        left = {r.external_id: len(r.keeps) for r in found if isinstance(r, GoneRow)}
        assert left == {f"invoice:{i}": 1 - n % 2 for n, i in enumerate(invoices)}
