"""The requests that were carried out: what each said, and what it made."""

from shared.adapters import keys
from shared.adapters.table import Put, Table
from shared.domain.cash_step import Asked, Done


class Requests:
    """Reads of what was carried out."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def done(self, entity_id: str, asked: Asked) -> Done | None:
        """Return what the request made, or None where it was not carried out yet."""
        if not asked.request_id:
            return None
        item = self._table.get(keys.request(entity_id, asked.request_id))
        return Done(item["digest"], item["made"]) if item else None


def request_puts(entity_id: str, asked: Asked, made: str) -> tuple[Put, ...]:
    """Return the write that goes with what asked made; none where nobody named the request."""
    return (request_put(entity_id, asked, made),) if asked.request_id else ()


def request_put(entity_id: str, asked: Asked, made: str) -> Put:
    """Return the write that lets asked be carried out once: it made made."""
    key = keys.request(entity_id, asked.request_id)
    return Put({**key, "type": "FACT", "digest": asked.digest, "made": made})
