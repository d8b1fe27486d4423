"""Money back to a customer: reserved first, then asked of the gateway, and never asked twice."""

from shared.domain.cash_step import Asked, Step
from shared.domain.clock import Now
from shared.domain.counter_entries import freed_by, taken_back
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind
from shared.domain.payment import Payment
from shared.domain.payment_use import cash_of, used
from shared.domain.refund import NotRefundable, Refund, RefundDraft, RefundState
from shared.domain.step_size import DOCUMENTS_MAX
from shared.errors import Conflict, CurrencyMismatch, InvalidInput, NotFound
from shared.ids import requested_id
from shared.usecases.cash_desk import (
    Desk,
    Look,
    is_here,
    look,
    once,
    posting_of,
    write,
)

_BY_HAND = "bank"


def refund_payment(
    desk: Desk,
    entity_id: str,
    customer_id: str,
    draft: RefundDraft,
    asked: Asked,
    now: Now,
) -> Refund:
    """Give a payment's or credit note's unapplied money back, and return the refund.

    The money leaves the books here; what came through the gateway is then asked of it, anything
    else a person transfers. What is released of a payment is its newest allocation first. Raises
    NotFound, NotRefundable with what is, Conflict where the payment's money is not here, and
    InvalidInput.
    """

    def work() -> str:
        payment = desk.cash.find_payment(entity_id, draft.source_id)
        newest = payment.allocations[-DOCUMENTS_MAX:] if payment and draft.release else ()
        at = look(desk, entity_id, customer_id, [a.document_id for a in newest])
        step = _decide(at, payment, draft, asked, now)
        write(desk, at, step, now)
        return step.made

    return desk.cash.refund(entity_id, once(desk, entity_id, asked, work))


def _decide(at: Look, payment: Payment | None, draft: RefundDraft, asked: Asked, now: Now) -> Step:
    source_id, amount = draft.source_id, draft.amount
    credit = at.books.credit(source_id)
    if credit is None and payment is None:
        raise NotFound(source=source_id[:64])
    currency = payment.amount.currency if payment else amount.currency
    waiting = credit.unapplied if credit else Money.zero(currency)
    if amount.currency != waiting.currency:
        raise CurrencyMismatch(left=amount.currency, right=waiting.currency)
    if amount.minor <= 0:
        raise InvalidInput(field="amount", reason="it must be above zero")
    movements: tuple[Movement, ...] = ()
    if payment is not None:
        if payment.customer_id != at.customer.customer_id:
            raise NotFound(source=source_id[:64])
        if not is_here(payment) or payment.plan:
            raise Conflict(payment=source_id, reason=f"it is {payment.state}, or being allocated")
        if draft.release and waiting < amount:
            movements = _released(at, payment, amount - waiting, now)
    if waiting.minor + freed_by(movements, source_id) < amount.minor:
        raise NotRefundable(refundable=str(waiting), allocated=_allocated(payment))
    return _step(at, payment, draft, movements, asked, now)


def _step(
    at: Look,
    payment: Payment | None,
    draft: RefundDraft,
    movements: tuple[Movement, ...],
    asked: Asked,
    now: Now,
) -> Step:
    amount = draft.amount
    entity_id = at.entity.entity_id
    via = payment.source if payment else _BY_HAND
    refund = Refund(
        refund_id=requested_id(asked.request_id, now.wall, "refund", entity_id),
        customer_id=at.customer.customer_id,
        source_id=draft.source_id,
        amount=amount,
        via=via,
        reason=draft.reason,
        by=asked.by,
        created_at=now.business,
        state=RefundState.REQUESTED if via == "gateway" else RefundState.DONE,
        payment_reference=payment.gateway_reference if payment else "",
    )
    goes = Movement(
        MovementKind.REFUND,
        -amount,
        source_id=draft.source_id,
        reason=draft.reason,
        via=via,
        # what the gateway really moves is its own to say, when it has
        cash=cash_of(payment, amount) if payment and via != "gateway" else None,
    )
    movements = (*movements, goes)
    return Step(
        posting_of(refund.posting_id, at, movements, asked, now),
        ((payment, used(payment, movements)),) if payment else (),
        refund.refund_id,
        asked,
        refunds=((None, refund),),
    )


def _released(at: Look, payment: Payment, wanted: Money, now: Now) -> tuple[Movement, ...]:
    newest = payment.allocations[-DOCUMENTS_MAX:]
    today = now.today(at.customer.time_zone)
    return taken_back(payment.payment_id, newest, wanted, at.books, today, "refunded")


def _allocated(payment: Payment | None) -> str:
    if payment is None:
        return ""
    return str(payment.here - payment.unapplied)
