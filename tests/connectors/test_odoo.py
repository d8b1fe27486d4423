"""Odoo against a stand-in of its external interface; it never ran against Odoo itself."""

from datetime import timedelta

import pytest

from shared.adapters.erp_http import ErpHttp
from shared.adapters.odoo import Odoo
from shared.adapters.odoo_calls import OdooCalls
from shared.adapters.odoo_entries import Books, OdooEntries
from shared.domain.erp import EntryKind
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


@pytest.mark.parametrize("crash_at", range(6))
def test_a_take_back_in_part_survives_a_crash_at_every_write(driver, crash_at):
    customer, invoice = contract.bill(driver, 100_00)
    first = contract.pay(driver, customer, invoice, 100_00, "T")
    family = first.key.rpartition(".")[0]
    back = contract.replace(
        first, key=f"{family}.3", amount=contract.Money(minor=-40_00, currency="EUR")
    )
    driver.connector.post(first)
    retry_after_a_crash(driver, back, crash_at)
    assert driver.open_minor(invoice) == 40_00
    assert driver.bookings(back.key) == 1


@pytest.mark.parametrize("crash_at", range(4))
def test_a_write_off_survives_a_crash_at_every_write(driver, crash_at):
    customer, invoice = contract.bill(driver, 100_00)
    money = contract.pay(driver, customer, invoice, 7_00, "W")
    entry = contract.replace(money, kind=EntryKind.WRITE_OFF)
    retry_after_a_crash(driver, entry, crash_at)
    assert (driver.open_minor(invoice), driver.bookings(entry.key)) == (93_00, 1)


@pytest.mark.parametrize("crash_at", range(3))
def test_a_discount_taken_back_survives_a_crash_at_every_write(driver, crash_at):
    customer, invoice = contract.bill(driver, 100_00)
    off = contract.replace(
        contract.pay(driver, customer, invoice, 2_00, "D"), kind=EntryKind.DISCOUNT
    )
    driver.connector.post(off)
    retry_after_a_crash(
        driver, contract.replace(off, key="B.1.0", amount=-off.amount, undoes=off.key), crash_at
    )
    assert (driver.open_minor(invoice), driver.bookings(off.key)) == (100_00, 0)


def retry_after_a_crash(driver, entry, crash_at):
    """Post entry with a crash before one of its writes, and again as a worker would."""
    calls = driver.connector._calls
    call, written = calls.call, []

    def crashing(model, method, args, *, writes, **named):
        if writes and len(written) == crash_at:
            raise KeyboardInterrupt
        written.extend([method] if writes else [])
        return call(model, method, args, writes=writes, **named)

    calls.call = crashing
    try:
        driver.connector.post(entry)
    except KeyboardInterrupt:
        calls.call = call
        assert driver.connector.find(entry.key) is None
        driver.connector.post(entry)
