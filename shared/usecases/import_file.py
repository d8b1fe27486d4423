"""One dropped file: read it whole, check every row, then write in steps that can be resumed."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from typing import Any, Protocol

from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.import_cells import OUR_ID
from shared.domain.import_run import DroppedFile, ImportRun, ImportState
from shared.domain.import_sheet import BadFile, FileKind, Sheet, read_rows
from shared.domain.imports import CustomerRow, InvoiceRow, Problem
from shared.domain.tasks import Task
from shared.errors import NotFound
from shared.ids import derived_id, new_id
from shared.usecases.import_customers import CustomerDesk
from shared.usecases.import_customers import Customers as CustomerStore
from shared.usecases.import_invoices import Customers as CustomerLookup
from shared.usecases.import_invoices import InvoiceDesk, Policies
from shared.usecases.import_invoices import Invoices as InvoiceStore
from shared.usecases.import_lines import LineDesk
from shared.usecases.import_lines import Lines as LineStore
from shared.usecases.import_payments import PaymentDesk
from shared.usecases.import_payments import Payments as PaymentStore
from shared.usecases.import_rows import Desk, Tally, check_rows, write_rows
from shared.usecases.ports.accounts import ReadsEntity
from shared.usecases.ports.queue import Queue
from shared.usecases.ports.tasks import OpensTasks

PROBLEMS_KEPT_MAX = 200
_ROWS_PER_STEP = 100


class EntityPolicies(Policies, Protocol):
    def policy_names(self, entity_id: str) -> tuple[str, ...]: ...


class Customers(CustomerStore, CustomerLookup, Protocol): ...


class Runs(Protocol):
    def start(self, entity_id: str, run: ImportRun) -> ImportRun: ...
    def save(self, entity_id: str, run: ImportRun) -> ImportRun | None: ...


class Bucket(Protocol):
    def read(self, key: str, etag: str) -> DroppedFile | None: ...


class Bank(Protocol):
    def bank_read(self, entity_id: str, at: datetime) -> None: ...


ReadCsv = Callable[[bytes], tuple[list[str], Iterator[tuple[int, list[str]]]]]


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that an import touches."""

    accounts: ReadsEntity
    policies: EntityPolicies
    runs: Runs
    bucket: Bucket
    queue: Queue
    tasks: OpensTasks
    customers: Customers
    invoices: InvoiceStore
    lines: LineStore
    payments: PaymentStore
    bank: Bank
    read_csv: ReadCsv
    languages: Collection[str]


@dataclass(frozen=True, slots=True)
class Drop:
    """Which object to import. import_id is its import's, unless the file was announced."""

    entity_id: str
    key: str
    etag: str
    import_id: str


def arrival_id(key: str, etag: str, sequencer: str, dropped_at: datetime) -> str:
    """Return the id of the import of a file that nobody announced.

    It sorts by the time of the drop. A repeated event gives the same one; the same content
    dropped again (S3 gives it another sequencer) is another import.
    """
    return new_id(dropped_at)[:10] + derived_id("import", key, etag, sequencer)[10:]


class _Stopped(Exception):
    """Another worker goes on with this import."""


def import_file(ports: Ports, drop: Drop, now: Now, enough_time: Callable[[], bool]) -> str:
    """Import the dropped file and return what came of this call in one word.

    All or nothing: one bad row and nothing is written, unless the drop asked for partial. Rows
    are written in steps; when enough_time says no, a message to ourselves goes on from there. A
    repeated message resumes or finds nothing left to do.
    """
    try:
        entity = ports.accounts.entity(drop.entity_id)
    except NotFound:
        return "unknown_entity"
    file = ports.bucket.read(drop.key, drop.etag)
    if file is None:
        return "gone"
    run = _run_of(ports, drop, file, now)
    if run.finished:
        return "finished_before"
    try:
        return _Import(ports, drop, entity, run, now).go(file, enough_time)
    except _Stopped:
        return "overtaken"


def _run_of(ports: Ports, drop: Drop, file: DroppedFile, now: Now) -> ImportRun:
    """Return the import of this very object: the one announced, or one made for it."""

    def started(import_id: str) -> ImportRun:
        run = ImportRun(
            import_id=import_id,
            file_name=drop.key.rpartition("/")[2],
            state=ImportState.WAITING,
            partial=file.partial,
            by="",
            created_at=now.wall,
            key=file.key,
            etag=file.etag,
        )
        return ports.runs.start(drop.entity_id, run)

    if OUR_ID.fullmatch(file.import_id):
        run = started(file.import_id)
        if run.key in ("", file.key) and run.etag in ("", file.etag):
            return replace(run, key=file.key, etag=file.etag, partial=file.partial)
    return started(drop.import_id)


