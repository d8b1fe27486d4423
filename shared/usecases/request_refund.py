"""Ask the gateway for a refund that is reserved, and note what it says, whenever it says it."""

from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.cash_step import Step
from shared.domain.clock import Now
from shared.domain.gateway import GatewayRefund, GatewayRefused, GatewayUnavailable
from shared.domain.money import Money
from shared.domain.payment_use import used
from shared.domain.refund import (
    KEY_REMEMBERED,
    OPEN,
    Refund,
    RefundState,
    failed_posting,
    moves,
    refund_state,
)
from shared.domain.tasks import Task
from shared.errors import NotFound, WriteConflict
from shared.ids import derived_id
from shared.usecases.cash_desk import Desk, look
from shared.usecases.try_again import try_again


class Gateway(Protocol):
    def refund(self, reference: str, amount: Money, refund_id: str) -> GatewayRefund: ...
    def refunds_of(self, reference: str) -> tuple[GatewayRefund, ...]: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What asking for a refund needs from outside."""

    desk: Desk
    gateway: Gateway


def request_refund(ports: Ports, entity_id: str, refund_id: str, now: Now) -> Refund:
    """Ask the gateway for a reserved refund and return how it stands then. Safe to repeat.

    No answer leaves it unknown: it is asked again later under the same id, which the gateway
    carries out once. A refusal gives the money back to the customer's unapplied money, with a task.
    """
    refund = ports.desk.cash.refund(entity_id, refund_id)
    if refund.state not in OPEN:
        return refund
    try:
        told = _known(ports.gateway, refund, now) or ports.gateway.refund(
            refund.payment_reference, refund.amount, refund_id
        )
    except GatewayUnavailable:
        return _moved(ports.desk, entity_id, refund_id, RefundState.UNKNOWN, "", now)
    except (GatewayRefused, NotFound):
        return _moved(ports.desk, entity_id, refund_id, RefundState.FAILED, "", now)
    return note_refund(ports.desk, entity_id, refund_id, told, now)


def _known(gateway: Gateway, refund: Refund, now: Now) -> GatewayRefund | None:
    """Return what the gateway knows of a refund that it may have been asked for, by our mark.

    Whoever asked may have died before noting it, and the gateway's memory of our key is shorter
    than a long outage. It surely remembers the key of a young one.
    """
    young = now.business - refund.created_at < KEY_REMEMBERED
    if refund.state is RefundState.REQUESTED and young:
        return None
    made = gateway.refunds_of(refund.payment_reference)
    return next((r for r in made if r.asked_as == refund.refund_id), None)


def note_refund(
    desk: Desk, entity_id: str, refund_id: str, told: GatewayRefund, now: Now
) -> Refund:
    """Note what the gateway says about a refund of ours, and return how it stands. Never back."""
    state = refund_state(told.status)
    return _moved(desk, entity_id, refund_id, state, told.refund_id, now)


def _moved(
    desk: Desk, entity_id: str, refund_id: str, state: RefundState, reference: str, now: Now
) -> Refund:
    return try_again(desk.pause, lambda: _move(desk, entity_id, refund_id, state, reference, now))


def _move(
    desk: Desk, entity_id: str, refund_id: str, state: RefundState, reference: str, now: Now
) -> Refund:
    refund = desk.cash.refund(entity_id, refund_id)
    still = state is refund.state and state in (RefundState.PENDING, RefundState.UNKNOWN)
    if not still and not moves(refund.state, state):
        return refund
    after = replace(
        refund,
        state=state,
        reference=reference or refund.reference,
        version=refund.version + 1,
    )
    at = look(desk, entity_id, refund.customer_id)
    step = Step(None, made=refund_id, refunds=((refund, after),))
    if state is RefundState.FAILED:
        step = _failure(desk, entity_id, refund, step, now)
    if desk.cash.write(at.entity, at.customer, at.books, step, now):
        return after
    # the gateway's event was first to book that it failed: only the refund's state is missing
    if desk.cash.write(
        at.entity, at.customer, at.books, replace(step, posting=None, payments=()), now
    ):
        return after
    raise WriteConflict(refund=refund_id)


def _failure(desk: Desk, entity_id: str, refund: Refund, step: Step, now: Now) -> Step:
    posting = failed_posting(refund, now.business)
    payment = desk.cash.find_payment(entity_id, refund.source_id)
    task = Task(
        task_id=derived_id("refund_failed", refund.refund_id),
        kind="refund",
        customer_id=refund.customer_id,
        title=f"A refund of {refund.amount} failed: the money waits as the customer's credit",
        created_at=now.business,
        due_on=now.business.date(),
        detail=refund.refund_id,
    )
    changed = ((payment, used(payment, posting.movements)),) if payment else ()
    return replace(step, posting=posting, payments=changed, task=task)
