"""How a line is told to an ERP: as which entry, and when again after a failure. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.erp import Entry, EntryKind
from shared.domain.money import Money
from shared.domain.parked import Parked
from shared.domain.tasks import Task
from shared.domain.writeback import Failure, Writeback
from shared.errors import ErpAccess, ErpUnavailable
from shared.ids import derived_id

PARKED = "writeback"
"""What a line that waits for a person is called among the parked."""

CALL_LEASE = timedelta(minutes=3)
"""How long a call may be under way: longer than an invocation, so that nobody looks too early."""

GIVE_UP_AFTER = timedelta(days=3)
_SILENT = (ErpUnavailable.code, ErpAccess.code)
_WAIT_MAX = timedelta(hours=1)
_DOUBT_WAIT = timedelta(minutes=5)
_TEXT_MAX = 120
CANNOT = "erp_cannot"
"""Why a line is left where the ERP takes no entries of its kind."""
COVERED = "covered_in_erp"
"""Why a discount is left: the ERP settled what it was to come off otherwise."""
NEVER_TOLD = "never_told"
"""Why what takes something back is left: the ERP never heard of what it takes back."""
_KINDS = {
    "credit_note": EntryKind.CREDIT,
    **{
        str(kind): kind
        for kind in (
            EntryKind.DISCOUNT,
            EntryKind.TOLERANCE,
            EntryKind.DEDUCTION,
            EntryKind.WRITE_OFF,
            EntryKind.FX_DIFFERENCE,
            EntryKind.CHARGE,
            EntryKind.CHARGE_BACK,
        )
    },
}
_TOLD_BY_ITSELF = frozenset(_KINDS.values()) - {EntryKind.CREDIT}


TAKES_OFF = frozenset(
    {
        EntryKind.DISCOUNT,
        EntryKind.TOLERANCE,
        EntryKind.DEDUCTION,
        EntryKind.WRITE_OFF,
        EntryKind.FX_DIFFERENCE,
    }
)
"""What comes off by the hub's word alone: never more than the ERP itself still has open."""


@dataclass(frozen=True, slots=True)
class Whose:
    """What an entry says beside its line: the ERP's ids, and the entry that told the charge.

    of_erp and undoes are what it takes back (shared.domain.erp.Entry).
    """

    customer_external_id: str
    invoice_external_id: str
    charge_key: str = ""
    of_erp: bool = False
    undoes: str = ""


def kind_of(note: Writeback) -> EntryKind:
    """Return as what the ERP is told of note."""
    return _KINDS.get(note.method, EntryKind.PAYMENT)


def takes_back_untold(note: Writeback, line: Sequence[Writeback]) -> bool:
    """Return whether note takes back what of its kind was left untold of its document.

    line is all that the ERP was and is to be told of that.
    """
    if kind_of(note) not in TAKES_OFF or note.amount.minor >= 0:
        return False
    untold = sum(n.amount.minor for n in line if n.method == note.method and n.left)
    return untold >= -note.amount.minor


def is_of_erp(note: Writeback, line: Sequence[Writeback]) -> bool:
    """Return whether note takes back money that the ERP was never told of: it booked it itself."""
    ours = (n for n in line if n.payment_id == note.payment_id and n.settles_minor > 0)
    return kind_of(note) is EntryKind.PAYMENT and note.settles_minor < 0 and not any(ours)


def undone_by(note: Writeback, line: Sequence[Writeback]) -> str:
    """Return the key of what note takes back whole of what came off by our word alone, or "".

    Of two that are alike it is the newest that nothing else took back.
    """
    if kind_of(note) not in TAKES_OFF or note.amount.minor >= 0:
        return ""
    told = [n for n in line if n.key != note.key]
    gone = {undone for undone, _ in undone_pairs(told)}
    standing = (n for n in reversed(told) if n.method == note.method and n.erp_id)
    return next((n.key for n in standing if n.amount == -note.amount and n.key not in gone), "")


def undone_pairs(line: Sequence[Writeback]) -> list[tuple[str, str]]:
    """Return what came off by our word alone and was taken back whole, as (key, key of that)."""
    pairs: list[tuple[str, str]] = []
    standing: list[Writeback] = []
    for one in line:
        if kind_of(one) not in TAKES_OFF or not one.erp_id:
            continue
        if one.amount.minor > 0:
            standing.append(one)
            continue
        alike = (n for n in reversed(standing) if n.method == one.method)
        undone = next((n for n in alike if n.amount == -one.amount), None)
        if undone is not None:
            standing.remove(undone)
            pairs.append((undone.key, one.key))
    return pairs


