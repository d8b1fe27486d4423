"""What the tests of imports begin with."""

from datetime import UTC, datetime

import pytest

from shared.domain.entity import Entity
from shared.domain.import_run import ImportState
from tests.integration.drops import (
    CUSTOMERS,
    INVOICES,
    drop,
)
from tests.integration.hub import move_clock, seed
from tests.integration.importing import (
    POLICY,
)


@pytest.fixture
def demo(cloud: None) -> Entity:
    move_clock(datetime(2026, 1, 25, 9, tzinfo=UTC))
    return seed(POLICY)


@pytest.fixture
def filled(demo: Entity) -> Entity:
    for content in (CUSTOMERS, INVOICES):
        assert drop(content).state is ImportState.DONE
    return demo
