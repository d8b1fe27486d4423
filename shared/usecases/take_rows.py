"""The rows of an ERP against what is stored: judged, written, or set aside for a person."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from shared.domain.erp import ErpRow, GoneRow
from shared.domain.erp_records import Owner, Record, owners_of, records_of
from shared.domain.import_verdicts import Verdict
from shared.domain.imports import InvoiceRow, LineGroup, Problem
from shared.errors import ErpUnreadable, WriteConflict
from shared.usecases.erp_port import Connector
from shared.usecases.import_rows import Judged
from shared.usecases.sync_desks import Desks

_ATTEMPTS_MAX = 8
_UNKNOWN = ("unknown_customer", "unknown_invoice")
_NO_DESK = Problem(0, "", "not_taken", "The hub does not take such a record.")


@dataclass(slots=True)
class Outcome:
    """What became of some records, by external id; a record is in one of them."""

    new: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    refused: dict[str, tuple[ErpRow, Problem]] = field(default_factory=dict)
    behind: set[str] = field(default_factory=set)
    """Those of an older state than the one that is stored: taken as the same, and forgotten."""
    whole: set[str] = field(default_factory=set)
    """Invoices that were written together with their lines."""


class Taker:
    """Takes the records of one run. claim says before each write that the run still goes on."""

    def __init__(self, connector: Connector, desks: Desks, claim: Callable[[], None]) -> None:
        self._connector = connector
        self._desks = desks
        self._claim = claim
        self._asked: dict[Owner, bool] = {}

    def take(self, records: Iterable[Record]) -> Outcome:
        """Make records true, and return what became of each. Whom they need is read first."""
        waiting = list(records)
        outcome = Outcome()
        for kind in (*self._desks, *_others(waiting, self._desks)):
            rows = [_row(r, kind) for r in waiting if kind in r.rows and _goes_on(r, kind, outcome)]
            if rows:
                self._take_rows(kind, rows, outcome)
        changed = outcome.new | outcome.updated | outcome.refused.keys()
        outcome.updated -= outcome.new
        for sets in (outcome.new, outcome.updated):
            sets -= outcome.refused.keys()
        outcome.unchanged -= changed
        return outcome

    def _take_rows(self, kind: type[ErpRow], rows: Sequence[ErpRow], outcome: Outcome) -> None:
        if kind not in self._desks:
            outcome.refused |= {row.external_id: (row, _NO_DESK) for row in rows}
            return
        left = self._write(kind, rows, outcome)
        again = [row for row in left if self._read_owners(row, outcome)]
        for row in again:
            del outcome.refused[row.external_id]
        if again:
            self._write(kind, again, outcome)

    def _write(
        self, kind: type[ErpRow], rows: Sequence[ErpRow], outcome: Outcome
    ) -> Sequence[ErpRow]:
        """Make rows true; return those that were refused.

        Before each write the run is claimed after the rows were judged: whoever has pulled later
        has claimed later, and a row that such a run wrote since makes the condition fail.
        """
        desk, left, refused = self._desks[kind], rows, []
        for _ in range(_ATTEMPTS_MAX):
            judged = desk.judge(left)
            to_write = [j for j in judged if j.verdict in (Verdict.NEW, Verdict.CHANGED)]
            lost = []
            if to_write:
                self._claim()
                lost = desk.write(to_write)
            lost_rows = {id(row) for row in lost}
            for one in judged:
                if id(one.row) not in lost_rows and _count(outcome, one):
                    refused.append(one.row)
            if not lost:
                return refused
            left = lost
        raise WriteConflict(rows=len(left))

    def _read_owners(self, row: ErpRow, outcome: Outcome) -> bool:
        """Read and take what row needs and the hub does not know; return whether any came."""
        _, problem = outcome.refused[row.external_id]
        if problem.code not in _UNKNOWN:
            return False
        return any([self._read(owner) for owner in owners_of(row)])

    def _read(self, owner: Owner) -> bool:
        """Read and take a record; return whether the ERP has it. Once in a run."""
        if owner not in self._asked:
            gives = owner[0] in self._connector.capabilities.kinds
            rows = self._rows_of(owner) if gives else ()
            found = [row for row in rows if not isinstance(row, GoneRow)]
            self._asked[owner] = bool(found)
            self.take(records_of(found).values())
        return self._asked[owner]

    def _rows_of(self, owner: Owner) -> Sequence[ErpRow]:
        """Read a record; one that cannot be read is none: a pull of its kind parks it."""
        try:
            return self._connector.read(*owner)
        except ErpUnreadable as error:
            if error.of_record:
                return ()
            raise


def _count(outcome: Outcome, judged: Judged) -> bool:
    """Note what became of a row; return whether it was refused."""
    external_id = judged.row.external_id
    if judged.whole:
        outcome.whole.add(external_id)
    match judged.verdict:
        case Verdict.NEW:
            outcome.new.add(external_id)
        case Verdict.CHANGED:
            outcome.updated.add(external_id)
        case Verdict.SAME:
            outcome.unchanged.add(external_id)
            if not _is_stored(judged):
                outcome.behind.add(external_id)
        case None:
            outcome.refused.setdefault(external_id, (judged.row, judged.problems[0]))
            return True
    return False


def _is_stored(judged: Judged) -> bool:
    """Return whether what is stored says what the row says: an older revision is the same too.

    That a record is gone of which nothing is stored is not: a run that read it before may still
    make it, and what is told once more then must be judged again.
    """
    if isinstance(judged.row, GoneRow):
        return judged.basis is not None
    if not getattr(judged.row, "revision", ""):
        return True
    basis = judged.basis
    fact = basis[0] if isinstance(basis, tuple) else basis
    return bool(getattr(fact, "content_hash", "") == judged.row.content_hash)


def _row(record: Record, kind: type[ErpRow]) -> ErpRow:
    """Return a row of record; an invoice takes its lines along."""
    row, lines = record.rows[kind], record.rows.get(LineGroup)
    if isinstance(row, InvoiceRow) and isinstance(lines, LineGroup):
        return replace(row, lines=lines)
    return row


def _goes_on(record: Record, kind: type[ErpRow], outcome: Outcome) -> bool:
    """Return whether a row of record is still to be taken: lines go with their invoice."""
    stays = any(record.external_id in of for of in (outcome.refused, outcome.behind, outcome.whole))
    return not (kind is LineGroup and InvoiceRow in record.rows and stays)


def _others(records: Iterable[Record], desks: Desks) -> list[type[ErpRow]]:
    return list({kind: None for record in records for kind in record.rows if kind not in desks})
