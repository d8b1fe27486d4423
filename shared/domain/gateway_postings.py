"""What the gateway's steps make of a payment and of the books. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.counter_entries import given_again
from shared.domain.gateway import BalanceEntry, GatewayPayment
from shared.domain.gateway_steps import Step, gateway_steps
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.payment import Payment, PaymentState
from shared.domain.payment_use import used
from shared.domain.settle import allocated
from shared.domain.take_back import free

GATEWAY = "gateway"
MORE_THAN_PAID = "more_than_paid"
_USE = (MovementKind.ALLOCATION, MovementKind.DEALLOCATION, MovementKind.SMALL_CREDIT)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step makes of a payment. short is what it could not take: no more was here.

    complete: the step is done with this posting; else there are further parts. documents are those
    that the step touched, in this posting and in earlier parts.
    """

    posting: Posting
    payment: Payment
    short: Money
    complete: bool = True
    documents: tuple[str, ...] = ()


def parts_of(posting_id: str) -> str:
    """Return how the ids of the parts of a large step begin."""
    return f"{posting_id}:part:"


def _part_id(posting_id: str, payment: Payment) -> str:
    return f"{parts_of(posting_id)}{payment.version:08d}"


def _parts(known: Mapping[str, Posting], posting_id: str) -> tuple[Movement, ...]:
    """Return the movements of the parts of a step that are written, oldest first."""
    ids = sorted(name for name in known if name.startswith(parts_of(posting_id)))
    return tuple(m for name in ids for m in known[name].movements)


def not_taken(step: Step, payment: Payment, known: Mapping[str, Posting]) -> Money:
    """Return what step was to take of payment beyond what its postings took: often zero.

    known are those of step, with their parts, and whatever undid it. A step that is not booked yet
    lacks all of its amount. What the gateway moved in another currency is for a person.
    """
    nothing = Money.zero(payment.amount.currency)
    taken = known.get(step.posting_id)
    if step.comes_back or step.undone_by in known:
        return nothing
    if taken is None:
        return step.amount or nothing
    if other_cash(step.entry, nothing.currency) is not None:
        return nothing
    if step.amount is None:
        return payment.here
    if taken.note != MORE_THAN_PAID:
        return nothing
    movements = (*_parts(known, step.posting_id), *taken.movements)
    return step.amount + Money(minor=_left(movements, payment), currency=nothing.currency)


def _left(movements: tuple[Movement, ...], payment: Payment) -> int:
    """Return what of payment came and left by movements, in minor units."""
    own = (m for m in movements if m.source_id == payment.payment_id and m.kind not in _USE)
    return sum(m.amount.minor for m in own)


def _named(movements: tuple[Movement, ...]) -> tuple[str, ...]:
    return tuple(sorted({m.document_id for m in movements if m.document_id}))


def step_posting(
    step: Step,
    books: Books,
    payment: Payment,
    known: Mapping[str, Posting],
    value_date: date,
    now: Now,
    documents_max: int,
) -> Moved | None:
    """Return what step makes of payment and books, None where there is nothing to take or undo.

    known are the postings of earlier steps by id, and their parts. Money that leaves while it is
    allocated is freed first; where a posting would touch more than documents_max documents, it does
    part of the work only, and step is to be asked again. Where more leaves than is here, the
    posting says so and takes what is; the rest, or all where nothing is here, waits for money that
    comes back, and is taken as a further part. What the gateway kept for it is booked at once, also
    where nothing is here. Money that comes back settles again what its going had reopened.
    """
    if step.comes_back:
        return _back(step, books, payment, known, value_date, now, documents_max)
    further = step.posting_id in known
    wanted = payment.here if step.amount is None else step.amount
    wanted = not_taken(step, payment, known) if further else wanted
    freed = free(books, payment, min(wanted, payment.here), documents_max)
    if not freed.complete:
        part = _part_id(step.posting_id, payment)
        return _moved(part, value_date, freed.movements, payment, books, now, complete=False)
    again = given_again(payment, wanted.minor - payment.here.minor)
    waits = payment.unapplied.minor + freed.minor + sum(m.amount.minor for m in again)
    amount = Money(minor=min(wanted.minor, waits), currency=wanted.currency)
    if not amount and (further or not fee_movements(step.entry)):
        return None
    entry, name = step.entry, step.posting_id
    if further:
        entry, name = None, _part_id(name, payment)
    movements = (*freed.movements, *again, *cash_movements(step.kind, -amount, payment, entry))
    moved = _moved(name, value_date, movements, payment, books, now)
    moved = replace(moved, documents=_named((*_parts(known, step.posting_id), *movements)))
    if amount != wanted:
        moved = replace(moved, posting=replace(moved.posting, note=MORE_THAN_PAID))
    taken_back = step.kind in (MovementKind.RETURN, MovementKind.CHARGEBACK)
    if taken_back and amount and not moved.payment.here:
        moved = replace(moved, payment=replace(moved.payment, state=PaymentState.RETURNED))
    return replace(moved, short=wanted - amount)


