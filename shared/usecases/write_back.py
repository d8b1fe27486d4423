"""Tell the ERP what happened to one document: its lines in order, each exactly once.

A message only says that there is something to tell of a document. Whoever gets it goes through all
that is still to be told of it, oldest first, and stops at what cannot be told now: a later line
waits behind an earlier one, whatever order the messages come in. Lines of other documents do not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.erp import EntryKind, Posted
from shared.domain.money import Money
from shared.domain.parked import Parked
from shared.domain.tasks import Task
from shared.domain.telling import (
    CALL_LEASE,
    CANNOT,
    COVERED,
    NEVER_TOLD,
    TAKES_OFF,
    Whose,
    cannot_task,
    entry_of,
    failed,
    is_of_erp,
    kind_of,
    parked_of,
    refused,
    stopped_task,
    takes_back_untold,
    undone_by,
)
from shared.domain.writeback import CHARGE, Writeback
from shared.errors import (
    ErpAccess,
    ErpOutcomeUnknown,
    ErpRefused,
    ErpUnavailable,
    ErpUnreadable,
    HubError,
    WriteConflict,
)
from shared.usecases.erp_port import Connector
from shared.usecases.ports.accounts import Customers
from shared.usecases.requeue import LEASE

_OF_A_CHARGE = (EntryKind.CHARGE, EntryKind.CHARGE_BACK)
_NOBODY_ANSWERS = (ErpUnavailable, ErpAccess)


class Writebacks(Protocol):
    def head(self, entity_id: str, customer_id: str, document_id: str) -> Document | None: ...
    def line(self, entity_id: str, customer_id: str, document_id: str) -> tuple[Writeback, ...]: ...
    def claim(self, entity_id: str, note: Writeback, wall: datetime) -> Writeback: ...
    def done(self, entity_id: str, note: Writeback) -> None: ...
    def told(self, entity_id: str, note: Writeback, erp_id: str, wall: datetime) -> None: ...
    def leave(self, entity_id: str, note: Writeback, reason: str, task: Task | None) -> None: ...
    def later(self, entity_id: str, after: Writeback, since: datetime) -> None: ...
    def stop(self, entity_id: str, after: Writeback, parked: Parked, task: Task) -> None: ...


class Files(Protocol):
    def put(self, entity_id: str, note: Writeback) -> bool: ...


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ERP that keeps an entity's books. connector is None while it is paused.

    begin notes, before anything is told, that something is: from then on the connection stays.
    """

    connector: Connector | None
    begin: Callable[[], object] = bool


