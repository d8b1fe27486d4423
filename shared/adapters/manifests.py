"""Buckets of a manifest as the table holds them: pairs of hashes, one after the other."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import NEW, VERSION, ConditionLost, Delete, Put, Table, seen
from shared.domain.erp import RecordKind
from shared.usecases.manifest import DIGEST_BYTES, Bucket


class Manifests:
    """The manifests of all connections."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, entity_id: str, connection: str, kind: RecordKind) -> "ManifestBuckets":
        """Return where the buckets of one kind lie."""
        return ManifestBuckets(self._table, entity_id, connection, kind)


class ManifestBuckets:
    """Reads and writes of one kind's buckets. Every read is consistent."""

    def __init__(self, table: Table, entity_id: str, connection: str, kind: RecordKind) -> None:
        self._table = table
        self._place = (entity_id, connection, str(kind))

    def read(self, bits: int, numbers: Iterable[int]) -> Mapping[int, Bucket]:
        """Return the buckets that exist, by number."""
        wanted = [keys.manifest(*self._place, bits, number) for number in numbers]
        found = self._table.get_many(wanted)
        return {item["number"]: Bucket(_entries(item), item["version"]) for item in found}

    def write(self, bits: int, number: int, bucket: Bucket) -> bool:
        """Write bucket over the version it was read at; return False where somebody was faster."""
        pairs = sorted(bucket.entries.items())
        item: Item = {
            **keys.manifest(*self._place, bits, number),
            "type": "MANIFEST",
            "number": number,
            "hashes": b"".join(key + content for key, content in pairs),
            "version": bucket.version + 1,
        }
        condition = VERSION if bucket.version else NEW
        values = seen(bucket.version) if bucket.version else {}
        try:
            self._table.write(Put(item, condition=condition, values=values))
        except ConditionLost:
            return False
        return True

    def remove(self, bits: int) -> None:
        """Remove all buckets of one size, which nobody reads any more."""
        first = keys.manifest(*self._place, bits, 0)
        begins = first["sk"].rpartition("#")[0] + "#"
        for item in list(self._table.query(first["pk"], begins=begins)):
            with suppress(ConditionLost):
                self._table.write(Delete({"pk": item["pk"], "sk": item["sk"]}))


def _entries(item: Item) -> dict[bytes, bytes]:
    hashes, half = item["hashes"], DIGEST_BYTES
    places = range(0, len(hashes), 2 * half)
    return {hashes[i : i + half]: hashes[i + half : i + 2 * half] for i in places}