class _Import:
    """One call's work on one import."""

    def __init__(self, ports: Ports, drop: Drop, entity: Entity, run: ImportRun, now: Now) -> None:
        self._ports = ports
        self._drop = drop
        self._entity = entity
        self._run = run
        self._now = now

    def go(self, file: DroppedFile, enough_time: Callable[[], bool]) -> str:
        sheet = self._read(file)
        if sheet is None:
            return "refused"
        desk = self._desk(sheet.kind)
        rows = _in_order(sheet)
        if self._run.state is not ImportState.WRITING and not self._checked(sheet, desk, rows):
            return "refused"
        for step in batched(rows[self._run.rows_done :], _ROWS_PER_STEP, strict=False):
            if not enough_time():
                self._continue_later()
                return "continues"
            tally = write_rows(desk, step)
            self._save(_counted(self._run, tally, len(step)))
        if sheet.kind is FileKind.PAYMENTS and self._entity.bank_max_age_hours:
            self._ports.bank.bank_read(self._drop.entity_id, self._run.created_at)
        run = self._run
        if run.refused and not (run.new or run.updated or run.unchanged):
            self._finish(ImportState.REFUSED)
            return "refused"
        self._finish(ImportState.DONE)
        return "done"

    def _read(self, file: DroppedFile) -> Sheet | None:
        try:
            if file.too_large:
                raise BadFile(0, "", "file_too_large", "The file is too large. Split it.")
            header, records = self._ports.read_csv(file.data)
            return read_rows(header, records, self._ports.languages)
        except BadFile as exc:
            self._note([exc.problem])
            self._finish(ImportState.REFUSED)
            return None

    def _checked(self, sheet: Sheet, desk: Desk, rows: Sequence[Any]) -> bool:
        """Note every problem there is; return whether there is something to write."""
        # rows that could not even be read are no rows to be written: they are counted by line
        unread = len({problem.line for problem in sheet.problems})
        start = replace(
            self._run,
            state=ImportState.CHECKING,
            kind=str(sheet.kind),
            rows_total=len(rows) + unread,
            rows_done=0,
            problems=(),
            problems_total=0,
        )
        self._save(start)
        bad_lines = {problem.line for problem in sheet.problems}
        self._note(sheet.problems)
        for step in batched(rows, _ROWS_PER_STEP, strict=False):
            problems = check_rows(desk, step)
            bad_lines |= {problem.line for problem in problems}
            self._note(problems)
            self._save(replace(self._run, rows_done=self._run.rows_done + len(step)))
        if bad_lines and not self._run.partial:
            self._run = replace(self._run, refused=len(bad_lines))
            self._finish(ImportState.REFUSED)
            return False
        self._save(replace(self._run, state=ImportState.WRITING, rows_done=0, refused=unread))
        return True

    def _desk(self, kind: FileKind) -> Desk:
        ports, entity, run = self._ports, self._entity, self._run
        match kind:
            case FileKind.CUSTOMERS:
                names = ports.policies.policy_names(entity.entity_id)
                return CustomerDesk(ports.customers, entity, names, run.import_id, self._now)
            case FileKind.INVOICES:
                return InvoiceDesk(
                    ports.invoices, ports.customers, ports.policies, entity, run.import_id,
                    self._now,
                )  # fmt: skip
            case FileKind.LINES:
                return LineDesk(ports.lines, ports.invoices, ports.customers, entity, self._now)
            case FileKind.PAYMENTS:
                return PaymentDesk(ports.payments, ports.invoices, entity, self._now)

    def _note(self, problems: Sequence[Problem]) -> None:
        kept = (*self._run.problems, *problems)[:PROBLEMS_KEPT_MAX]
        kept = tuple(sorted(kept, key=lambda p: (p.line, p.column)))
        total = self._run.problems_total + len(problems)
        self._run = replace(self._run, problems=kept, problems_total=total)

    def _save(self, run: ImportRun) -> None:
        saved = self._ports.runs.save(self._drop.entity_id, run)
        if saved is None:
            raise _Stopped
        self._run = saved

    def _finish(self, state: ImportState) -> None:
        finished = replace(self._run, state=state, finished_at=self._now.wall)
        if finished.by == "" and finished.problems_total:
            self._tell(finished)  # first: nothing comes back to a finished import
        self._save(finished)

    def _tell(self, run: ImportRun) -> None:
        """Open a task: nobody watches a file that was dropped without being announced."""
        lines = [f"line {p.line} {p.column}: {p.message}" for p in run.problems[:20]]
        outcome = "was not imported" if run.state is ImportState.REFUSED else "was imported in part"
        problems = "1 problem" if run.problems_total == 1 else f"{run.problems_total} problems"
        task = Task(
            task_id=derived_id("task", "import", self._drop.entity_id, run.import_id),
            kind="import",
            customer_id="",
            title=f"{run.file_name} {outcome}: {problems}.",
            created_at=self._now.business,
            due_on=self._now.today(self._entity.time_zone),
            detail="\n".join(lines),
        )
        self._ports.tasks.open(self._drop.entity_id, task)

    def _continue_later(self) -> None:
        drop = self._drop
        body: dict[str, object] = {
            "kind": "continue",
            "entity": drop.entity_id,
            "key": drop.key,
            "etag": self._run.etag,
            "import_id": drop.import_id,
        }
        self._ports.queue.send("SYNC", body)


def _in_order(sheet: Sheet) -> list[Any]:
    """Return the rows in an order that does not depend on the file's, one customer's together."""

    def order(row: Any) -> tuple[str, str]:
        if isinstance(row, InvoiceRow):
            return row.customer_external_id, row.external_id
        if isinstance(row, CustomerRow):
            return "", row.external_id
        return getattr(row, "invoice_external_id", ""), row.external_id

    return sorted(sheet.rows, key=order)


def _counted(run: ImportRun, tally: Tally, rows: int) -> ImportRun:
    fresh = [p for p in tally.problems if p not in run.problems] if not run.partial else []
    return replace(
        run,
        rows_done=run.rows_done + rows,
        new=run.new + tally.new,
        updated=run.updated + tally.updated,
        unchanged=run.unchanged + tally.unchanged,
        refused=run.refused + tally.refused,
        problems=(*run.problems, *fresh)[:PROBLEMS_KEPT_MAX],
        problems_total=run.problems_total + len(fresh),
    )
