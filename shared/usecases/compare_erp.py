"""Compare the hub with an entity's ERP."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.clock import Now
from shared.domain.connection import ConnectionState
from shared.domain.drift import (
    Difference,
    Drift,
    Kept,
    Side,
    Sums,
    added,
    charge_difference,
    charges_left,
    difference,
)
from shared.domain.drift_report import (
    NOT_CONNECTED,
    PAUSED,
    UNEXPECTED,
    sentence,
    sentence_of,
)
from shared.domain.entity import Entity
from shared.domain.erp import GoneRow, OpenAmount, RecordKind
from shared.errors import ErpUnreadable, HubError
from shared.usecases.comparing_ports import Ports, Reader, Reports
from shared.usecases.erp_port import Connector
from shared.usecases.mend_drift import mend

_PAGE = 200
Pair = tuple[OpenAmount, Kept | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found, with what was done of it by external id.

    code says why nothing was, and says tells it in a sentence.
    """

    drift: Drift | None
    done: Mapping[str, str]
    code: str = ""
    says: str = ""

    @property
    def causes(self) -> Mapping[str, int]:
        """Return how many documents differ and will not settle by themselves, by cause."""
        found = self.drift.differences if self.drift else ()
        return Counter(str(d.cause) for d in found if d.is_drift)


def report_drift(
    ports: Ports,
    reports: Reports,
    entity_id: str,
    run_id: str,
    by: str,
    now: Now,
    has_time: Callable[[], bool],
) -> Comparison:
    """Do as compare_erp(), and keep for people what was found, or why nothing was.

    An unexpected error ends the report, too, and is raised again.
    """
    reports.begin(entity_id, run_id, now)
    found = _nothing(UNEXPECTED)
    try:
        found = compare_erp(ports, entity_id, now, has_time, by)
    except HubError as exc:
        found = Comparison(None, {}, exc.code, sentence_of(exc))
    finally:
        end = (found.drift, found.done, found.code, found.says)
        reports.end(entity_id, run_id, now, *end)
    return found


def compare_erp(
    ports: Ports, entity_id: str, now: Now, has_time: Callable[[], bool], by: str = ""
) -> Comparison:
    """Compare an entity with its ERP; with by, a person's name, mend what the hub can mend.

    The two reads are not one moment: a difference counts that a second pass finds alike. Raises
    what a connector raises.
    """
    connection = ports.connections.ledger(entity_id)
    if connection is None:
        return _nothing(NOT_CONNECTED)
    if connection.state is not ConnectionState.CONNECTED:
        return _nothing(PAUSED)
    erp = ports.connector(entity_id, connection.name)
    if not erp.capabilities.tells_open_amounts:
        return _nothing("erp_cannot")
    entity = ports.entities.entity(entity_id)
    drift = _pass(ports, entity, erp, has_time)
    if any(d.is_drift for d in drift.differences) and has_time():
        before = {(d.external_id, d.hub, d.erp) for d in drift.differences}
        drift = _pass(ports, entity, erp, has_time, before)
    done = {}
    if by:
        done = mend(ports, entity, erp, connection.name, drift.differences, by, now)
    return Comparison(drift, done)


def _nothing(code: str) -> Comparison:
    return Comparison(None, {}, code, sentence(code))


def drift_message(entity_id: str, run_id: str, by: str = "") -> dict[str, object]:
    """Return the message that has an entity compared, and mended in the name of by."""
    return {"kind": "drift", "entity": entity_id, "run_id": run_id, "by": by}


def _pass(
    ports: Ports,
    entity: Entity,
    erp: Connector,
    has_time: Callable[[], bool],
    seen_before: set[tuple[str, Side | None, Side | None]] | None = None,
) -> Drift:
    sums: dict[str, Sums] = {}
    found: list[Difference] = []
    seen: set[str] = set()

    def counts(one: Difference) -> bool:
        return seen_before is None or (one.external_id, one.hub, one.erp) in seen_before

    def note(kept: Kept | None, told: OpenAmount | None, differs: Difference | None) -> None:
        differs = differs if differs and counts(differs) else None
        currency = told.total.currency if told else kept.total.currency if kept else ""
        before = sums.get(currency, Sums(currency))
        sums[currency] = added(before, kept, told, differs=differs is not None)
        if differs is not None:
            found.append(differs)

    cursor, whole = "", True
    while True:
        page = erp.open_amounts(cursor, _PAGE)
        pairs = _paired(ports.reader, entity.entity_id, page.amounts)
        for told, kept in pairs:
            if told.total.minor >= 0:
                seen.add(told.external_id)
            note(kept, told, _differs(ports, entity.entity_id, erp, kept, told))
        for told, differs in _charges(ports.reader, entity.entity_id, pairs):
            if counts(differs):
                found.append(differs)
                before = sums[told.total.currency]
                sums[told.total.currency] = replace(before, differing=before.differing + 1)
        cursor = page.cursor
        whole = not cursor or has_time()
        if not cursor or not whole:
            break
    for kept in ports.reader.open_of_erp(entity.entity_id, entity.shards) if whole else ():
        if kept.external_id in seen:
            continue
        if not has_time():
            whole = False
            break
        if not _is_there(erp, kept.external_id):
            note(kept, None, difference(kept, None, lambda _: True))
    return Drift(page.as_of, tuple(sums.values()), tuple(found), whole)


def _paired(reader: Reader, entity_id: str, amounts: Sequence[OpenAmount]) -> Sequence[Pair]:
    of = {(told.total.minor < 0, told.external_id): told for told in amounts}
    invoices = [external_id for is_note, external_id in of if not is_note]
    notes = [external_id for is_note, external_id in of if is_note]
    kept = reader.kept(entity_id, invoices, notes)
    return [(told, kept.get(key)) for key, told in of.items()]


def _charges(
    reader: Reader, entity_id: str, pairs: Sequence[Pair]
) -> Iterator[tuple[OpenAmount, Difference]]:
    """Yield where the charges of an invoice are open for another sum than the ERP was told."""
    known = [(told, kept) for told, kept in pairs if kept and told.charges_open is not None]
    charges = reader.charges(entity_id, [kept for _, kept in known]) if known else {}
    for told, kept in known:
        left = sum(charges_left(one) for one in charges.get(kept.document_id, ()))
        differs = charge_difference(kept, told, left)
        if differs is not None:
            yield told, differs


def _differs(
    ports: Ports, entity_id: str, erp: Connector, kept: Kept | None, told: OpenAmount
) -> Difference | None:
    if kept is not None and (kept.total, kept.open) == (told.total, told.open):
        return None
    if kept is not None:
        kept = ports.reader.with_lines(entity_id, kept)

    def has(key: str) -> bool:
        return not erp.capabilities.finds_by_key or erp.find(key) is not None

    return difference(kept, told, has)


def _is_there(erp: Connector, external_id: str) -> bool:
    try:
        rows = erp.read(RecordKind.INVOICES, external_id)
    except ErpUnreadable as error:
        if error.of_record:
            return True
        raise
    return bool(rows) and not isinstance(rows[0], GoneRow)