def _moved(
    posting_id: str,
    value_date: date,
    movements: tuple[Movement, ...],
    payment: Payment,
    books: Books,
    now: Now,
    *,
    complete: bool = True,
) -> Moved:
    after = used(payment, movements, books.documents)
    posting = Posting(posting_id, value_date, now.business, movements)
    nothing = Money.zero(payment.amount.currency)
    return Moved(posting, after, nothing, complete, _named(movements))


def _back(
    step: Step,
    books: Books,
    payment: Payment,
    known: Mapping[str, Posting],
    value_date: date,
    now: Now,
    documents_max: int,
) -> Moved | None:
    undone = known.get(step.undoes)
    if step.amount is None:
        return None
    movements = (*_parts(known, step.undoes), *(undone.movements if undone else ()))
    if step.posting_id in known:
        return _rest_of(step, movements, books, payment, value_date, now, documents_max)
    minor = max(0, min(step.amount.minor, -_left(movements, payment), payment.gone_minor))
    if not minor and not fee_movements(step.entry):
        return None
    amount = Money(minor=minor, currency=payment.amount.currency)
    wanted = _reopened(movements, books, amount) if step.restores else {}
    again, later = _settled_again(movements, wanted, amount, books, payment, documents_max)
    movements = (*cash_movements(step.kind, amount, payment, step.entry), *again)
    moved = _moved(step.posting_id, value_date, movements, payment, books, now, complete=not later)
    state = PaymentState.SETTLED if minor else payment.state
    after = replace(moved.payment, state=state, plan=(*payment.plan, *later))
    return replace(moved, payment=after)


def _rest_of(
    step: Step,
    undone: tuple[Movement, ...],
    books: Books,
    payment: Payment,
    value_date: date,
    now: Now,
    documents_max: int,
) -> Moved | None:
    """Return the next part of what is to be settled again, None where nothing is left of it."""
    reopened = {m.document_id for m in undone}
    planned = {name: part.minor for name, part in payment.plan if name in reopened}
    if not planned or not step.restores:
        return None
    again, later = _settled_again(undone, planned, payment.unapplied, books, payment, documents_max)
    name = _part_id(step.posting_id, payment)
    moved = _moved(name, value_date, again, payment, books, now, complete=not later)
    others = tuple(line for line in payment.plan if line[0] not in reopened)
    return replace(moved, payment=replace(moved.payment, plan=(*others, *later)))


def _reopened(undone: tuple[Movement, ...], books: Books, amount: Money) -> dict[str, int]:
    """Return what of amount goes to which document that undone had reopened; minor, by id."""
    opened = _opened_by(undone)
    rest, found = amount.minor, {}
    for document_id, minor in reversed(opened.items()):
        document = books.document(document_id)
        found[document_id] = min(minor, rest, document.open.minor if document else 0)
        rest -= found[document_id]
    return {document_id: minor for document_id, minor in found.items() if minor}


def _opened_by(undone: tuple[Movement, ...]) -> dict[str, int]:
    opened: dict[str, int] = {}
    for movement in undone:
        if movement.kind is MovementKind.DEALLOCATION:
            before = opened.get(movement.document_id, 0)
            opened[movement.document_id] = before + movement.amount.minor
    return opened


def _settled_again(
    undone: tuple[Movement, ...],
    wanted: Mapping[str, int],
    here: Money,
    books: Books,
    payment: Payment,
    documents_max: int,
) -> tuple[tuple[Movement, ...], tuple[tuple[str, Money], ...]]:
    """Return what settles documents of wanted again by here, and what of wanted is left for later.

    What was taken back with the whole of a part (a discount, a small difference) is given again.
    """
    currency = payment.amount.currency
    opened = _opened_by(undone)
    rest = here.minor
    found: list[Movement] = []
    for document_id, minor in list(wanted.items())[:documents_max]:
        document = books.document(document_id)
        piece = min(minor, rest, document.open.minor if document else 0)
        if document is None or not piece:
            continue
        rest -= piece
        part = Money(minor=piece, currency=currency)
        found += allocated(payment.payment_id, document, part)
        lost = [m for m in undone if m.document_id == document_id and not m.source_id]
        room = document.open.minor - piece
        if piece == opened[document_id] and sum(m.amount.minor for m in lost) <= room:
            found += [_minus_movement(m) for m in lost]
    later = list(wanted.items())[documents_max:]
    plan = tuple((name, Money(minor=minor, currency=currency)) for name, minor in later)
    return tuple(found), plan


