"""The lines of documents, in their customer's history: one item, or pieces where they are many.

What an ERP says of an invoice's lines is an item for each time that it says something else. Nothing
changes such an item: it is written first, and a head that names it makes it the invoice's.
"""

import hashlib
import json
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
from shared.domain.invoice_lines import pieces
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
    for item in lines_items(entity_id, customer_id, document, lines):
        with suppress(ConditionLost):
            table.write(Put(item))


def lines_items(
    entity_id: str, customer_id: str, document: Document, lines: Sequence[Line]
) -> tuple[Item, ...]:
    """Return the items that hold all lines of document: the last one names those before it.

    A piece is called by what is in it, so that those of two tries never mix, whatever the order in
    which an ERP lists its lines.
    """
    made = [lines_item(entity_id, customer_id, document, piece) for piece in pieces(lines)]
    first, *others = made
    if not others:
        return (first,)
    names = [_piece_name(item) for item in others]
    more = (item | keys.more_lines(first, name) for item, name in zip(others, names, strict=True))
    return *more, first | {"more": names}


def lines_item(entity_id: str, customer_id: str, document: Document, lines: Sequence[Line]) -> Item:
    """Return the item that holds lines of document, all that fit one item, in its currency."""
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


def all_lines(table: Table, first: Item | None) -> tuple[Line, ...]:
    """Return the lines that lines_items() wrote, first naming the others; () for None."""
    if first is None:
        return ()
    return tuple(line for item in (first, *more_of(table, first)) for line in lines_from(item))


def more_of(table: Table, first: Item) -> list[Item]:
    """Return the further items of the lines whose first item is first, in their order."""
    places = [keys.more_lines(first, name) for name in first.get("more", ())]
    found = {item["sk"]: item for item in table.get_many(places)} if places else {}
    return [found[place["sk"]] for place in places]


def _piece_name(item: Item) -> str:
    said = json.dumps(item["lines"], sort_keys=True)
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


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
