"""A payment of several invoices is told in parts, and each part is followed by itself."""

from collections.abc import Iterator
from datetime import date

import pytest

from shared import runtime
from tests.connectors.quickbooks_fake import Company, Driver, Handler
from tests.connectors.served import Served
from tests.connectors.test_quickbooks import connector_of
from tests.integration.drops import stored
from tests.integration.syncing import connect, sync

ISSUED, DUE, PAID = date(2026, 8, 1), date(2026, 8, 31), date(2026, 8, 20)


@pytest.fixture
def company(demo: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """A QuickBooks company that the entity is connected to."""
    world = Company()
    with Served(type("CompanyHandler", (Handler,), {"company": world})) as server:
        made = connector_of(server)
        monkeypatch.setattr(runtime, "connector", lambda *_: made)
        connect()
        yield Driver(world, server, made, made)


def opened() -> dict[str, int]:
    return {head["external_id"]: head["open"] for head in stored("HEAD")}


@pytest.mark.rule("R43")
def test_each_part_of_a_payment_goes_and_comes_by_itself(company: Driver) -> None:
    whose = company.customer("Nordlicht GmbH", "ap@nordlicht.example")
    a, b = (company.invoice(whose, minor, ISSUED, DUE) for minor in (10_000, 5_000))
    both, alone = [("Invoice", a, 100), ("Invoice", b, 50)], [("Invoice", b, 50)]
    payment = company._payment(whose, 150, PAID, both)
    sync()
    assert opened() == {a: 0, b: 0}
    for parts, left in ((alone, 10_000), (both, 0), (alone[::-1], 10_000), (both[::-1], 0)):
        company.edit_payment(payment, 150, parts)
        sync()
        assert opened() == {a: left, b: 0}, parts
    sync(full=True)
    assert opened() == {a: 0, b: 0}
    company.unpay(payment)
    sync()
    assert opened() == {a: 10_000, b: 5_000}
    states = sorted(p["state"] for p in stored("PAYMENT"))
    assert states == ["returned"] * 4
    assert stored("PARKED") == []
