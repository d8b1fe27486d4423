"""Imports as the table holds them."""

from dataclasses import replace
from datetime import datetime

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import VERSION, ConditionLost, Put, Table, seen
from shared.domain.clock import from_iso, iso
from shared.domain.import_run import ImportRun, ImportState
from shared.domain.imports import Problem
from shared.errors import NotFound

_COUNTS = ("rows_total", "rows_done", "new", "updated", "unchanged", "refused", "problems_total")
_TEXTS = ("import_id", "file_name", "kind", "by", "key", "etag")


class ImportRuns:
    """Reads and writes of imports. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def start(self, entity_id: str, run: ImportRun) -> ImportRun:
        """Write run as new and return it, or return the one of that id that is there already."""
        try:
            self._table.write(Put(_item(entity_id, run)))
        except ConditionLost:
            return self.get(entity_id, run.import_id)
        return run

    def save(self, entity_id: str, run: ImportRun) -> ImportRun | None:
        """Write run over the version it was read at and return it one version on.

        None means that another worker has gone on with it: leave it to that one.
        """
        changed = replace(run, version=run.version + 1)
        item = _item(entity_id, changed)
        try:
            self._table.write(Put(item, condition=VERSION, values=seen(run.version)))
        except ConditionLost:
            # a repeat of our own write, whose answer was lost, finds what it wrote
            stored = self._table.get(keys.import_run(entity_id, run.import_id))
            return changed if stored == item else None
        return changed

    def get(self, entity_id: str, import_id: str) -> ImportRun:
        """Return the import. Raises NotFound."""
        item = self._table.get(keys.import_run(entity_id, import_id))
        if item is None:
            raise NotFound(import_id=import_id)
        return _run(item)

    def list(self, entity_id: str, limit: int = 50) -> tuple[ImportRun, ...]:
        """Return the newest imports first, at most limit of them."""
        partition = keys.import_run(entity_id, "")["pk"]
        return tuple(_run(i) for i in self._table.query(partition, reverse=True, limit=limit))


def _item(entity_id: str, run: ImportRun) -> Item:
    return {
        **keys.import_run(entity_id, run.import_id),
        "type": "IMPORT",
        **{name: getattr(run, name) for name in (*_TEXTS, *_COUNTS)},
        "state": str(run.state),
        "partial": run.partial,
        "created_at": iso(run.created_at),
        "problems": [[p.line, p.column, p.code, p.message] for p in run.problems],
        "finished_at": iso(run.finished_at) if run.finished_at else "",
        "version": run.version,
    }


def _run(item: Item) -> ImportRun:
    return ImportRun(
        **{name: item[name] for name in (*_TEXTS, *_COUNTS)},
        state=ImportState(item["state"]),
        partial=item["partial"],
        created_at=from_iso(item["created_at"]),
        problems=tuple(Problem(*values) for values in item["problems"]),
        finished_at=_instant(item["finished_at"]),
        version=item["version"],
    )


def _instant(text: str) -> datetime | None:
    return from_iso(text) if text else None
