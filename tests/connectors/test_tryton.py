"""The contract of connectors on a live Tryton 8.2 that is filled by proteus, and what is its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.contract import BooksContract
from tests.connectors.tryton import server
from tests.connectors.tryton.driver import TrytonDriver

CUSTOMERS, INVOICES = 30, 120

pytestmark = pytest.mark.skipif(
    not server.PYTHON.exists(), reason="Tryton is not here: infra/setup.sh tryton"
)


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonDriver]:
    """Return a Tryton with 30 customers and 120 posted invoices, a copy for this module."""
    made, _ = server.filled(CUSTOMERS, INVOICES)
    database = Path(shutil.copy(made, tmp_path_factory.mktemp("tryton") / "erp.sqlite"))
    with server.running(database) as tryton:
        yield TrytonDriver(tryton, database.stem)


class TestContract(BooksContract):
    """Every connector passes it; here it runs live."""
