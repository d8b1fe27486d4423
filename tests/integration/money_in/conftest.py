"""A seller, a buyer, and a gateway that says what a test told it."""

import pytest

from shared import runtime
from shared.adapters.table import Table
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from tests.integration import hub, money
from tests.integration.money import FakeGateway
from tests.unit.test_decide import LADDER


@pytest.fixture
def gateway(table: Table, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """The gateway, in place of the real one."""
    money.make_secret()
    made = FakeGateway()
    monkeypatch.setattr(runtime, "gateway", lambda: made)
    return made


@pytest.fixture
def seller(gateway: FakeGateway) -> Entity:
    """An entity that chases by the ladder of the tests."""
    return hub.seed(LADDER)


@pytest.fixture
def buyer(seller: Entity) -> Customer:
    """A customer of it."""
    return hub.add_customer(seller)