class Ledgers(Protocol):
    def __call__(self, entity_id: str) -> Ledger | None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that telling touches. ledger is None for an entity that only gets files."""

    notes: Writebacks
    files: Files
    accounts: Customers
    ledger: Ledgers


@dataclass(slots=True)
class Round:
    """What one invocation learnt: the entities whose ERP does not answer, left alone then."""

    has_time: Callable[[], bool]
    wall: Callable[[], datetime]
    silent: set[str] = field(default_factory=set)


def write_back(
    ports: Ports, round_: Round, entity_id: str, customer_id: str, document_id: str, now: Now
) -> str:
    """Tell all that is to be told of the document; return what became of the last line looked at.

    "told" (booked in the ERP now), "found" (it was booked already), "written" and "there" (the same
    of a file), "left" (it is not for the ERP), "done_before" (nothing was to be told), "later",
    "stopped" (a person has to look from now on), "waits" (for that person), "paused". Raises
    WriteConflict where somebody else tells the same.
    """
    try:
        ledger = ports.ledger(entity_id)
    except _NOBODY_ANSWERS:
        return "later"
    line = known = ports.notes.line(entity_id, customer_id, document_id)
    outcome = "done_before"
    for note in line:
        if note.stopped:
            return "waits"
        if not note.pending:
            continue
        if ledger is None:
            outcome = _to_file(ports, entity_id, note)
            continue
        outcome = _to_erp(ports, round_, ledger, entity_id, note, known, now)
        if outcome in ("later", "stopped", "paused"):
            return outcome
        if note is not line[-1]:  # a later line asks what became of this one
            known = ports.notes.line(entity_id, customer_id, document_id)
    return outcome


def _to_file(ports: Ports, entity_id: str, note: Writeback) -> str:
    """Write the file of note. Its name is its own, so that a repeat writes nothing."""
    if kind_of(note) in _OF_A_CHARGE:
        ports.notes.leave(entity_id, note, "not_in_files", None)
        return "left"
    written = ports.files.put(entity_id, note)
    ports.notes.done(entity_id, note)
    return "written" if written else "there"


def _to_erp(
    ports: Ports,
    round_: Round,
    ledger: Ledger,
    entity_id: str,
    note: Writeback,
    line: Sequence[Writeback],
    now: Now,
) -> str:
    erp = ledger.connector
    if erp is None:
        return "paused"
    wall = round_.wall()
    if note.not_before is not None and wall < note.not_before:
        return "later"
    if note.calling is not None and wall < note.calling + CALL_LEASE:
        raise WriteConflict(document=note.document_id, reason="the ERP is called just now")
    whose = _whose(ports, entity_id, note, line)
    if isinstance(whose, str):
        ports.notes.leave(entity_id, note, whose, None)
        return "left"
    if kind_of(note) not in erp.capabilities.entries:
        entity = ports.accounts.entity(entity_id)
        ports.notes.leave(entity_id, note, CANNOT, cannot_task(entity, note, now))
        return "left"
    if entity_id in round_.silent or not round_.has_time():
        return "later"
    if takes_back_untold(note, line):
        ports.notes.leave(entity_id, note, NEVER_TOLD, None)
        return "left"
    doubted = note.doubted or note.calling is not None
    ledger.begin()
    note = ports.notes.claim(entity_id, note, wall)
    if doubted and not erp.capabilities.finds_by_key:
        said = "No answer came, and this ERP cannot be asked by our key."
        after = refused(note, ErpOutcomeUnknown.code, said, wall, doubted=True)
        return _stop(ports, entity_id, after, now)
    try:
        posted = _found(erp, note, doubted=doubted)
        doubted = False
        if posted is None and _is_covered(erp, note, whose):
            ports.notes.leave(entity_id, note, COVERED, None)
            return "left"
        posted = posted or erp.post(entry_of(note, whose))
    except ErpRefused as exc:
        after = refused(note, exc.code, _said(exc), wall, doubted=doubted)
        return _stop(ports, entity_id, after, now)
    except (ErpUnavailable, ErpAccess, ErpOutcomeUnknown, ErpUnreadable) as exc:
        if isinstance(exc, _NOBODY_ANSWERS):
            round_.silent.add(entity_id)
        else:
            doubted = True
        wait_s = int(exc.facts.get("retry_after_s", 0))
        after = failed(note, exc.code, _said(exc), wall, wait_s, doubted=doubted)
        if after.stopped:
            return _stop(ports, entity_id, after, now)
        due = after.not_before or wall
        ports.notes.later(entity_id, after, due - LEASE)
        return "later"
    ports.notes.told(entity_id, note, posted.erp_id, wall)
    return "found" if posted.found else "told"


def _found(erp: Connector, note: Writeback, *, doubted: bool) -> Posted | None:
    """Return what the ERP has of note where it may have it, asked before it is booked."""
    look = doubted or note.again
    return erp.find(note.key) if look and erp.capabilities.finds_by_key else None


def _is_covered(erp: Connector, note: Writeback, whose: Whose) -> bool:
    """Return whether the ERP itself settled what the discount of note is to come off.

    Raises ErpRefused where it has less open than something else that comes off without money, or
    than money and the discount beside it: only a person can say who is right.
    """
    kind = kind_of(note)
    asks = kind in TAKES_OFF or note.discount_minor > 0
    if not asks or note.amount.minor <= 0 or whose.charge_key:
        return False
    if not erp.capabilities.tells_open_amounts:
        return False
    told = erp.open_amount(whose.invoice_external_id)
    if told is None or told.open.minor >= note.settles_minor:
        return False
    if kind is EntryKind.DISCOUNT:
        return True
    whole = Money(minor=note.settles_minor, currency=note.amount.currency)
    raise ErpRefused(said=f"Only {told.open} is open there: {whole} cannot come off.")


def _stop(ports: Ports, entity_id: str, after: Writeback, now: Now) -> str:
    entity = ports.accounts.entity(entity_id)
    parked, task = parked_of(after, now), stopped_task(entity, after, now)
    ports.notes.stop(entity_id, after, parked, task)
    return "stopped"


def _whose(ports: Ports, entity_id: str, note: Writeback, line: Sequence[Writeback]) -> Whose | str:
    """Return what the entry says beside note, or why the ERP has no use for it."""
    customer = ports.accounts.customer(entity_id, note.customer_id)
    if note.invoice_external_id:
        return Whose(
            customer.external_id,
            note.invoice_external_id,
            of_erp=is_of_erp(note, line),
            undoes=undone_by(note, line),
        )
    document = ports.notes.head(entity_id, note.customer_id, note.document_id)
    if document is None or document.kind is not DocumentKind.CHARGE:
        return "not_in_erp"
    invoice = ports.notes.head(entity_id, note.customer_id, document.invoice_id)
    if invoice is None or not invoice.external_id:
        return "not_in_erp"
    if note.method == CHARGE:
        return Whose(customer.external_id, invoice.external_id)
    told = next((n for n in line if n.method == CHARGE and n.erp_id), None)
    if told is None:
        return "charge_not_told"
    return Whose(customer.external_id, invoice.external_id, told.key)


def _said(error: HubError) -> str:
    """Return the ERP's own words, or where it had none what one can do."""
    return str(error.facts.get("said", "")) or error.help
