"""Do what mends a difference with an ERP without a person; the rest is a task."""

from collections.abc import Sequence

from shared.domain.clock import Now
from shared.domain.drift import Action, Difference, Side
from shared.domain.drift_words import because, proposed
from shared.domain.entity import Entity
from shared.domain.erp import RecordKind
from shared.domain.tasks import Task
from shared.domain.telling import CANNOT, kind_of
from shared.domain.writeback import Writeback
from shared.errors import HubError, WriteConflict
from shared.ids import derived_id
from shared.usecases.comparing_ports import Ports, Reader
from shared.usecases.erp_port import Connector
from shared.usecases.repair_writeback import message_of, try_again

_UNDO = Action.UNDO_THERE


def mend(
    ports: Ports,
    entity: Entity,
    erp: Connector,
    connection: str,
    found: Sequence[Difference],
    by: str,
    now: Now,
) -> dict[str, str]:
    """Mend in the name of by what of found the hub can mend; return what was done by external id.

    What only a person can mend becomes a task.
    """
    done: dict[str, str] = {}
    if any(d.action is Action.PULL for d in found):
        ports.pull_all(entity.entity_id, connection)
    for one in found:
        try:
            done[one.external_id] = _mended(ports, entity, erp, connection, one, by, now)
        except HubError as exc:
            done[one.external_id] = exc.code
    return done


def _mended(
    ports: Ports,
    entity: Entity,
    erp: Connector,
    connection: str,
    one: Difference,
    by: str,
    now: Now,
) -> str:
    """Do what is proposed of one difference, and return it in a word."""
    entity_id = entity.entity_id
    match one.action:
        case Action.WAIT:
            return "waits"
        case Action.READ:
            kind = RecordKind.CREDIT_NOTES if _is_note(one) else RecordKind.INVOICES
            took = ports.take(entity_id, connection, kind, one.external_id, now)
            if took == "parked" or not _stands(ports.reader, entity_id, one):
                return took
        case Action.REPAIR:
            tried = try_again(ports.repairing, entity_id, one.keys, by, now)
            return f"told_again_{tried}"
        case Action.BOOK_BY_HAND if not all(_can_be_told(erp, line) for line in one.lines):
            pass
        case Action.SEND_AGAIN | Action.BOOK_BY_HAND:
            again = sum(_send_again(ports, entity_id, line, now) for line in one.lines)
            return f"told_again_{again}"
        case Action.PULL:
            return "pulled_again"
    ports.tasks.open(entity_id, drift_task(entity, one, now))
    return "task"


def _can_be_told(erp: Connector, line: Writeback) -> bool:
    """Return whether the ERP takes by now what it could not be told when it happened."""
    return line.left == CANNOT and kind_of(line) in erp.capabilities.entries


def _send_again(ports: Ports, entity_id: str, line: Writeback, now: Now) -> bool:
    try:
        ports.lost.reopen(entity_id, line, now.wall)
    except WriteConflict:
        return False  # it is told again already
    dedup = f"{line.key}-{int(now.wall.timestamp())}"
    body = message_of(entity_id, line)
    ports.repairing.queue.send("WRITEBACK", body, line.document_id, dedup)
    return True


def _stands(reader: Reader, entity_id: str, one: Difference) -> bool:
    """Return whether the hub says of a document what it said before."""
    ids: tuple[list[str], list[str]] = ([], [])
    ids[_is_note(one)].append(one.external_id)
    kept = reader.kept(entity_id, *ids).get((_is_note(one), one.external_id))
    return (Side(kept.total, kept.open) if kept else None) == one.hub


def _is_note(one: Difference) -> bool:
    side = one.erp or one.hub
    return side is not None and side.total.minor < 0


def drift_task(entity: Entity, one: Difference, now: Now) -> Task:
    """Return the task for a difference that only a person can mend: one, however often found."""
    sides = (str(one.hub), str(one.erp))
    return Task(
        task_id=derived_id("drift", entity.entity_id, one.external_id, one.cause, *sides),
        kind="drift",
        customer_id=one.customer_id,
        title=f"Hub and ERP differ: {one}",
        created_at=now.business,
        due_on=now.today(entity.time_zone),
        documents=(one.document_id,) if one.document_id else (),
        detail=" ".join(
            (because(one.cause), proposed(one.action), *(one.keys if one.action is _UNDO else ()))
        ),
    )
