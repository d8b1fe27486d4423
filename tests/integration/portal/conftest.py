"""A seller, two of its customers, and the gateway that they pay through."""

from datetime import timedelta

import pytest

from shared import runtime
from shared.adapters.table import Table
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from tests.integration import hub
from tests.integration.portal.people import (
    D1,
    D2,
    D3,
    OTHERS,
    POLICY,
    TODAY,
    FakeGateway,
    add_open_invoice,
)


@pytest.fixture
def gateway(table: Table, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    fake = FakeGateway()
    monkeypatch.setattr(runtime, "gateway", lambda: fake)
    monkeypatch.setattr(runtime, "has_gateway", lambda: True)
    return fake


@pytest.fixture
def seller(table: Table) -> Entity:
    return hub.seed(POLICY, bank_account="DE02 1203 0000 0000 2020 51")


@pytest.fixture
def payer(seller: Entity) -> Customer:
    made = hub.add_customer(seller)
    add_open_invoice(seller, made, D1, "INV-1", TODAY - timedelta(days=10), 123_450)
    add_open_invoice(seller, made, D2, "INV-2", TODAY + timedelta(days=5), 5_000)
    add_open_invoice(seller, made, D3, "INV-3", TODAY + timedelta(days=9), 8_000, "JPY")
    return made


@pytest.fixture
def stranger(seller: Entity) -> Customer:
    made = hub.add_customer(seller, customer_id="c2", name="Fremd AG", language="de")
    add_open_invoice(seller, made, OTHERS, "INV-9", TODAY, 777)
    return made
