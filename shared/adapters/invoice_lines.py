"""The lines of invoices, one item per invoice in its customer's history."""

from collections.abc import Mapping, Sequence

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.heads import head_writes
from shared.adapters.table import NEW, ConditionLost, Put, Table
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.entity import Entity
from shared.domain.import_verdicts import InvoiceFact
from shared.domain.money import Money
from shared.domain.tax import TaxCategory
from shared.errors import WriteConflict


class InvoiceLines:
    """Reads and writes of lines."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def hashes(self, entity_id: str, facts: Sequence[InvoiceFact]) -> Mapping[str, str]:
        """Return the content hash of the lines that are stored, by document id."""
        wanted = [keys.lines(entity_id, f.customer_id, f.document_id) for f in facts]
        return {i["document_id"]: i["content_hash"] for i in self._table.get_many(wanted)}

    def put(
        self,
        entity: Entity,
        customer: Customer,
        before: Document,
        after: Document,
        lines: Sequence[Line],
        hashes: tuple[str | None, str],
        now: Now,
    ) -> bool:
        """Write lines in place of those of the first hash (None: there were none).

        The head goes from before to after with them, and its PDF is to be made again. Returns
        False where somebody wrote first.
        """
        old_hash, new_hash = hashes
        item = lines_item(entity.entity_id, customer.customer_id, after, lines, new_hash)
        put = Put(item, condition="content_hash = :old", values={":old": old_hash})
        if old_hash is None:
            put = Put(item, condition=NEW)
        try:
            self._table.write(put, *head_writes(entity, customer, before, after, now.wall))
        except (ConditionLost, WriteConflict):
            return False
        return True


def lines_item(
    entity_id: str, customer_id: str, document: Document, lines: Sequence[Line], content_hash: str
) -> Item:
    """Return the item that holds all lines of document, in its currency."""
    return {
        **keys.lines(entity_id, customer_id, document.document_id),
        "type": "LINES",
        "customer_id": customer_id,
        "document_id": document.document_id,
        "currency": document.total.currency,
        "content_hash": content_hash,
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
