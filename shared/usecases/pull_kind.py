"""One kind of an ERP's records, page by page, fenced against every other run.

Runs are fenced by one item for each kind (PullState). Whoever writes a fact has judged it first,
then claimed the item, then written under a condition: of two runs the one that claimed later pulled
later, and the other stops at its next claim. No lease is needed, and none is held.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.connection import Counts, PullState
from shared.domain.entity import Entity
from shared.domain.erp import BadRecord, ErpRow, Page, RecordKind
from shared.domain.erp_records import Record, content_of, records_of, shown
from shared.domain.imports import Problem
from shared.domain.parked import FROM_ERP, Parked
from shared.domain.tasks import Task
from shared.errors import HubError
from shared.ids import derived_id
from shared.usecases.erp_port import Connector
from shared.usecases.manifest import Buckets, Manifest, digest
from shared.usecases.ports.tasks import OpensTasks
from shared.usecases.sync_desks import Desks
from shared.usecases.take_rows import Outcome, Taker

PAGE_RECORDS = 200
_TOGETHER = 200
"""Records that are judged and written at once, or a few more."""
_PAGES_UNSAVED_MAX = 50


class States(Protocol):
    def get(self, entity_id: str, connection: str, kind: RecordKind) -> PullState: ...
    def save(self, entity_id: str, connection: str, state: PullState) -> PullState | None: ...


class Manifests(Protocol):
    def of(self, entity_id: str, connection: str, kind: RecordKind) -> Buckets: ...


class ParkedItems(Protocol):
    def park(self, entity_id: str, parked: Parked) -> bool: ...


class Overtaken(Exception):
    """Another run goes on with this kind."""


@dataclass(frozen=True, slots=True)
class Run:
    """One call's work on one connection. by names it, and no other run is called so."""

    entity: Entity
    connection: str
    connector: Connector
    desks: Desks
    states: States
    manifests: Manifests
    parked: ParkedItems
    tasks: OpensTasks
    by: str
    now: Now


