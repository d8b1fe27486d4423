"""The claim of a payment's receipt: once per payment, whatever the queue repeats."""

from datetime import datetime

from shared.adapters import keys
from shared.adapters.notices import Notices
from shared.adapters.table import Put, Table, Update
from shared.domain.notice import Notice


class Receipts:
    """Claims receipts and takes the payment off the list of pending facts."""

    def __init__(self, table: Table, notices: Notices) -> None:
        self._table = table
        self._notices = notices

    def claimed(self, entity_id: str, customer_id: str, payment_id: str) -> bool:
        """Return whether the payment's receipt has its number."""
        return self._table.get(keys.fact(entity_id, f"receipt:{payment_id}")) is not None

    def claim(self, entity_id: str, customer_id: str, notice: Notice, wall: datetime) -> bool:
        """Claim notice as the receipt of its payment; False where number or receipt is taken."""
        fact = {
            **keys.fact(entity_id, f"receipt:{notice.payment_id}"),
            "type": "FACT",
            "customer_id": customer_id,
            "n": notice.n,
        }
        payment = Update(keys.payment(entity_id, notice.payment_id), remove=("ppk", "psk"))
        return self._notices.claim(entity_id, customer_id, notice, wall, Put(fact), payment)
