"""What the tests of charges begin with."""

import pytest

from shared.adapters.table import Table
from shared.domain.policy import Policy
from tests.integration import hub
from tests.integration.charging import DUE


@pytest.fixture
def overdue(table: Table):
    def make(of: Policy, minor: int = 1_000_000):
        seller = hub.seed(of)
        whose = hub.add_customer(seller)
        hub.add_invoice(seller, whose, "inv1", DUE, minor)
        return seller

    return make
