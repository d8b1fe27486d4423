"""Which line of an account pays which document in Tryton: values only, no call.

A line pays an invoice where it is linked to it, reconciled or not, and where both are in one
reconciliation. A reconciliation may hold several invoices and several payments: the lines linked to
an invoice pay that one first, all others the oldest due first. So every cent has one place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A line of a receivable account. minor is above zero where it asks for money.

    owner is the invoice or credit note whose own line it is, linked the one that it is said to pay;
    group is its reconciliation, "" for none. on is when it is due, or when it was booked.
    """

    line_id: int
    minor: int
    on: date
    owner: str = ""
    linked: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """So much of a line pays a document."""

    line_id: int
    document: str
    minor: int


def pieces(lines: Iterable[AccountLine], invoices: frozenset[str]) -> tuple[Piece, ...]:
    """Return what pays the documents named, whole reconciliations being among lines."""
    groups: dict[str, list[AccountLine]] = {}
    found: list[Piece] = []
    for line in lines:
        if line.group:
            groups.setdefault(line.group, []).append(line)
        elif line.linked in invoices and line.minor < 0:
            found.append(Piece(line.line_id, line.linked, -line.minor))
    for members in groups.values():
        found += [p for p in _in_group(members) if p.document in invoices]
    return tuple(sorted(found, key=lambda p: (p.line_id, p.document)))


def asking(lines: Sequence[AccountLine], document: str) -> tuple[int, ...]:
    """Return the ids of the lines by which a document asks for money.

    Lines that only cancel each other, as after new terms of payment were agreed, ask for none.
    """
    own: dict[str, list[AccountLine]] = {}
    for line in lines:
        if line.group:
            own.setdefault(line.group, []).append(line)
    settled = {
        group
        for group, members in own.items()
        if all(m.owner == document for m in members) and not sum(m.minor for m in members)
    }
    return tuple(
        line.line_id for line in lines if line.owner == document and line.group not in settled
    )


def _in_group(members: Sequence[AccountLine]) -> list[Piece]:
    """Return who pays whom in one reconciliation, a document's own lines among themselves first."""
    debts = {m.line_id: m for m in sorted(members, key=_age) if m.minor > 0}
    credits = {m.line_id: m for m in sorted(members, key=_age) if m.minor < 0}
    asked = {m.line_id: m.minor for m in debts.values()}
    left = {m.line_id: -m.minor for m in credits.values()}
    found: dict[tuple[int, str], int] = {}

    def take(credit: AccountLine, wanted: Iterable[AccountLine]) -> None:
        for debt in wanted:
            minor = min(left[credit.line_id], asked[debt.line_id])
            if not minor:
                continue
            left[credit.line_id] -= minor
            asked[debt.line_id] -= minor
            if debt.owner and debt.owner != credit.owner:
                key = credit.line_id, debt.owner
                found[key] = found.get(key, 0) + minor

    for credit in credits.values():
        take(credit, [d for d in debts.values() if credit.owner and d.owner == credit.owner])
    for credit in credits.values():
        take(credit, [d for d in debts.values() if credit.linked and d.owner == credit.linked])
    for credit in credits.values():
        take(credit, [d for d in debts.values() if d.owner])
    return [Piece(line_id, document, minor) for (line_id, document), minor in found.items()]


def _age(line: AccountLine) -> tuple[date, int]:
    return line.on, line.line_id
