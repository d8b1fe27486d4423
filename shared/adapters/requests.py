"""The requests that were carried out: what each said, and what it made."""

from shared.adapters import keys
from shared.adapters.table import Put
from shared.domain.cash_step import Asked


def request_put(entity_id: str, asked: Asked, made: str) -> Put:
    """Return the write that lets asked be carried out once: it made made."""
    key = keys.request(entity_id, asked.request_id)
    return Put({**key, "type": "FACT", "digest": asked.digest, "made": made})
