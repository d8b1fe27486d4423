"""What the tests of syncs begin with."""

from datetime import UTC, datetime

import pytest

from shared import runtime
from shared.domain.entity import Entity
from tests.connectors.reference import ReferenceErp
from tests.integration.hub import move_clock, seed
from tests.integration.importing import POLICY
from tests.integration.syncing import connect


@pytest.fixture
def demo(cloud: None) -> Entity:
    move_clock(datetime(2026, 9, 10, 9, tzinfo=UTC))
    return seed(POLICY)


@pytest.fixture
def erp(demo: Entity, monkeypatch: pytest.MonkeyPatch) -> ReferenceErp:
    """An empty ERP that the entity is connected to."""
    made = ReferenceErp()
    monkeypatch.setattr(runtime, "connector", lambda entity_id, name: made.connector)
    connect()
    return made
