"""What goes to Odoo and QuickBooks, byte by byte: amounts by the digits that were meant."""

from decimal import Decimal

import pytest
import urllib3

from shared.adapters import exact_json
from shared.adapters.quickbooks_rows import invoice_rows
from shared.adapters.xero_entries import _number
from shared.domain.erp import EntryKind, RecordKind
from shared.domain.imports import InvoiceRow
from shared.domain.money import Money
from shared.errors import ErpRefused
from tests.connectors import contract, odoo_fake, quickbooks_fake, test_odoo, test_quickbooks
from tests.connectors.served import Served

HUGE = 9_007_199_254_740_993  # one more than a float can tell from its neighbour
ENTRIES = [EntryKind.PAYMENT, EntryKind.WRITE_OFF, EntryKind.CHARGE]


@pytest.fixture(params=["odoo", "quickbooks"])
def erp(request):
    if request.param == "odoo":
        books = odoo_fake.Database()
        handler = type("Handler", (odoo_fake.Handler,), {"database": books})
        with Served(handler) as server:
            yield odoo_fake.Driver(books, server, test_odoo.connector_of(server), None)
        return
    company = quickbooks_fake.Company()
    handler = type("Handler", (quickbooks_fake.Handler,), {"company": company})
    with Served(handler) as server:
        connector = test_quickbooks.connector_of(server)
        yield quickbooks_fake.Driver(company, server, connector, None)


@pytest.fixture
def sent(monkeypatch):
    """Return what is sent as JSON from now on."""
    bodies = []
    request = urllib3.PoolManager.request

    def heard(pool, method, url, *, body=None, **named):
        bodies.extend([body] if (body or b"").startswith(b"{") else [])
        return request(pool, method, url, body=body, **named)

    monkeypatch.setattr(urllib3.PoolManager, "request", heard)
    return bodies


@pytest.mark.law("16")
@pytest.mark.parametrize("kind", ENTRIES, ids=str)
@pytest.mark.parametrize(
    ("minor", "currency", "digits"),
    [(30, "EUR", "0.30"), (1_001, "KWD", "1.001"), (HUGE, "EUR", "90071992547409.93")],
)
def test_an_amount_leaves_by_its_very_digits(erp, sent, kind, minor, currency, digits):
    customer, invoice = contract.bill(erp, 2 * HUGE)
    entry = contract.replace(
        contract.pay(erp, customer, invoice, minor, "X"),
        kind=kind,
        amount=Money(minor=minor, currency=currency),
    )
    sent.clear()
    erp.connector.post(entry)
    amounts = {abs(found) for raw in sent for found in decimals(exact_json.read(raw))}
    assert Decimal(digits) in amounts
    assert amounts <= {Decimal(digits), Decimal(0)}


def test_a_sum_that_the_erp_reckoned_in_binary_is_the_sum_that_was_meant(erp):
    _, invoice = contract.bill(erp, 30)
    kind, field = ("account.move", "amount_total")
    if isinstance(erp.world, quickbooks_fake.Company):
        erp.world.records["Invoice"][invoice]["TotalAmt"] = 0.1 + 0.2
    else:
        erp.world.table(kind)[int(invoice)][field] = 0.1 + 0.2
    rows, _ = contract.pulled(erp.connector, RecordKind.INVOICES)
    assert contract.newest(rows, InvoiceRow)[invoice].total == Money(minor=30, currency="EUR")


def test_three_decimals_come_as_they_are():
    told = exact_json.read(
        '{"Id": "7", "TotalAmt": 12.345, "CurrencyRef": {"value": "KWD"}, "TxnDate": "2026-09-01"}'
    )
    assert invoice_rows(told)[0].total == Money(minor=12_345, currency="KWD")


def test_xero_is_told_no_amount_that_its_package_would_change():
    assert repr(_number(Money(minor=30, currency="EUR"))) == "0.3"
    assert repr(_number(Money(minor=1_001, currency="KWD"))) == "1.001"
    with pytest.raises(ErpRefused):
        _number(Money(minor=HUGE, currency="EUR"))


def decimals(told):
    """Yield the numbers with a point in what was told."""
    if isinstance(told, Decimal):
        yield told
    elif isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from decimals(one)
