"""When an ERP said last that something changed, as far as a pull was asked for."""

from contextlib import suppress
from datetime import datetime, timedelta

from shared.adapters import keys
from shared.adapters.table import ConditionLost, Delete, Put, Table
from shared.domain.clock import iso

_OVER = "attribute_not_exists(pk) OR asked_at <= :over OR asked_at > :ahead"


class ErpHints:
    """One mark for each connection; a window begins with it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def first_since(
        self, entity_id: str, connection: str, wall: datetime, window: timedelta
    ) -> bool:
        """Begin a window at wall and return True, or False where one began within it before.

        A mark of a clock that went ahead holds nobody up.
        """
        key = keys.erp_hint(entity_id, connection)
        item = {**key, "type": "ERP_HINT", "asked_at": iso(wall)}
        values = {":over": iso(wall - window), ":ahead": iso(wall + window)}
        try:
            self._table.write(Put(item, _OVER, values))
        except ConditionLost:
            return False
        return True

    def forget(self, entity_id: str, connection: str) -> None:
        """Remove a connection's mark. One that is not there is no matter."""
        with suppress(ConditionLost):
            self._table.write(Delete(keys.erp_hint(entity_id, connection)))
