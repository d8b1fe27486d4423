"""What the ERP is still to be told, as the table holds it."""

from datetime import date

from shared.adapters import keys
from shared.adapters.table import Table, Update
from shared.domain.money import Money
from shared.domain.writeback import Writeback
from shared.errors import NotFound


class Writebacks:
    """Reads of write-backs, and the note that one is done."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(
        self, entity_id: str, customer_id: str, payment_id: str, document_id: str, step: int = 0
    ) -> Writeback:
        """Return the write-back. Raises NotFound."""
        key = keys.writeback(entity_id, customer_id, payment_id, document_id, step)
        item = self._table.get(key)
        if item is None:
            raise NotFound(payment=payment_id, document=document_id)
        return Writeback(
            payment_id=item["payment_id"],
            document_id=item["document_id"],
            invoice_external_id=item["invoice_external_id"],
            received_on=date.fromisoformat(item["received_on"]),
            amount=Money(minor=item["amount"], currency=item["currency"]),
            method=item["method"],
            gateway_reference=item["gateway_reference"],
            pending="ppk" in item,
            step=item.get("step", 0),
            discount_minor=item.get("discount", 0),
        )

    def done(
        self, entity_id: str, customer_id: str, payment_id: str, document_id: str, step: int = 0
    ) -> None:
        """Take it off the list of pending facts."""
        key = keys.writeback(entity_id, customer_id, payment_id, document_id, step)
        self._table.write(Update(key, remove=("ppk", "psk")))