def entry_of(note: Writeback, whose: Whose) -> Entry:
    """Return the entry that tells note."""
    kind = kind_of(note)
    off = Money(minor=note.discount_minor, currency=note.amount.currency)
    words = (str(kind).replace("_", " "), note.number, note.gateway_reference)
    return Entry(
        key=note.key,
        kind=kind,
        customer_external_id=whose.customer_external_id,
        invoice_external_id=whose.invoice_external_id,
        booked_on=note.received_on,
        amount=note.amount,
        discount=off if off else None,
        method="" if kind in _TOLD_BY_ITSELF else note.method,
        reference=note.gateway_reference,
        number=note.gateway_reference if kind is EntryKind.CREDIT else note.number,
        text=" ".join(word for word in words if word)[:_TEXT_MAX],
        charge_key=whose.charge_key,
        attempt=note.attempt,
        of_erp=whose.of_erp,
        undoes=whose.undoes,
    )


def failed(
    note: Writeback, code: str, words: str, wall: datetime, wait_s: int, *, doubted: bool
) -> Writeback:
    """Return note after a try that failed: when to try again, or that a person has to look.

    Waits grow to an hour; the ERP's own wish of wait_s holds where it is longer. Where a call may
    have been booked nobody looks for it before its transaction can have ended.
    """
    before = note.failure
    since, tries = (before.since, before.tries) if before else (wall, 0)
    wait = min(_WAIT_MAX, timedelta(minutes=1 << min(tries, 6)))
    wait = max(wait, timedelta(seconds=min(wait_s, 86_400)), _DOUBT_WAIT if doubted else wait)
    return replace(
        note,
        calling=None,
        doubted=doubted,
        not_before=wall + wait,
        failure=Failure(code, words, since, tries + 1),
        stopped=wall - since >= GIVE_UP_AFTER,
    )


def refused(note: Writeback, code: str, words: str, wall: datetime, *, doubted: bool) -> Writeback:
    """Return note as it waits for a person, with the ERP's words."""
    return replace(failed(note, code, words, wall, 0, doubted=doubted), stopped=True)


def parked_id(note: Writeback) -> str:
    """Return the id under which a line that waits for a person is parked."""
    return f"{PARKED}-{_task_id(note)}"


def parked_of(note: Writeback, now: Now) -> Parked:
    """Return what people are shown of a line that waits for them."""
    failure = note.failure
    return Parked(
        parked_id=parked_id(note),
        kind=PARKED,
        source="hub",
        reason=failure.code if failure else "",
        created_at=now.business,
        facts={
            "customer_id": note.customer_id,
            "document_id": note.document_id,
            "number": note.number,
            "told_as": str(kind_of(note)),
            "amount_minor": note.amount.minor,
            "discount_minor": note.discount_minor,
            "currency": note.amount.currency,
            "key": note.key,
            "tries": failure.tries if failure else 0,
            "said": failure.words if failure else "",
        },
    )


def stopped_task(entity: Entity, note: Writeback, now: Now) -> Task:
    """Return the task for a person: one for each line, and one for an ERP that does not answer."""
    failure = note.failure
    code, words = (failure.code, failure.words) if failure else ("", "")
    silent = code in _SILENT
    title = (
        "The ERP has not taken what it is told for days: make it reachable, then repair"
        if silent
        else f"The ERP does not take what it is told of {note.number}: {words}"
    )
    return Task(
        task_id=_silent_task_id(entity.entity_id, code) if silent else _task_id(note),
        kind="writeback",
        customer_id="" if silent else note.customer_id,
        title=title,
        created_at=now.business,
        due_on=now.today(entity.time_zone),
        documents=() if silent else (note.document_id,),
        detail=f"{words} Then: duecourse writeback again {'--all' if silent else note.key}",
    )


def task_ids(entity_id: str, note: Writeback) -> tuple[str, ...]:
    """Return the tasks that a repair of note answers: its own, and those of an ERP that was out."""
    return (_task_id(note), *(_silent_task_id(entity_id, code) for code in _SILENT))


def _task_id(note: Writeback) -> str:
    return derived_id("writeback", note.key)


def _silent_task_id(entity_id: str, code: str) -> str:
    return derived_id("writeback", entity_id, code)


def cannot_task(entity: Entity, note: Writeback, now: Now) -> Task:
    """Return the task for what this ERP cannot be told: one for each kind of entry."""
    kind = str(kind_of(note)).replace("_", " ")
    return Task(
        task_id=derived_id("writeback", "cannot", entity.entity_id, kind),
        kind="writeback",
        customer_id="",
        title=f"The ERP cannot be told of a {kind}: book each by hand there, drift names them",
        created_at=now.business,
        due_on=now.today(entity.time_zone),
        detail=note.number,
    )
