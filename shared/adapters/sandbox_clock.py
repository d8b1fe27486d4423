"""The sandbox's business clock: how far it stands off the wall clock."""

from datetime import datetime
from math import ceil

from shared.adapters import keys
from shared.adapters.table import Put, Table

_ANY = "attribute_not_exists(pk) OR attribute_exists(pk)"


class SandboxClock:
    """Moves the business clock. Nothing in production makes one."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def move(self, business: datetime, wall: datetime) -> int:
        """Let the business clock say business at wall, a second more at most.

        Returns the seconds between them.
        """
        offset_s = ceil((business - wall).total_seconds())
        item = {**keys.clock(), "type": "CLOCK", "offset_s": offset_s}
        self._table.write(Put(item, condition=_ANY))
        return offset_s
