"""What we send to Xero, and what our fake answers, is what Xero's own description allows."""

from dataclasses import replace

import pytest

from shared.domain.erp import Entry, EntryKind, RecordKind
from shared.domain.money import Money
from tests.connectors import contract, xero_shapes
from tests.connectors.secrets import KeptSecret
from tests.connectors.test_xero import connector_of
from tests.connectors.xero_driver import Driver
from tests.connectors.xero_fake import TENANT, XeroFake

pytestmark = [
    pytest.mark.skipif(not xero_shapes.MOCK.exists(), reason="no checking mock: make erps"),
    pytest.mark.skipif(
        not xero_shapes.DESCRIPTION.exists(), reason="Xero's description is not on this machine"
    ),
]
KINDS_OF_CALL = 16


@pytest.fixture(scope="module")
def base():
    with xero_shapes.mock() as address:
        yield address


@pytest.fixture(scope="module")
def calls():
    """All that the connector does in a day, as the fake saw it."""
    with XeroFake() as fake:
        erp = Driver(fake, connector_of(fake, KeptSecret()), None)
        live_a_day(erp)
        return fake.books.calls


def live_a_day(erp: Driver) -> None:
    erp.connector.check()
    customer, invoice = contract.bill(erp, 500_00)
    paid = contract.pay(erp, customer, invoice, 100_00, "S")
    erp.connector.post(replace(paid, discount=Money(minor=2_00, currency="EUR")))
    back = f"{paid.key.rpartition('.')[0]}.2"
    erp.connector.post(replace(paid, key=back, amount=Money(minor=-40_00, currency="EUR")))
    for kind in (EntryKind.WRITE_OFF, EntryKind.CHARGE):
        amount = Money(minor=5_00, currency="EUR")
        entry = Entry(f"{kind}.1.0", kind, customer, invoice, contract.PAID_ON, amount)
        erp.connector.post(replace(entry, number="FEE-1"))
    off = Entry("off.1.0", EntryKind.DISCOUNT, customer, invoice, contract.PAID_ON, amount)
    erp.connector.post(off)
    erp.connector.post(replace(off, key="off.2.0", amount=-amount, undoes=off.key))
    erp.connector.open_amount(invoice)
    erp.credit_note(customer, 9_00, contract.PAID_ON, use_on=[invoice])
    for kind in RecordKind:
        rows, cursor = contract.pulled(erp.connector, kind, limit=2)
        contract.pulled(erp.connector, kind, cursor)
        erp.connector.read(kind, next(row.external_id for row in rows))
    erp.connector.find("nothing")
    cursor = "invoices 1"
    while cursor:
        cursor = erp.connector.open_amounts(cursor, 100).cursor


def test_every_call_is_as_described(base, calls):
    wrong = {}
    for call in calls:
        found = xero_shapes.complaints(
            base, call.method, call.path, call.query, call.headers, call.body
        )
        if found:
            wrong[f"{call.method} {call.path} {call.query}"] = found
    assert wrong == {}
    kinds = {(call.method, call.path.split("/")[1], call.path.count("/")) for call in calls}
    print(f"calls {len(calls)}, of {len(kinds)} kinds, all as described")
    assert len(kinds) >= KINDS_OF_CALL


def test_every_answer_of_the_fake_is_as_described(base, calls):
    """A collection that is read has the shape of one that is written: it is sent as one."""
    headers = {"xero-tenant-id": TENANT, "content-type": "application/json"}
    wrong, seen = {}, 0
    for call in calls:
        name = call.path.split("/")[1]
        if call.status != 200 or name not in ("Contacts", "Invoices", "CreditNotes", "Payments"):
            continue
        if set(call.answer) != {name}:
            continue
        found = xero_shapes.complaints(base, "PUT", f"/{name}", {}, headers, call.answer)
        seen += 1
        if found:
            wrong[f"{call.method} {call.path}"] = found
    print(f"answers {seen}, all as described")
    assert seen and wrong == {}


def test_a_wrong_call_is_noticed(base, calls):
    sent = next(call for call in calls if call.method != "GET" and call.path == "/Payments")
    broken = dict(sent.body) | {"Amount": "a hundred"}
    assert xero_shapes.complaints(base, sent.method, sent.path, {}, sent.headers, broken)
