"""Sweeps as the table holds them: planned batches, what each did, and which are watched over.

A run carries the pending key until every notice that it claimed was taken up, so that its notices
need none: a claim costs one write.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from itertools import batched

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.errands import Errand, errand
from shared.adapters.pending import Pending
from shared.adapters.table import ConditionLost, Put, Table, Update
from shared.domain.clock import Now, from_iso, iso
from shared.domain.sweep_run import SweepBatch, SweepRun, Tally, sum_of
from shared.errors import WriteConflict

_KEPT = timedelta(days=90)
_ATTEMPTS_MAX = 4
_COUNTS = tuple(f.name for f in fields(Tally))


class SweepRuns:
    """Reads and writes of an entity's sweeps."""

    def __init__(self, table: Table, pending: Pending) -> None:
        self._table = table
        self._pending = pending

    def write_down(
        self, entity_id: str, run_id: str, batches: Sequence[Sequence[str]], now: Now
    ) -> SweepRun:
        """Write down whom run_id will look at, before anybody does, and return the run.

        The run itself is written last: it is there when all its batches are. Batches that a planner
        left behind who died before that are part of the run.
        """
        ttl = int((now.wall + _KEPT).timestamp())
        planned = [SweepBatch(i, tuple(c)) for i, c in enumerate(batches)]
        entry = keys.sweep_entry(entity_id, now.wall, run_id)
        listed: Item = {**entry, "type": "SWEEP_ENTRY", "run_id": run_id, "ttl": ttl}
        items = [_batch_item(entity_id, run_id, batch, ttl) for batch in planned]
        if not all(self._table.insert_many([*items, listed])[:-1]):
            planned = self._completed(entity_id, run_id, batches, ttl)
        customers = len({c for batch in planned for c in batch.customers})
        head: Item = {
            **keys.sweep_run(entity_id, run_id),
            "type": "SWEEP_RUN",
            "run_id": run_id,
            "customers": customers,
            "batches": len(planned),
            "planned_at": iso(now.business),
            "ttl": ttl,
        }
        if planned:
            head |= keys.pending_entry(entity_id, "run", now.wall, run_id)
        else:
            head |= _closed(Tally(), now.business)
        self._once(Put(head))
        return SweepRun(run_id, customers, len(planned), now.business, tuple(planned))

    def _completed(
        self, entity_id: str, run_id: str, batches: Sequence[Sequence[str]], ttl: int
    ) -> list[SweepBatch]:
        """Return the batches that are there, and one more for each that nobody wrote down."""
        partition = keys.sweep_partition(entity_id, run_id)
        known = [_batch_from(i) for i in self._table.query(partition, begins="BATCH#")]
        there = {customer_id for batch in known for customer_id in batch.customers}
        left = [tuple(c for c in chunk if c not in there) for chunk in batches]
        more = [SweepBatch(len(known) + i, c) for i, c in enumerate(filter(None, left))]
        self._table.insert_many([_batch_item(entity_id, run_id, batch, ttl) for batch in more])
        return known + more

    def find(self, entity_id: str, run_id: str) -> SweepRun | None:
        """Return the run with its batches, or None where it is unknown or its plan is not done."""
        items = list(self._table.query(keys.sweep_partition(entity_id, run_id)))
        head = next((i for i in items if i["type"] == "SWEEP_RUN"), None)
        if head is None:
            return None
        return _run_from(head, [i for i in items if i["type"] == "SWEEP_BATCH"])

    def newest(self, entity_id: str, limit: int) -> Iterator[SweepRun]:
        """Yield the newest sweeps, newest first, at most limit of them."""
        entries = self._table.query(keys.sweep_list(entity_id), reverse=True, limit=limit)
        for entry in entries:
            run = self._head_or_whole(entity_id, entry["run_id"])
            if run is not None:
                yield run

    def report(
        self,
        entity_id: str,
        run_id: str,
        number: int,
        customers: Sequence[str],
        tally: Tally,
        notices: Sequence[tuple[str, int]],
        now: Now,
    ) -> None:
        """Write down what was done for a batch.

        A repeated message keeps the first report, but what it claimed is watched over, too. Raises
        WriteConflict where others report the batch all the time.
        """
        done = Update(
            keys.sweep_batch(entity_id, run_id, number),
            set={
                "done_at": iso(now.business),
                "counts": [getattr(tally, name) for name in _COUNTS],
                "notices": _flat(customers, notices),
            },
            condition="attribute_exists(pk) AND attribute_not_exists(done_at)",
        )
        if not self._once(done):
            self._watch_too(entity_id, run_id, number, notices, now.wall)

    def _watch_too(
        self,
        entity_id: str,
        run_id: str,
        number: int,
        notices: Sequence[tuple[str, int]],
        wall: datetime,
    ) -> None:
        """Add notices to those of a batch that was reported, and have its run watched over."""
        key = keys.sweep_batch(entity_id, run_id, number)
        for _ in range(_ATTEMPTS_MAX):
            item = self._table.get(key)
            if item is None:
                return
            known = _batch_from(item)
            more = [each for each in notices if each not in known.notices]
            if not more:
                return
            whose = list(dict.fromkeys([*known.customers, *(c for c, _ in more)]))
            flat = item["notices"] + _flat(whose, more)
            batch = Update(
                key,
                set={"customers": whose, "notices": flat, "taken": False},
                condition="notices = :seen",
                values={":seen": item["notices"]},
            )
            watched = keys.pending_entry(entity_id, "run", wall, run_id)
            if self._once(batch, Update(keys.sweep_run(entity_id, run_id), set=watched)):
                return
        raise WriteConflict(entity=entity_id, run=run_id, batch=number)

    def stale(self, entity_id: str, since: datetime) -> Iterator[SweepRun]:
        """Yield the runs that nobody has watched over since since (wall), whole."""
        for item in self._pending.older_than(entity_id, "run", since):
            run = self.find(entity_id, item["run_id"])
            if run is not None:
                yield run

    def untaken(self, entity_id: str, notices: Sequence[tuple[str, int]]) -> list[Errand]:
        """Return the message for each of notices that nobody has taken up: it has no delivery."""
        wanted = {(c, n): keys.delivery(entity_id, c, n) for c, n in notices}
        taken = {_place(i) for i in self._table.get_many(list(wanted.values()))}
        left = [
            keys.notice(entity_id, c, n) for (c, n), k in wanted.items() if _place(k) not in taken
        ]
        found = (errand(item) for item in self._table.get_many(left))
        return [each for each in found if each is not None]

    def note_taken(self, entity_id: str, run_id: str, number: int) -> None:
        """Note that every notice of a batch was taken up."""
        self._once(Update(keys.sweep_batch(entity_id, run_id, number), set={"taken": True}))

    def close(self, entity_id: str, run: SweepRun) -> None:
        """Note that nothing of run is left to watch over, with what it did in all."""
        done = [b.done_at for b in run.batches if b.done_at is not None]
        tally = sum_of([b.tally for b in run.batches if b.tally is not None])
        self._once(
            Update(
                keys.sweep_run(entity_id, run.run_id),
                set=_closed(tally, max(done, default=run.planned_at)),
                remove=("ppk", "psk"),
            )
        )

    def look_later(self, entity_id: str, run_id: str, wall: datetime) -> bool:
        """Note that somebody looks after run_id at wall; False where it was closed meanwhile."""
        return self._once(
            Update(
                keys.sweep_run(entity_id, run_id),
                set=keys.pending_entry(entity_id, "run", wall, run_id),
                condition="attribute_exists(ppk)",
            )
        )

    def _head_or_whole(self, entity_id: str, run_id: str) -> SweepRun | None:
        head = self._table.get(keys.sweep_run(entity_id, run_id))
        if head is not None and "finished_at" in head:
            return _run_from(head, ())
        return self.find(entity_id, run_id) if head is not None else None

    def _once(self, *writes: Put | Update) -> bool:
        try:
            self._table.write(*writes)
        except ConditionLost:
            return False
        return True