def _minus_movement(movement: Movement) -> Movement:
    tax = {rate: -minor for rate, minor in movement.tax.items()}
    return replace(movement, amount=-movement.amount, tax=tax)


def cash_movements(
    kind: MovementKind, amount: Money, payment: Payment, entry: BalanceEntry | None
) -> tuple[Movement, ...]:
    """Return the movement of a payment's money at the gateway, and that of what it cost.

    amount is in the payment's currency. Where the gateway moved another one, what it moved is kept
    with it: the rate is the gateway's. Where nothing of the payment moves, its cost stands alone.
    """
    if not amount:
        return fee_movements(entry)
    cash = other_cash(entry, amount.currency)
    moved = Movement(kind, amount, source_id=payment.payment_id, via=GATEWAY, cash=cash)
    return (moved, *fee_movements(entry))


def other_cash(entry: BalanceEntry | None, currency: str) -> Money | None:
    """Return what the balance moved by where that was not in currency, else None."""
    return entry.amount if entry and entry.amount.currency != currency else None


def late_entries(
    told: GatewayPayment, payment: Payment, known: Mapping[str, Posting], now: Now, day: date
) -> tuple[Posting, ...]:
    """Return what is missing where the gateway told only later what a step did to the balance.

    A fee is a posting of its own then. Money that moved in another currency is booked out and in
    again, with what the gateway moved.
    """
    came = Step(
        f"payment:{payment.payment_id}",
        MovementKind.PAYMENT,
        payment.amount,
        payment.received_at,
        told.came_in,
    )
    found: list[Posting] = []
    for step in (came, *gateway_steps(told, payment.payment_id)):
        posting = known.get(step.posting_id)
        if posting is not None and step.entry is not None:
            fx = payment.payment_id if step is came else step.entry.entry_id
            found += _missing(step.entry, f"fx:{fx}", posting, payment, known, now, day)
    return tuple(found)


def late_ids(told: GatewayPayment, payment_id: str) -> tuple[str, ...]:
    """Return the ids of all postings that what told says may have made."""
    steps = gateway_steps(told, payment_id)
    entries = [told.came_in, *(s.entry for s in steps)]
    ids = [f"payment:{payment_id}", f"fx:{payment_id}", *(s.posting_id for s in steps)]
    for entry in entries:
        if entry is not None:
            ids += [f"fee:{entry.entry_id}", f"fx:{entry.entry_id}"]
    return tuple(dict.fromkeys(ids))


def _missing(
    entry: BalanceEntry,
    fx: str,
    posting: Posting,
    payment: Payment,
    known: Mapping[str, Posting],
    now: Now,
    day: date,
) -> list[Posting]:
    found = []
    kept = any(m.reason == entry.entry_id for m in posting.movements)
    fee = f"fee:{entry.entry_id}"
    if entry.fee and not kept and fee not in known:
        found.append(Posting(fee, day, now.business, fee_movements(entry)))
    cash = other_cash(entry, payment.amount.currency)
    own = (m for m in posting.movements if m.source_id == payment.payment_id and m.via == GATEWAY)
    for moved in own:
        if fx not in known and _size(moved.cash) != _size(cash):
            undone = replace(moved, amount=-moved.amount, cash=-moved.cash if moved.cash else None)
            again = replace(moved, cash=cash)
            found.append(Posting(fx, posting.value_date, now.business, (undone, again)))
    return found


def _size(cash: Money | None) -> tuple[int, str] | None:
    return (abs(cash.minor), cash.currency) if cash else None


def fee_movements(entry: BalanceEntry | None) -> tuple[Movement, ...]:
    """Return what the gateway kept of a change of the balance, named by its id; often nothing."""
    if entry is None or not entry.fee:
        return ()
    kind = MovementKind.GATEWAY_FEE
    return (Movement(kind, entry.fee, via=GATEWAY, reason=entry.entry_id),)
