"""What every desk of people's work on money shares: its ports, and how a step is made true."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.apply_cash import Part, apply_cash
from shared.domain.books import Books
from shared.domain.cash_rules import Tolerance
from shared.domain.cash_step import Asked, Done, Step
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.money import Money
from shared.domain.movement import Movement, Posting
from shared.domain.payment import Payment, PaymentState, allocation_posting
from shared.domain.payment_use import used
from shared.domain.refund import Refund
from shared.domain.step_size import DOCUMENTS_MAX
from shared.errors import WriteConflict
from shared.usecases.asked_once import same
from shared.usecases.ports.accounts import Accounts
from shared.usecases.ports.books import ReadsBooks
from shared.usecases.try_again import try_again


class CashBook(ReadsBooks, Protocol):
    def payment(self, entity_id: str, payment_id: str) -> Payment: ...
    def find_payment(self, entity_id: str, payment_id: str) -> Payment | None: ...
    def refund(self, entity_id: str, refund_id: str) -> Refund: ...
    def done(self, entity_id: str, asked: Asked) -> Done | None: ...
    def posting(self, entity_id: str, customer_id: str, posting_id: str) -> Posting | None: ...
    def plan_done(self, entity_id: str, payment: Payment) -> None: ...
    def write(
        self, entity: Entity, customer: Customer, books: Books, step: Step, now: Now
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What work on money needs from outside. pause waits before try n (from 0)."""

    cash: CashBook
    accounts: Accounts
    pause: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Look:
    """One consistent look at a customer, at which something is decided."""

    entity: Entity
    customer: Customer
    books: Books

    @property
    def tolerance(self) -> Tolerance:
        """Return how small a difference this entity does not chase."""
        return Tolerance(self.entity.tolerance, self.entity.tolerance_percent)


def look(desk: Desk, entity_id: str, customer_id: str, closed: Sequence[str] = ()) -> Look:
    """Return the customer's books: all that is open, and of closed. Raises NotFound."""
    entity = desk.accounts.entity(entity_id)
    return Look(entity, *desk.cash.look(entity_id, customer_id, closed))


def once(desk: Desk, entity_id: str, asked: Asked, work: Callable[[], str]) -> str:
    """Return what asked made: what work returns, or what it returned the first time.

    work is done anew from its first read when another writer was first. Raises RequestReused where
    the request said something else before, and WriteConflict where it is contended.
    """

    def first() -> str:
        done = same(desk.cash.done(entity_id, asked), asked)
        return work() if done is None else done.made

    return try_again(desk.pause, first)


def write(desk: Desk, at: Look, step: Step, now: Now) -> None:
    """Make step true. Raises WriteConflict where it, or something before it, was written first."""
    if not desk.cash.write(at.entity, at.customer, at.books, step, now):
        raise WriteConflict(made=step.made)


def finish_plan(desk: Desk, entity_id: str, payment_id: str, now: Now) -> Payment:
    """Allocate what is left of a payment's plan, step by step, and return the payment.

    Whoever finishes a plan takes the payment off the list of what waits.
    """
    begun = False
    while True:
        payment, stepped = try_again(
            desk.pause, lambda: _next_part(desk, entity_id, payment_id, now)
        )
        begun = begun or stepped
        if not stepped or not payment.plan:
            break
    if begun and not payment.unfinished:
        desk.cash.plan_done(entity_id, payment)
    return payment


def go_on(desk: Desk, entity_id: str, payment_id: str, now: Now) -> Payment:
    """Finish the plan of a payment that somebody left half done, and take it off the list."""
    payment = finish_plan(desk, entity_id, payment_id, now)
    if not payment.unfinished:
        desk.cash.plan_done(entity_id, payment)
    return payment


def _next_part(desk: Desk, entity_id: str, payment_id: str, now: Now) -> tuple[Payment, bool]:
    """Allocate the next part of a plan; return the payment then, and whether there was a part."""
    payment = desk.cash.payment(entity_id, payment_id)
    if not payment.plan or not is_here(payment):
        return payment, False
    planned = [document_id for document_id, _ in payment.plan]
    at = look(desk, entity_id, payment.customer_id, planned)
    credit = at.books.credit(payment_id)
    rest = credit.unapplied if credit else Money.zero(payment.amount.currency)
    parts = [Part(document_id, part) for document_id, part in payment.plan]
    done = apply_cash(
        payment_id, rest, parts, at.books, payment.received_on, at.tolerance, DOCUMENTS_MAX
    )
    after = planned_on(used(payment, done.movements, at.books.documents), done.left)
    posting = allocation_posting(payment, done.movements, now) if done.movements else None
    write(desk, at, Step(posting, ((payment, after),), payment_id), now)
    return after, True


def is_here(payment: Payment) -> bool:
    """Return whether the payment's money came and was not taken back."""
    return payment.state is PaymentState.SETTLED


def planned_on(payment: Payment, left: Sequence[Part]) -> Payment:
    """Return payment with left as what is still to be allocated."""
    plan = tuple((part.document_id, part.amount) for part in left if part.amount is not None)
    return replace(payment, plan=plan)


def posting_of(
    name: str, at: Look, movements: Sequence[Movement], asked: Asked, now: Now
) -> Posting:
    """Return a posting of today that a person asked for."""
    today = now.today(at.customer.time_zone)
    return Posting(name, today, now.business, tuple(movements), asked.by, asked.note)
