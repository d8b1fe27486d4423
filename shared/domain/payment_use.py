"""What a posting makes of a payment: its allocations, and what of it left again."""

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.document import Document
from shared.domain.money import Money, split
from shared.domain.movement import Movement, MovementKind
from shared.domain.payment import Allocation, Payment

_ALLOCATES = (MovementKind.ALLOCATION, MovementKind.DEALLOCATION)


def used(
    payment: Payment, movements: Iterable[Movement], documents: Iterable[Document] = ()
) -> Payment:
    """Return payment as movements leave it, one version on; those of other sources do not count.

    documents are those to which money goes that went to none of them before. An allocation that is
    taken back whole is gone; a new one comes last.
    """
    known = {a.document_id: a for a in payment.allocations}
    named = {d.document_id: d for d in documents}
    gone, kept = payment.gone_minor, payment.kept_minor
    for movement in movements:
        if movement.source_id != payment.payment_id:
            continue
        if movement.kind in _ALLOCATES:
            document_id = movement.document_id
            before = known.get(document_id) or _none_yet(named[document_id])
            known[document_id] = _with(before, movement)
        elif movement.kind is not MovementKind.PAYMENT:
            gone -= movement.amount.minor
            kept -= movement.amount.minor if movement.kind is MovementKind.SMALL_CREDIT else 0
    return replace(
        payment,
        allocations=tuple(a for a in known.values() if a.amount),
        gone_minor=gone,
        kept_minor=kept,
        excess=_less_excess(payment, sum(a.amount.minor for a in known.values())),
        version=payment.version + 1,
    )


def added(before: Iterable[Allocation], more: Iterable[Allocation]) -> tuple[Allocation, ...]:
    """Return allocations with more put to them: one for each document, new ones last.

    A document that the plan of a large payment names may have got some of it by hand meanwhile.
    """
    known = {a.document_id: a for a in before}
    for one in more:
        had = known.get(one.document_id)
        known[one.document_id] = one if had is None else _summed(had, one)
    return tuple(known.values())


def _summed(one: Allocation, other: Allocation) -> Allocation:
    parts = dict(one.parts)
    for number, minor in other.parts:
        parts[number] = parts.get(number, 0) + minor
    return replace(one, amount=one.amount + other.amount, parts=tuple(parts.items()))


def without_excess(payment: Payment) -> Payment:
    """Return payment with no excess recorded in the ERP."""
    if payment.excess is None:
        return payment
    nothing = Money.zero(payment.amount.currency)
    return replace(payment, excess=replace(payment.excess, amount=nothing))


def _less_excess(payment: Payment, used_minor: int) -> Allocation | None:
    """Return what of the excess is left where so much of payment is allocated then."""
    if payment.excess is None:
        return None
    more = used_minor - sum(a.amount.minor for a in payment.allocations)
    left = payment.excess.amount.minor - max(more, 0)
    amount = Money(minor=max(left, 0), currency=payment.amount.currency)
    return replace(payment.excess, amount=amount)


def cash_of(payment: Payment, part: Money) -> Money | None:
    """Return what part of a payment is of the currency that arrived, None where it is the same."""
    if payment.cash is None:
        return None
    minor, _ = split(payment.cash.minor, (part.minor, payment.amount.minor - part.minor))
    return Money(minor=minor, currency=payment.cash.currency)


def _none_yet(document: Document) -> Allocation:
    nothing = Money.zero(document.open.currency)
    return Allocation(document.document_id, document.number, document.external_id, nothing)


def _with(allocation: Allocation, movement: Movement) -> Allocation:
    parts = dict(allocation.parts)
    if movement.instalment:
        minor = parts.get(movement.instalment, 0) - movement.amount.minor
        parts[movement.instalment] = minor
    return replace(
        allocation,
        amount=allocation.amount - movement.amount,
        parts=tuple((number, minor) for number, minor in parts.items() if minor),
    )
