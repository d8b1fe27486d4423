"""The products that the hub speaks to. A product's code is imported where it is connected only."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.errors import InvalidInput

if TYPE_CHECKING:
    from shared.adapters.erp_secret import ErpSecret
    from shared.domain.connection import Connection
    from shared.usecases.erp_port import Connector

Make = Callable[["Connection", "ErpSecret"], "Connector"]

PRODUCTS: dict[str, Make] = {}
"""What makes a connector, by the product's name in `duecourse connect`."""


def connector_of(connection: "Connection", secret: "ErpSecret") -> "Connector":
    """Return what speaks to connection's ERP. Raises InvalidInput for an unknown product."""
    make = PRODUCTS.get(connection.product)
    if make is None:
        known = ", ".join(sorted(PRODUCTS))
        raise InvalidInput(field="product", reason=f"one of {known}")
    return make(connection, secret)