class Pull:
    """The pull of one kind within one run."""

    def __init__(self, run: Run, kind: RecordKind) -> None:
        self._run = run
        self._kind = kind
        self._state = run.states.get(run.entity.entity_id, run.connection, kind)
        # what was being applied when its run ended may be newer than the manifest
        self._trusted = not self._state.applying
        self._stored = self._state
        self._pages_unsaved = 0
        self._told = False
        self._waiting: dict[str, Record] = {}
        self._unreadable: tuple[BadRecord, ...] = ()
        self._manifest = Manifest(
            run.manifests.of(run.entity.entity_id, run.connection, kind),
            self._state.bits,
            self._state.entries,
            self.claim,
            trusted=self._trusted,
        )
        self._taker = Taker(run.connector, run.desks, self.claim)

    def begin_again(self) -> None:
        """Go back to the ERP's first record, and believe no manifest on the way."""
        self._state = self._saved(replace(self._state, cursor="", applying=True))

    def go(self, enough_time: Callable[[], bool]) -> bool:
        """Pull to the end; return False where the time ended before. Raises Overtaken.

        Whole pages are kept also where the ERP fails on the way.
        """
        while enough_time():
            try:
                page = self._run.connector.pull(
                    self._kind, self._state.cursor, PAGE_RECORDS, self._run.now.wall
                )
            except HubError:
                self._stop()
                raise
            if self._take(page):
                return True
        self._stop()
        return False

    def take_one(self, external_id: str) -> frozenset[str]:
        """Read one record and take it; return the ids of what is parked of it."""
        records = records_of(self._run.connector.read(self._kind, external_id))
        outcome = self._taker.take(records.values())
        parked = self._note(records, outcome, ())
        self._count(outcome, parked=len(parked))
        self._finish()
        return frozenset(parked)

    def claim(self) -> None:
        """Say that facts are about to be written by this run. Raises Overtaken.

        The cursor stays where it is: what was pulled since is not written yet.
        """
        claimed = self._saved(replace(self._stored, applying=True))
        self._state = replace(self._state, version=claimed.version, applying=True)
        self._manifest.claimed()

    def _take(self, page: Page) -> bool:
        """Take what a page says; return whether it was the last one.

        What the manifest does not know waits until there is enough of it to be judged together,
        and no cursor is saved past what waits.
        """
        records = records_of(page.rows)
        known = self._manifest.known(_digests(records.values()))
        for external_id, record in records.items():
            if digest(external_id) in known:
                self._waiting.pop(external_id, None)  # the later word counts
            else:
                self._waiting[external_id] = record
        self._count(unchanged=len(known))
        self._unreadable += page.bad
        counts = self._state.counts.plus(Counts(pages=1))
        self._state = replace(self._state, cursor=page.cursor, counts=counts)
        self._pages_unsaved += 1
        if page.more:
            if len(self._waiting) >= _TOGETHER or self._pages_unsaved == _PAGES_UNSAVED_MAX:
                self._take_waiting()
                self._manifest.settle()
                self._keep()
            return False
        self._take_waiting()
        self._trusted = True
        self._manifest.trust()
        now = self._run.now.wall
        self._state = replace(self._state, as_of=page.as_of, pulled_at=now)
        self._finish()
        return True

    def _take_waiting(self) -> None:
        """Take what no manifest knew, and park what nobody could read."""
        outcome = self._taker.take(self._waiting.values()) if self._waiting else Outcome()
        parked = self._note(self._waiting, outcome, self._unreadable)
        self._count(outcome, parked=len(parked))
        self._waiting, self._unreadable = {}, ()

    def _note(
        self, records: Mapping[str, Record], outcome: Outcome, bad: Sequence[BadRecord]
    ) -> set[str]:
        """Park what was refused and remember the rest; return the ids of what is parked."""
        waits = [self._parked(row, problem) for row, problem in outcome.refused.values()]
        waits += [self._parked_bad(record) for record in bad]
        for parked in waits:
            if self._run.parked.park(self._run.entity.entity_id, parked):
                self._tell()
        forgotten = outcome.refused.keys() | outcome.behind
        stored = (record for i, record in records.items() if i not in forgotten)
        self._manifest.learn(_digests(stored))
        return {parked.parked_id for parked in waits}

    def _count(self, outcome: Outcome | None = None, unchanged: int = 0, parked: int = 0) -> None:
        became = outcome or Outcome()
        same = unchanged + len(became.unchanged)
        more = Counts(len(became.new), len(became.updated), same, parked)
        self._state = replace(self._state, counts=self._state.counts.plus(more))

    def _stop(self) -> None:
        """Keep what came so far: another run goes on from here."""
        self._take_waiting()
        self._finish()

    def _finish(self) -> None:
        """Save where this run is, with all that it learnt."""
        self._manifest.finish()
        if self._pages_unsaved or self._state.applying == self._trusted:
            self._keep()
        self._manifest.tidy()

    def _keep(self) -> None:
        self._state = self._saved(replace(self._state, applying=not self._trusted))
        self._pages_unsaved = 0

    def _saved(self, state: PullState) -> PullState:
        size = (self._manifest.bits, self._manifest.entries)
        sized = replace(state, bits=size[0], entries=size[1], by=self._run.by)
        run = self._run
        saved = run.states.save(run.entity.entity_id, run.connection, sized)
        if saved is None:
            raise Overtaken
        self._stored = saved
        return saved

    def _parked(self, row: ErpRow, problem: Problem) -> Parked:
        facts = {"field": problem.column, "message": problem.message, **shown(row)}
        return self._set_aside(row.external_id, content_of(row), problem.code, facts)

    def _parked_bad(self, bad: BadRecord) -> Parked:
        facts = {"field": bad.field, "message": bad.message}
        return self._set_aside(bad.external_id, bad.message, bad.code, facts)

    def _set_aside(
        self, external_id: str, content: str, code: str, facts: Mapping[str, str | int]
    ) -> Parked:
        run = self._run
        of = (run.entity.entity_id, run.connection, str(self._kind), external_id, content)
        where = {"connection": run.connection, "external_id": external_id}
        return Parked(
            parked_id=derived_id("erp", *of),
            kind=str(self._kind),
            source=FROM_ERP,
            reason=code,
            created_at=run.now.business,
            facts=where | dict(facts),
        )

    def _tell(self) -> None:
        """Open the day's task: records of the ERP wait for somebody."""
        run = self._run
        today = run.now.today(run.entity.time_zone)
        of = (run.entity.entity_id, run.connection, today.isoformat())
        if self._told:
            return
        self._told = True
        task = Task(
            task_id=derived_id("task", "erp", *of),
            kind="erp",
            customer_id="",
            title=f"Records of the ERP ({run.connection}) could not be taken: see what is parked.",
            created_at=run.now.business,
            due_on=today,
        )
        run.tasks.open(run.entity.entity_id, task)


def _digests(records: Iterable[Record]) -> dict[bytes, bytes]:
    return {digest(record.external_id): digest(record.content) for record in records}
