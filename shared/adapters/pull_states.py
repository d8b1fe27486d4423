"""How far each kind of a connection is pulled, as the table holds it."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import NEW, VERSION, ConditionLost, Put, Table, seen
from shared.domain.clock import from_iso, iso
from shared.domain.connection import Counts, PullState
from shared.domain.erp import RecordKind

PULL_STATE = "PULL_STATE"
_FENCE = "PULL_FENCE"
_FENCE_STANDS = timedelta(days=1)
"""Longer than any run lasts that read a state before the fence."""
_COUNTS = tuple(Counts.__dataclass_fields__)


class PullStates:
    """Reads and writes of how far pulls are. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, entity_id: str, connection: str, kind: RecordKind) -> PullState:
        """Return how far kind is pulled; version 0 where nobody pulled it."""
        item = self._table.get(keys.pull_state(entity_id, connection, kind))
        return PullState(kind) if item is None else state_from(item)

    def of(self, entity_id: str, connection: str) -> tuple[PullState, ...]:
        """Return how far every kind is that was pulled."""
        key = keys.pull_state(entity_id, connection, "")
        found = self._table.query(key["pk"], begins=key["sk"])
        return tuple(state_from(item) for item in found if item["type"] == PULL_STATE)

    def save(self, entity_id: str, connection: str, state: PullState) -> PullState | None:
        """Write state over the version it was read at, and return it one version on.

        None means that another run has written since: leave the kind to that one.
        """
        after = replace(state, version=state.version + 1)
        item = _item(entity_id, connection, after)
        first = Put(item, condition=NEW)
        put = first if state.version == 0 else replace(
            first, condition=VERSION, values=seen(state.version)
        )  # fmt: skip
        try:
            self._table.write(put)
        except ConditionLost:
            # a repeat of our own write, whose answer was lost, finds what it wrote
            stored = self._table.get(keys.pull_state(entity_id, connection, state.kind))
            return after if stored == item else None
        return after


def fence_put(entity_id: str, connection: str, state: PullState, wall: datetime) -> Put:
    """Return the write that begins a kind anew, so that no run goes on from state.

    It loses where a run has written since. Who connects under the same name later begins after it.
    """
    anew = _item(entity_id, connection, PullState(state.kind, version=state.version + 1))
    item = anew | {"type": _FENCE, "ttl": int((wall + _FENCE_STANDS).timestamp())}
    if state.version == 0:
        return Put(item, condition=NEW)
    return Put(item, condition=VERSION, values=seen(state.version))


def _item(entity_id: str, connection: str, state: PullState) -> Item:
    return {
        **keys.pull_state(entity_id, connection, state.kind),
        "type": PULL_STATE,
        "kind": str(state.kind),
        "cursor": state.cursor,
        "as_of": _text(state.as_of),
        "pulled_at": _text(state.pulled_at),
        "applying": state.applying,
        "bits": state.bits,
        "entries": state.entries,
        "counts": {name: getattr(state.counts, name) for name in _COUNTS},
        "by": state.by,
        "version": state.version,
    }


def state_from(item: Item) -> PullState:
    return PullState(
        kind=RecordKind(item["kind"]),
        cursor=item["cursor"],
        as_of=_instant(item["as_of"]),
        pulled_at=_instant(item["pulled_at"]),
        applying=item["applying"],
        bits=item["bits"],
        entries=item["entries"],
        counts=Counts(**item["counts"]),
        by=item["by"],
        version=item["version"],
    )


def _text(instant: datetime | None) -> str:
    return iso(instant) if instant else ""


def _instant(text: str) -> datetime | None:
    return from_iso(text) if text else None