def _batch_item(entity_id: str, run_id: str, batch: SweepBatch, ttl: int) -> Item:
    return {
        **keys.sweep_batch(entity_id, run_id, batch.number),
        "type": "SWEEP_BATCH",
        "customers": list(batch.customers),
        "ttl": ttl,
    }


def _flat(customers: Sequence[str], notices: Sequence[tuple[str, int]]) -> list[int]:
    return [part for c, n in notices for part in (customers.index(c), n)]


def _closed(tally: Tally, at: datetime) -> Item:
    return {"finished_at": iso(at), "counts": list(asdict(tally).values())}


def _place(item: Mapping[str, object]) -> tuple[object, object]:
    return item["pk"], item["sk"]


def _run_from(head: Item, items: Sequence[Item]) -> SweepRun:
    batches = tuple(_batch_from(i) for i in items)
    closed = "finished_at" in head
    done = [b.done_at for b in batches if b.done_at is not None]
    finished = max(done) if done and len(done) == len(batches) else None
    tallies = [b.tally for b in batches if b.tally is not None]
    return SweepRun(
        run_id=head["run_id"],
        customers=head["customers"],
        batches_planned=head["batches"],
        planned_at=from_iso(head["planned_at"]),
        batches=batches,
        tally=Tally(*head["counts"]) if closed else sum_of(tallies),
        finished_at=from_iso(head["finished_at"]) if closed else finished,
        closed=closed,
    )


def _batch_from(item: Item) -> SweepBatch:
    flat, customers = item.get("notices", []), tuple(item["customers"])
    return SweepBatch(
        number=int(item["sk"].split("#")[1]),
        customers=customers,
        done_at=from_iso(item["done_at"]) if "done_at" in item else None,
        tally=Tally(*item["counts"]) if "counts" in item else None,
        notices=tuple((customers[i], n) for i, n in batched(flat, 2, strict=True)),
        taken=item.get("taken", False),
    )
