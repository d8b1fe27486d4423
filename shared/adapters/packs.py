"""Packs of cases that somebody wants. A request is pending until its ZIP is there."""

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.made import note_made
from shared.adapters.table import Put, Table
from shared.domain.case_pack import PackRequest
from shared.domain.clock import Now, from_iso, iso


def pack_put(entity_id: str, request: PackRequest, now: Now) -> Put:
    """Return the write of a new request, to go into another fact's transaction."""
    item: Item = {
        **keys.case_pack(entity_id, request.customer_id, request.pack_id),
        **keys.pending_entry(entity_id, "document", now.wall, request.pack_id),
        "type": "PACK",
        "customer_id": request.customer_id,
        "pack_id": request.pack_id,
        "asked_at": iso(request.asked_at),
        "by": request.by,
        "key": "",
        "sha256": "",
    }
    return Put(item)


class Packs:
    """Reads and writes of requests. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, entity_id: str, request: PackRequest, now: Now) -> None:
        """Write a new request; the stream hands it on."""
        self._table.write(pack_put(entity_id, request, now))

    def find(self, entity_id: str, customer_id: str, pack_id: str) -> PackRequest | None:
        """Return the request, or None where there is none."""
        item = self._table.get(keys.case_pack(entity_id, customer_id, pack_id))
        return _request_from(item) if item else None

    def newest(self, entity_id: str, customer_id: str) -> PackRequest | None:
        """Return the request made last, or None before the first."""
        partition = keys.history(entity_id, customer_id)
        found = list(self._table.query(partition, begins="PACK#", reverse=True, limit=1))
        return _request_from(found[0]) if found else None

    def made(self, entity_id: str, request: PackRequest, key: str, sha256: str) -> bool:
        """Note where the ZIP is; return False where that is known already."""
        place = keys.case_pack(entity_id, request.customer_id, request.pack_id)
        return note_made(self._table, place, "key", key, sha256=sha256)


def _request_from(item: Item) -> PackRequest:
    return PackRequest(
        pack_id=item["pack_id"],
        customer_id=item["customer_id"],
        asked_at=from_iso(item["asked_at"]),
        by=item["by"],
        key=item["key"],
        sha256=item["sha256"],
    )
