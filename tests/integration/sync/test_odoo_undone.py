"""Money that Odoo took off an invoice is taken back here with the next pull."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from shared import runtime
from tests.connectors.odoo_fake import COMPANY, Database, Driver, Handler
from tests.connectors.served import Served
from tests.connectors.test_odoo import connector_of
from tests.integration.drops import stored
from tests.integration.syncing import connect, sync

ISSUED, DUE, PAID = date(2026, 8, 1), date(2026, 8, 31), date(2026, 8, 20)


@pytest.fixture
def odoo(demo: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """An Odoo that the entity is connected to."""
    world = Database()
    world.put("res.company", {"name": "Seller GmbH", "currency_id": [1, "EUR"]}, COMPANY)
    with Served(type("DatabaseHandler", (Handler,), {"database": world})) as server:
        made = connector_of(server)
        monkeypatch.setattr(runtime, "connector", lambda *_: made)
        connect()
        yield Driver(world, server, made, made)


def opened() -> dict[str, int]:
    return {head["external_id"]: head["open"] for head in stored("HEAD") if not head.get("voided")}


def sync_later(odoo: Driver) -> None:
    odoo.world.now += timedelta(hours=1)
    sync()


@pytest.mark.rule("R43")
@pytest.mark.parametrize("how", ["unreconcile", "unpay", "delete"])
def test_money_that_leaves_an_invoice_there_leaves_it_here(odoo: Driver, how: str) -> None:
    whose = odoo.customer("Nordlicht GmbH", "ap@nordlicht.example")
    a, b = (odoo.invoice(whose, minor, ISSUED, DUE) for minor in (10_000, 5_000))
    first, stays = odoo.pay(a, 4_000, PAID), odoo.pay(a, 6_000, PAID)
    odoo.pay(b, 5_000, PAID)
    sync()
    assert opened() == {a: 0, b: 0}
    getattr(odoo, how)(first)
    sync_later(odoo)
    assert opened() == {a: 4_000, b: 0}
    getattr(odoo, how)(stays)
    odoo.pay(a, 10_000, PAID)  # other money in its place, before anybody looked
    sync_later(odoo)
    assert opened() == {a: 0, b: 0}
    states = sorted(p["state"] for p in stored("PAYMENT"))
    assert states == ["returned", "returned", "settled", "settled"]
    assert (stored("PARKED"), stored("CREDIT")) == ([], [])


@pytest.mark.rule("R43")
def test_an_invoice_that_odoo_voids_with_money_on_it_is_void_here(odoo: Driver) -> None:
    whose = odoo.customer("Nordlicht GmbH", "ap@nordlicht.example")
    invoice = odoo.invoice(whose, 10_000, ISSUED, DUE)
    odoo.pay(invoice, 4_000, PAID)
    sync()
    assert opened() == {invoice: 6_000}
    odoo.void(invoice)
    sync_later(odoo)
    sync_later(odoo)
    assert opened() == {}
    assert [p["state"] for p in stored("PAYMENT")] == ["returned"]
