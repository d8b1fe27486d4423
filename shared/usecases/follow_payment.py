"""Bring a booked payment to where the gateway says it is: refunds, disputes, returns, fees."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from shared.domain.agreement import Hold
from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayPayment
from shared.domain.gateway_follow_up import hold_after, hold_id_of, lost_task, task_after
from shared.domain.gateway_postings import late_entries, late_ids, not_taken, step_posting
from shared.domain.gateway_steps import Step, gateway_steps
from shared.domain.money import Money
from shared.domain.movement import Posting
from shared.domain.payment import Payment
from shared.domain.step_size import DOCUMENTS_MAX
from shared.domain.tasks import Task
from shared.usecases.ports.books import ReadsBooks


class GatewayBooks(ReadsBooks, Protocol):
    def known(
        self, entity_id: str, customer_id: str, posting_ids: Sequence[str]
    ) -> Mapping[str, Posting]: ...
    def parts(self, entity_id: str, customer_id: str, posting_id: str) -> Mapping[str, Posting]: ...
    def note(self, entity_id: str, customer_id: str, posting: Posting) -> bool: ...
    def move(
        self,
        entity: Entity,
        customer: Customer,
        books: Books,
        posting: Posting,
        payment: tuple[Payment, Payment],
        now: Now,
        hold: Hold | None,
        task: Task | None,
    ) -> bool: ...
    def lift(
        self, entity: Entity, customer_id: str, hold_id: str, today: date, task: Task | None
    ) -> bool: ...


def missing_steps(
    store: GatewayBooks, entity_id: str, told: GatewayPayment, payment: Payment
) -> tuple[Step, ...]:
    """Return the steps of told that our books do not have yet, or not wholly; oldest first."""
    steps = gateway_steps(told, payment.payment_id)
    if not steps:
        return ()
    known = store.known(entity_id, payment.customer_id, [s.posting_id for s in steps])
    unsettled = bool(payment.plan)
    return tuple(
        s
        for s in steps
        if s.posting_id not in known
        or (s.restores and unsettled)
        or (payment.here and _lacks(store, entity_id, s, payment, known))
    )


def _lacks(
    store: GatewayBooks, entity_id: str, step: Step, payment: Payment, known: Mapping[str, Posting]
) -> Money:
    """Return what step, which is known, was to take and did not: often nothing."""
    if not_taken(step, payment, known):
        known = {**known, **store.parts(entity_id, payment.customer_id, step.posting_id)}
    return not_taken(step, payment, known)


def beyond(
    store: GatewayBooks, entity_id: str, told: GatewayPayment, payment: Payment
) -> Mapping[str, Money]:
    """Return what the gateway took beyond what payment held, by the posting that is short of it."""
    steps = gateway_steps(told, payment.payment_id)
    known = store.known(entity_id, payment.customer_id, [s.posting_id for s in steps])
    found = {s.posting_id: _lacks(store, entity_id, s, payment, known) for s in steps}
    return {name: money for name, money in found.items() if money}


class Taken(StrEnum):
    """What came of a step: all of it is booked, more of it is to be, or it was not all there."""

    DONE = "done"
    MORE = "more"
    SHORT = "short"


def take_step(store: GatewayBooks, entity: Entity, payment: Payment, step: Step, now: Now) -> Taken:
    """Write the next posting of step. Raises WriteConflict when somebody was first."""
    whose = (entity.entity_id, payment.customer_id)
    ids = [i for i in (step.posting_id, step.undoes, step.undone_by) if i]
    known = store.known(*whose, ids)
    further = step.posting_id in known
    going_on = step.restores and payment.plan
    if further and not going_on and not _lacks(store, entity.entity_id, step, payment, known):
        return Taken.DONE
    for posting_id in ids:
        known = {**known, **store.parts(*whose, posting_id)}
    touched = {a.document_id for a in payment.allocations}
    touched |= {m.document_id for p in known.values() for m in p.movements if m.document_id}
    customer, books = store.look(*whose, sorted(touched))
    today, value_date = now.today(customer.time_zone), _day(customer, step.at)
    moved = step_posting(step, books, payment, known, value_date, now, DOCUMENTS_MAX)
    if moved is None:
        # somebody else's step may have come between: what lacks is looked up by whoever reports it
        return Taken.DONE if step.comes_back else Taken.SHORT
    taking = further and not step.restores
    hold = None if taking else hold_after(step, moved, today)
    task = None if taking else task_after(step, moved, payment, today, now)
    change = (payment, moved.payment)
    new = store.move(entity, customer, books, moved.posting, change, now, hold, task)
    if not moved.complete:
        return Taken.MORE
    return Taken.SHORT if new and moved.short else Taken.DONE


def note_late_entries(
    store: GatewayBooks, entity_id: str, told: GatewayPayment, payment: Payment, now: Now
) -> int:
    """Write the fees and rates that the gateway told only after the money was booked; say how many.

    A fee counts for the day on which the payment was received.
    """
    whose = (entity_id, payment.customer_id)
    known = store.known(*whose, late_ids(told, payment.payment_id))
    late = late_entries(told, payment, known, now, payment.received_on)
    return sum(store.note(*whose, posting) for posting in late)


def end_holds(
    store: GatewayBooks, entity: Entity, told: GatewayPayment, payment: Payment, now: Now
) -> None:
    """Let chasing go on where a dispute is decided; where it is lost, a person is asked."""
    for dispute in told.disputes:
        if not dispute.decided or dispute.withdrawn is None:
            continue
        customer, _ = store.look(entity.entity_id, payment.customer_id)
        today = now.today(customer.time_zone)
        lost = dispute.reinstated is None
        task = lost_task(dispute, payment, (), today, now) if lost else None
        store.lift(entity, payment.customer_id, hold_id_of(dispute), today, task)


def _day(customer: Customer, instant: datetime) -> date:
    return Now(instant, instant).today(customer.time_zone)
