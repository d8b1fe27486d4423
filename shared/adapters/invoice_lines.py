"""The lines of documents, all of one in one item of its customer's history.

What an ERP says of an invoice's lines is an item for each time that it says something else. Nothing
changes such an item: it is written first, and a head that names it makes it the invoice's.
"""

from collections.abc import Sequence
from contextlib import suppress

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.heads import head_writes
from shared.adapters.table import ConditionLost, Put, Table
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.entity import Entity
from shared.domain.money import Money
from shared.domain.tax import TaxCategory
from shared.errors import WriteConflict


class InvoiceLines:
    """Writes of the lines that an ERP says."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(
        self,
        entity: Entity,
        customer: Customer,
        before: Document,
        after: Document,
        lines: Sequence[Line],
        now: Now,
    ) -> bool:
        """Write lines, and the head that goes from before to after and names them.

        Its PDF is to be made again. Returns False where somebody wrote the head first.
        """
        keep_lines(self._table, entity.entity_id, customer.customer_id, after, lines)
        try:
            self._table.write(*head_writes(entity, customer, before, after, now.wall))
        except (ConditionLost, WriteConflict):
            return False
        return True


def keep_lines(
    table: Table, entity_id: str, customer_id: str, document: Document, lines: Sequence[Line]
) -> None:
    """Write the lines that document names, before its head does. Nobody sees them until then.

    Where they are there already, from a try that came no further, they say the same.
    """
    with suppress(ConditionLost):
        table.write(Put(lines_item(entity_id, customer_id, document, lines)))


def lines_item(entity_id: str, customer_id: str, document: Document, lines: Sequence[Line]) -> Item:
    """Return the item that holds all lines of document, in its currency."""
    return {
        **keys.lines(entity_id, customer_id, document.document_id, document.lines_id),
        "type": "LINES",
        "customer_id": customer_id,
        "document_id": document.document_id,
        "currency": document.total.currency,
        "lines": [_line_item(line) for line in lines],
    }


def lines_from(item: Item) -> tuple[Line, ...]:
    """Return the lines that lines_item() wrote."""
    return tuple(_line_from(line, item["currency"]) for line in item["lines"])


def _line_item(line: Line) -> Item:
    """Return the line as stored; what says nothing is left out."""
    rarely: Item = {
        "discount": line.discount.minor if line.discount else 0,
        "discount_percent": line.discount_percent,
        "tax_reason_code": line.tax_reason_code,
        "tax_reason": line.tax_reason,
    }
    item: Item = {
        "description": line.description,
        "quantity": line.quantity,
        "unit_price": line.unit_price.minor,
        "tax_rate_percent": line.tax_rate_percent,
        "tax_category": str(line.tax_category),
        "net": line.net.minor,
        **{name: value for name, value in rarely.items() if value},
    }
    if line.gross is not None:
        item["gross"] = line.gross.minor
    return item


def _line_from(line: Item, currency: str) -> Line:
    def money(name: str) -> Money | None:
        return Money(minor=line[name], currency=currency) if name in line else None

    return Line(
        description=line["description"],
        quantity=line["quantity"],
        unit_price=Money(minor=line["unit_price"], currency=currency),
        tax_rate_percent=line["tax_rate_percent"],
        net=Money(minor=line["net"], currency=currency),
        discount=money("discount"),
        discount_percent=line.get("discount_percent", ""),
        tax_category=TaxCategory(line["tax_category"]),
        tax_reason_code=line.get("tax_reason_code", ""),
        tax_reason=line.get("tax_reason", ""),
        gross=money("gross"),
    )
