"""What the gateway's balance moved by, beside what our books say of it; by day and kind. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date

from shared.domain.gateway import BalanceEntry, GatewayPayment
from shared.domain.gateway_postings import parts_of
from shared.domain.gateway_steps import gateway_steps
from shared.domain.movement import MovementKind, Posting

_FEE = "fee"


@dataclass(frozen=True, slots=True)
class Difference:
    """A day (UTC) on which our sum of one kind is not the gateway's, in minor units."""

    day: date
    kind: str
    currency: str
    theirs_minor: int
    ours_minor: int


@dataclass(frozen=True, slots=True)
class Booked:
    """One change of the gateway's balance, and what our books have of it, in minor units."""

    entry: BalanceEntry
    amount_minor: int
    fee_minor: int

    @property
    def agrees(self) -> bool:
        """Return whether our books say the same of it."""
        theirs = (self.entry.amount.minor, self.entry.fee.minor)
        return theirs == (self.amount_minor, self.fee_minor)


def posting_ids_of(told: GatewayPayment | None, payment_id: str) -> Mapping[str, str]:
    """Return which posting each change of the balance has, by the gateway's id of the change.

    The change that brought the payment in is under "", and so is any that told does not know.
    """
    found = {"": f"payment:{payment_id}"}
    if told is not None:
        steps = gateway_steps(told, payment_id)
        found |= {s.entry.entry_id: s.posting_id for s in steps if s.entry}
    return found


def booked(
    entry: BalanceEntry, posting_id: str, payment_id: str, known: Mapping[str, Posting]
) -> Booked:
    """Return what the known postings have of entry, which posting_id books.

    Later corrections of fee and currency are included.
    """
    brought_in = posting_id == f"payment:{payment_id}"
    fx = f"fx:{payment_id if brought_in else entry.entry_id}"
    own = [
        m
        for name in (posting_id, fx, *(n for n in known if n.startswith(parts_of(posting_id))))
        if name in known
        for m in known[name].movements
        if m.source_id == payment_id and m.via == "gateway"
    ]
    amount = 0
    for movement in own:
        moved = movement.cash or movement.amount
        if moved.currency == entry.amount.currency:
            amount += abs(moved.minor) if movement.amount.minor > 0 else -abs(moved.minor)
    fees = [
        m.amount.minor
        for name in (posting_id, f"fee:{entry.entry_id}")
        if name in known
        for m in known[name].movements
        if m.kind is MovementKind.GATEWAY_FEE and m.reason == entry.entry_id
    ]
    return Booked(entry, amount, sum(fees))


def differences(found: Iterable[Booked]) -> tuple[Difference, ...]:
    """Return each day and kind whose sums differ, oldest first; fees are a kind of their own."""
    sums: defaultdict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in found:
        entry = each.entry
        day, currency = entry.booked_at.astimezone(UTC).date(), entry.amount.currency
        for kind, theirs, ours in (
            (entry.kind, entry.amount.minor, each.amount_minor),
            (_FEE, entry.fee.minor, each.fee_minor),
        ):
            pair = sums[day, kind, currency]
            pair[0] += theirs
            pair[1] += ours
    return tuple(
        Difference(*key, theirs, ours)
        for key, (theirs, ours) in sorted(sums.items())
        if theirs != ours
    )
