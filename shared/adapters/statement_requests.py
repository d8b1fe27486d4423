"""Statements asked for as PDF. A request is pending until its PDF is there."""

from datetime import date

from shared.adapters import keys
from shared.adapters.codec import Item, day_from, day_text
from shared.adapters.made import note_made
from shared.adapters.table import Put, Table
from shared.domain.clock import Now
from shared.domain.statement_request import StatementRequest


class StatementRequests:
    """Reads and writes of requests. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, entity_id: str, request: StatementRequest, now: Now) -> None:
        """Write a new request; the stream hands it on."""
        pending = keys.pending_entry(entity_id, "document", now.wall, request.statement_id)
        item: Item = {
            **keys.statement(entity_id, request.customer_id, request.statement_id),
            "type": "STATEMENT",
            "customer_id": request.customer_id,
            "statement_id": request.statement_id,
            "on": request.on.isoformat(),
            "first": day_text(request.first),
            "pdf_key": "",
        }
        self._table.write(Put(item | pending))

    def find(self, entity_id: str, customer_id: str, statement_id: str) -> StatementRequest | None:
        """Return the request, or None where there is none."""
        item = self._table.get(keys.statement(entity_id, customer_id, statement_id))
        return _request_from(item) if item else None

    def made(self, entity_id: str, request: StatementRequest, pdf_key: str) -> bool:
        """Note where the PDF is; return False where that is known already."""
        place = keys.statement(entity_id, request.customer_id, request.statement_id)
        return note_made(self._table, place, "pdf_key", pdf_key)


def _request_from(item: Item) -> StatementRequest:
    return StatementRequest(
        statement_id=item["statement_id"],
        customer_id=item["customer_id"],
        on=date.fromisoformat(item["on"]),
        first=day_from(item["first"]),
        pdf_key=item["pdf_key"],
    )
