"""Charges: documents of their own, written with their posting."""

from shared.adapters import keys
from shared.adapters.head_items import head_item
from shared.adapters.ledger import posting_put
from shared.adapters.table import EXISTS, Check, ConditionLost, Put, Table
from shared.domain.account import Account, Document, Entity
from shared.domain.clock import Now
from shared.domain.document_posting import document_posting


class Charges:
    """Writes of late fees."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, entity: Entity, account: Account, charge: Document, now: Now) -> bool:
        """Write charge and its posting.

        Returns False where it is there already, or its invoice is open no more: money that came
        in since the decision.
        """
        customer = account.customer
        whose = (entity.entity_id, customer.customer_id)
        head = head_item(entity.entity_id, customer, charge, entity.shards)
        pending = keys.pending_entry(entity.entity_id, "document", now.wall, charge.document_id)
        posting = posting_put(*whose, document_posting(charge, now))
        still_open = Check(keys.open_head(*whose, charge.invoice_id), EXISTS)
        try:
            self._table.write(posting, Put(head | pending), still_open)
        except ConditionLost:
            return False
        return True
