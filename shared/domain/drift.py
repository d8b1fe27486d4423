"""The hub against its ERP, document by document: what differs, why, and what to do. Pure.

Both tell what is open of the same document. What the ERP is still to be told explains a difference;
what it was told and has no more is to be told again; the rest is one side's own doing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.erp import OpenAmount
from shared.domain.money import Money
from shared.domain.telling import is_of_erp, undone_pairs
from shared.domain.writeback import CHARGE, Writeback


class Cause(StrEnum):
    """Why both sides differ."""

    ON_ITS_WAY = "on_its_way"  # the ERP is still to be told
    STOPPED = "stopped"  # a line waits for a person
    NOT_TOLD = "not_told"  # the ERP cannot be told, or a person said that it is not to be
    LOST = "lost"  # the ERP was told and has it no more
    BACK_TWICE = "back_twice"  # the ERP took its own money back, and booked our taking back
    OPEN = "open"  # nothing that the hub knows of explains it
    TOTAL = "total"  # the invoice itself is another one
    CURRENCY = "currency"
    CHARGES = "charges"  # what is open of the charges that the ERP was told for it
    NOT_HERE = "not_here"  # the ERP has it, the hub has not
    NOT_THERE = "not_there"  # the hub has it open, the ERP has it no more


class Action(StrEnum):
    """What is proposed. By itself `--fix` does those that change nothing but what is wrong."""

    WAIT = "wait"
    REPAIR = "repair"  # tell again what waits for a person
    SEND_AGAIN = "send_again"  # look it up, and book it again
    READ = "read"  # read the record of the ERP anew
    PULL = "pull"  # pull all records again: one of them was missed
    BOOK_BY_HAND = "book_by_hand"
    UNDO_THERE = "undo_there"  # take our entries back in the ERP by hand
    LOOK = "look"  # only a person can say who is right


_ACTIONS = {
    Cause.ON_ITS_WAY: Action.WAIT,
    Cause.STOPPED: Action.REPAIR,
    Cause.NOT_TOLD: Action.BOOK_BY_HAND,
    Cause.LOST: Action.SEND_AGAIN,
    Cause.BACK_TWICE: Action.UNDO_THERE,
    Cause.OPEN: Action.PULL,
    Cause.TOTAL: Action.READ,
    Cause.CURRENCY: Action.LOOK,
    Cause.CHARGES: Action.LOOK,
    Cause.NOT_HERE: Action.READ,
    Cause.NOT_THERE: Action.READ,
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One document of the ERP as the hub has it: a credit note is below zero, as in the ERP.

    lines are what the ERP was and is to be told of it. others are the customers that it was moved
    from, with whom a part of it was settled: totals and lines are those of all.
    """

    document_id: str
    customer_id: str
    external_id: str
    number: str
    total: Money
    open: Money
    lines: tuple[Writeback, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says of a document."""

    total: Money
    open: Money


@dataclass(frozen=True, slots=True)
class Difference:
    """One document on which both sides do not agree. lines are those that explain it."""

    external_id: str
    number: str
    customer_id: str
    document_id: str
    cause: Cause
    hub: Side | None
    erp: Side | None
    lines: tuple[Writeback, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Return our keys of the lines that explain it."""
        return tuple(line.key for line in self.lines)

    @property
    def action(self) -> Action:
        """Return what is proposed."""
        return _ACTIONS[self.cause]

    @property
    def is_drift(self) -> bool:
        """Return whether it stays if nobody does anything."""
        return self.cause is not Cause.ON_ITS_WAY

    def __str__(self) -> str:
        hub = f"{self.hub.open} of {self.hub.total}" if self.hub else "nothing"
        erp = f"{self.erp.open} of {self.erp.total}" if self.erp else "nothing"
        return f"{self.number or self.external_id}: open here {hub}, in the ERP {erp}"


@dataclass(frozen=True, slots=True)
class Sums:
    """One currency: what is open on both sides, in minor units, and the documents seen."""

    currency: str
    hub_minor: int = 0
    erp_minor: int = 0
    compared: int = 0
    differing: int = 0

    @property
    def equal(self) -> bool:
        """Return whether every document is the same on both sides."""
        return not self.differing


@dataclass(frozen=True, slots=True)
class Drift:
    """What a comparison found. as_of is when the ERP said it; whole: it came to the end."""

    as_of: datetime
    sums: tuple[Sums, ...] = ()
    differences: tuple[Difference, ...] = ()
    whole: bool = True


def difference(
    kept: Kept | None, told: OpenAmount | None, has: Callable[[str], bool]
) -> Difference | None:
    """Return how the hub and the ERP differ on a document, or None where they do not.

    One of both sides is there. has says whether the ERP has an entry under our key; it is asked of
    what was told only, and only where nothing else explains the difference.
    """
    if kept is None or told is None:
        return _one_sided(kept, told)
    if kept.total.currency != told.total.currency:
        return _named(kept, told, Cause.CURRENCY)
    if kept.total != told.total:
        return _named(kept, told, Cause.TOTAL)
    gap = told.open.minor - kept.open.minor
    if not gap:
        return None
    explaining: list[Writeback] = []
    groups = (
        (Cause.ON_ITS_WAY, [n for n in kept.lines if n.pending]),
        (Cause.STOPPED, [n for n in kept.lines if n.stopped]),
        (Cause.NOT_TOLD, [n for n in kept.lines if n.left]),
    )
    for cause, lines in groups:
        explaining += lines
        if lines and gap == sum(n.settles_minor for n in explaining):
            return _named(kept, told, cause, lines)
    missed = [n for n in kept.lines if n.erp_id and not n.by_hand and not has(n.key)]
    lost = _less_undone(missed, kept.lines)
    exact = gap == sum(n.settles_minor for n in (*explaining, *lost))
    # an ERP that changes no booking lost what was taken back, and has what stays under a new key
    if lost and (exact or not _taken_back(kept.lines) & {_family(n) for n in lost}):
        return _named(kept, told, Cause.LOST, lost)
    back = [n for n in kept.lines if n.erp_id and is_of_erp(n, kept.lines)]
    if back and gap == -sum(n.settles_minor for n in back):
        return _named(kept, told, Cause.BACK_TWICE, back)
    return _named(kept, told, Cause.OPEN)


def charges_left(charge: Kept) -> int:
    """Return what the ERP is to have open of a charge by all that it was told, in minor units.

    What it is still to be told has not come off there; a charge that it never heard of is not open.
    """
    told = any(n.method == CHARGE and n.erp_id for n in charge.lines)
    untold = (n for n in charge.lines if n.method != CHARGE and not n.erp_id)
    return charge.open.minor + sum(n.settles_minor for n in untold) if told else 0


def charge_difference(kept: Kept, told: OpenAmount, left_minor: int) -> Difference | None:
    """Return how both sides differ on what is open of an invoice's charges, or None."""
    if told.charges_open is None or told.charges_open.minor == left_minor:
        return None
    left = Money(minor=left_minor, currency=told.charges_open.currency)
    return Difference(
        external_id=kept.external_id,
        number=kept.number,
        customer_id=kept.customer_id,
        document_id=kept.document_id,
        cause=Cause.CHARGES,
        hub=Side(left, left),
        erp=Side(told.charges_open, told.charges_open),
    )


def added(sums: Sums, kept: Kept | None, told: OpenAmount | None, *, differs: bool) -> Sums:
    """Return sums with one more document."""
    return Sums(
        sums.currency,
        sums.hub_minor + (kept.open.minor if kept else 0),
        sums.erp_minor + (told.open.minor if told else 0),
        sums.compared + 1,
        sums.differing + differs,
    )


def _less_undone(missed: Sequence[Writeback], lines: Sequence[Writeback]) -> list[Writeback]:
    """Return missed without what was taken back there whole: neither of both is to be found."""
    keys = {n.key for n in missed}
    pairs = [pair for pair in undone_pairs(lines) if keys.issuperset(pair)]
    gone = {key for pair in pairs for key in pair}
    return [n for n in missed if n.key not in gone]


def _family(line: Writeback) -> tuple[str, str]:
    return line.payment_id, line.document_id


def _taken_back(lines: Iterable[Writeback]) -> set[tuple[str, str]]:
    """Return the families of which the ERP was told to take something back."""
    return {_family(n) for n in lines if n.erp_id and n.settles_minor < 0}


def _one_sided(kept: Kept | None, told: OpenAmount | None) -> Difference | None:
    if kept is not None:
        return _named(kept, None, Cause.NOT_THERE) if kept.open else None
    if told is None or not told.open:
        return None  # closed before the hub came: it was never to be pulled
    return Difference(
        told.external_id, told.number, "", "", Cause.NOT_HERE, None, Side(told.total, told.open)
    )


def _named(
    kept: Kept, told: OpenAmount | None, cause: Cause, lines: Iterable[Writeback] = ()
) -> Difference:
    return Difference(
        external_id=kept.external_id,
        number=kept.number,
        customer_id=kept.customer_id,
        document_id=kept.document_id,
        cause=cause,
        hub=Side(kept.total, kept.open),
        erp=Side(told.total, told.open) if told else None,
        lines=tuple(lines),
    )
