"""Take a payment out of the books: a transfer bounced, or it was somebody else's money."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from shared.domain.books import Books
from shared.domain.cash_step import Asked, Step
from shared.domain.clock import Now
from shared.domain.counter_entries import freed_by, given_again, taken_back
from shared.domain.discount import discounts_of
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.payment import GONE_IN_ERP, Allocation, Payment, PaymentState
from shared.domain.payment_use import cash_of, used, without_excess
from shared.domain.step_size import DOCUMENTS_MAX
from shared.errors import Conflict, InvalidInput
from shared.usecases.cash_desk import Desk, Look, look, once, write
from shared.usecases.try_again import try_again

REASONS = ("bounced", "recalled", "wrong_customer", "noted_twice", "other")
_NEVER_HIS = ("wrong_customer", "noted_twice")
_UNNAMED = Asked("", "", "")


class Stuck(Conflict):
    """A document has no room for the money that is to be taken from it."""

    code = "money_used_elsewhere"
    help = "The document's total was lowered: move what it gave back, then try again."


def reverse_payment(
    desk: Desk,
    entity_id: str,
    payment_id: str,
    reason: str,
    returned_on: date | None,
    asked: Asked,
    now: Now,
) -> Payment:
    """Undo a payment by counter-entries, and return it.

    What it paid is open again with the due dates it had; discounts and small differences are taken
    back. returned_on is the value date: today where None, and for money that never was this
    customer's the day on which it came. The gateway's own returns come from the gateway. Raises
    NotFound, InvalidInput, and Conflict where the money is not here.
    """
    if reason not in REASONS:
        raise InvalidInput(field="reason", reason=", ".join(REASONS))

    def work() -> str:
        payment = desk.cash.payment(entity_id, payment_id)
        if _is_reversing(payment):
            _more(desk, entity_id, payment, asked, now)
            return payment_id
        if payment.state is not PaymentState.SETTLED or payment.source == "gateway":
            why = "the gateway tells" if payment.source == "gateway" else f"it is {payment.state}"
            raise Conflict(payment=payment_id, reason=why)
        _step(desk, entity_id, payment, reason, returned_on, asked, now)
        return payment_id

    once(desk, entity_id, asked, work)
    return finish_reversal(desk, entity_id, payment_id, now)


def take_back_gone(
    desk: Desk, entity_id: str, payment_id: str, gone_on: date | None, now: Now
) -> Payment:
    """Undo a payment that the ERP, which took the money, has no more, and return it.

    The ERP is told only what this hub had changed of it since: the rest it did itself. gone_on is
    the value date, the day on which it came where None. A payment that is no more stays as it is.
    Raises NotFound, and Conflict where its money is not here.
    """

    def work() -> None:
        payment = desk.cash.payment(entity_id, payment_id)
        if payment.state is PaymentState.SETTLED:
            _step(desk, entity_id, payment, GONE_IN_ERP, gone_on, _UNNAMED, now)

    try_again(desk.pause, work)
    return finish_reversal(desk, entity_id, payment_id, now)


def finish_reversal(desk: Desk, entity_id: str, payment_id: str, now: Now) -> Payment:
    """Take back what a reversal that was begun has left, step by step, and return the payment.

    Reason, day and person are those of its first step. Any other payment stays as it is.
    """
    stepped = False

    def step() -> bool:
        payment = desk.cash.payment(entity_id, payment_id)
        if _is_reversing(payment):
            _more(desk, entity_id, payment, _UNNAMED, now)
            return True
        return False

    while try_again(desk.pause, step):
        stepped = True
    payment = desk.cash.payment(entity_id, payment_id)
    if stepped:
        desk.cash.plan_done(entity_id, payment)
    return payment


def _is_reversing(payment: Payment) -> bool:
    return payment.state is PaymentState.RETURNED and payment.unfinished


def _more(desk: Desk, entity_id: str, payment: Payment, asked: Asked, now: Now) -> None:
    name = f"return:{payment.payment_id}"
    begun = desk.cash.posting(entity_id, payment.customer_id, name)
    if begun is None:
        raise Conflict(payment=payment.payment_id, reason="its reversal has no first step")
    reason = next((m.reason for m in begun.movements if m.kind is MovementKind.RETURN), "other")
    said = replace(asked, by=asked.by or begun.by, note=asked.note or begun.note)
    _step(desk, entity_id, payment, reason, begun.value_date, said, now)


def _step(
    desk: Desk,
    entity_id: str,
    payment: Payment,
    reason: str,
    returned_on: date | None,
    asked: Asked,
    now: Now,
) -> None:
    """Take back the newest allocations and let their money leave in the same posting.

    The money leaves in the posting that frees it, so no step leaves credit that does not exist.
    """
    newest = payment.allocations[-DOCUMENTS_MAX:]
    first = payment.state is PaymentState.SETTLED
    came = None
    if first and reason == GONE_IN_ERP:
        name = f"payment:{payment.payment_id}"
        came = desk.cash.posting(entity_id, payment.customer_id, name)
    erps = _of_the_erp(payment, came) if came else {}
    named = dict.fromkeys([*(a.document_id for a in newest), *erps])
    at = look(desk, entity_id, payment.customer_id, list(named))
    day = _day(at, payment, reason, returned_on, now)
    movements = taken_back(payment.payment_id, newest, payment.amount, at.books, day, reason)
    freed = freed_by(movements, payment.payment_id)
    if freed < sum(a.amount.minor for a in newest):
        raise Stuck(payment=payment.payment_id)
    movements = (*movements, *_left(payment, freed, reason))
    name = f"return:{payment.payment_id}" + ("" if first else f":{payment.version}")
    after = without_excess(used(payment, movements))
    after = replace(after, state=PaymentState.RETURNED, plan=())
    step = Step(
        Posting(name, day, now.business, movements, asked.by, asked.note) if movements else None,
        ((payment, after),),
        payment.payment_id,
        asked,
        look=f"payment:{payment.payment_id}:{after.version}",
        erp_did=_undone_by_the_erp(at.books, erps),
        told_alone={d: -minor for d, minor in discounts_of(came.movements).items()} if came else {},
    )
    write(desk, at, step, now)


def _left(payment: Payment, freed_minor: int, reason: str) -> tuple[Movement, ...]:
    """Return how what was freed leaves with all that is still here of payment, where it is any."""
    again = given_again(payment, payment.kept_minor)
    here = payment.unapplied.minor + sum(m.amount.minor for m in again)
    leaves = Money(minor=freed_minor + here, currency=payment.amount.currency)
    if not leaves:
        return ()
    left = Movement(
        MovementKind.RETURN,
        -leaves,
        source_id=payment.payment_id,
        reason=reason,
        via=payment.source,
        cash=cash_of(payment, leaves),
    )
    return (*again, left)


def _undone_by_the_erp(books: Books, erps: Mapping[str, Money]) -> tuple[Allocation, ...]:
    """Return what the ERP took back itself, by document."""
    return tuple(
        Allocation(d.document_id, d.number, d.external_id, -erps[d.document_id])
        for d in books.documents
        if d.document_id in erps
    )


def _of_the_erp(payment: Payment, came: Posting) -> dict[str, Money]:
    """Return what the ERP had of the payment, by document id: all of it, on one invoice."""
    if payment.excess is not None:
        return {payment.excess.document_id: payment.amount}
    settled: dict[str, Money] = {}
    for movement in came.movements:
        if movement.kind is MovementKind.ALLOCATION:
            known = settled.get(movement.document_id, Money.zero(movement.amount.currency))
            settled[movement.document_id] = known - movement.amount
    return settled


def _day(at: Look, payment: Payment, reason: str, returned_on: date | None, now: Now) -> date:
    if reason in _NEVER_HIS:
        return payment.received_on
    today = now.today(at.entity.time_zone)
    if reason == GONE_IN_ERP:
        return min(max(returned_on or payment.received_on, payment.received_on), today)
    day = returned_on or today
    if not payment.received_on <= day <= today:
        raise InvalidInput(field="returned_on", reason="after it came, and not in the future")
    return day
