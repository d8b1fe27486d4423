"""Note money that came by bank or by hand, or that is announced; and what becomes of the latter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from shared.domain.apply_cash import Applied, Part, apply_cash, oldest_first
from shared.domain.books import Books
from shared.domain.cash_step import Asked, PossibleDuplicate, Step
from shared.domain.clock import Now
from shared.domain.payment import Payment, PaymentState, payment_posting
from shared.domain.payment_use import used
from shared.domain.receive import (
    Received,
    check_difference,
    check_received,
    payment_of,
    settles_on,
)
from shared.domain.remittance import said
from shared.domain.step_size import DOCUMENTS_MAX
from shared.domain.tasks import Task
from shared.errors import Conflict, WriteConflict
from shared.ids import derived_id
from shared.usecases.cash_desk import (
    Desk,
    Look,
    finish_plan,
    look,
    once,
    planned_on,
    write,
)


def record_payment(
    desk: Desk,
    entity_id: str,
    customer_id: str,
    received: Received,
    parts: Sequence[Part] | None,
    asked: Asked,
    now: Now,
) -> Payment:
    """Book money from a customer, use it for parts (None: the oldest first), and return it.

    The rest stays the customer's unapplied money, with a task. Announced money settles nothing:
    it counts as processing until settle_payment() or fail_payment(). Raises NotFound for the
    customer or a document, InvalidInput, CurrencyMismatch, PossibleDuplicate, RequestReused.
    """
    made = once(
        desk,
        entity_id,
        asked,
        lambda: _record(desk, entity_id, customer_id, received, parts, asked, now),
    )
    return finish_plan(desk, entity_id, made, now)


def settle_payment(
    desk: Desk, entity_id: str, payment_id: str, received_on: date, asked: Asked, now: Now
) -> Payment:
    """Book an announced payment that came on received_on, as it was announced; return it.

    Raises NotFound, InvalidInput for the day, and Conflict where it is not pending.
    """
    made = once(
        desk,
        entity_id,
        asked,
        lambda: _settle(desk, entity_id, payment_id, received_on, asked, now),
    )
    return finish_plan(desk, entity_id, made, now)


def fail_payment(desk: Desk, entity_id: str, payment_id: str, asked: Asked, now: Now) -> Payment:
    """Note that an announced payment will not come, and return it. The sweep looks again.

    Raises NotFound, and Conflict where it is not pending.
    """

    def work() -> str:
        payment = _pending(desk, entity_id, payment_id)
        at = look(desk, entity_id, payment.customer_id)
        failed = replace(payment, state=PaymentState.FAILED, plan=(), version=payment.version + 1)
        step = Step(
            None,
            ((payment, failed),),
            payment_id,
            asked,
            look=f"payment:{payment_id}:{failed.version}",
        )
        write(desk, at, step, now)
        return payment_id

    return desk.cash.payment(entity_id, once(desk, entity_id, asked, work))


def _record(
    desk: Desk,
    entity_id: str,
    customer_id: str,
    received: Received,
    parts: Sequence[Part] | None,
    asked: Asked,
    now: Now,
) -> str:
    named = [p.document_id for p in parts or ()]
    at = look(desk, entity_id, customer_id, named)
    today = now.today(at.entity.time_zone)  # a bank's day is that of the account it keeps
    check_received(received, today)
    plan = _plan(received, parts, at.books)
    payment = payment_of(entity_id, customer_id, received, asked)
    if desk.cash.find_payment(entity_id, payment.payment_id) is not None:
        if desk.cash.done(entity_id, asked) is not None:
            raise WriteConflict(payment=payment.payment_id)
        raise PossibleDuplicate(payment=payment.payment_id)
    if received.pending:
        noted = planned_on(payment, [replace(p, deduction=None) for p in plan])
        write(desk, at, Step(None, ((None, noted),), payment.payment_id, asked), now)
        return payment.payment_id
    done = _applied(payment, plan, at, converted=received.cash is not None and bool(parts))
    after = replace(
        planned_on(used(payment, done.movements, at.books.documents), done.left), version=1
    )
    step = Step(
        payment_posting(after, done.movements, now, asked.by, asked.note),
        ((None, after),),
        payment.payment_id,
        asked,
        task=_task(after, done, today, now),
        receipt=received.receipt,
    )
    write(desk, at, step, now)
    return payment.payment_id


def _settle(
    desk: Desk, entity_id: str, payment_id: str, received_on: date, asked: Asked, now: Now
) -> str:
    payment = _pending(desk, entity_id, payment_id)
    at = look(desk, entity_id, payment.customer_id, [d for d, _ in payment.plan])
    today = now.today(at.entity.time_zone)  # a bank's day is that of the account it keeps
    settles_on(payment, received_on, today)
    came = replace(
        payment, received_on=received_on, state=PaymentState.SETTLED, version=payment.version + 1
    )
    plan = tuple(Part(document_id, part) for document_id, part in payment.plan)
    done = _applied(came, plan, at)
    after = planned_on(used(came, done.movements, at.books.documents), done.left)
    step = Step(
        payment_posting(after, done.movements, now, asked.by, asked.note),
        ((payment, after),),
        payment_id,
        asked,
        task=_task(after, done, today, now),
        look=f"payment:{payment_id}:{after.version}",
    )
    write(desk, at, step, now)
    return payment_id


def _plan(received: Received, parts: Sequence[Part] | None, books: Books) -> tuple[Part, ...]:
    day, money = received.received_on, received.amount
    if parts is None:
        return oldest_first(books.documents, money.currency, day)
    converted = received.cash is not None
    plan = said(
        parts,
        books,
        money,
        day,
        together_max=DOCUMENTS_MAX,
        paid_too=True,
        bounded=not converted,
    )
    if converted and plan:
        check_difference(received, plan, DOCUMENTS_MAX)
    return plan


def _applied(
    payment: Payment, plan: tuple[Part, ...], at: Look, *, converted: bool = False
) -> Applied:
    return apply_cash(
        payment.payment_id,
        payment.amount,
        plan,
        at.books,
        payment.received_on,
        at.tolerance,
        DOCUMENTS_MAX,
        converted=converted,
    )


def _pending(desk: Desk, entity_id: str, payment_id: str) -> Payment:
    payment = desk.cash.payment(entity_id, payment_id)
    if payment.state is not PaymentState.PENDING:
        raise Conflict(payment=payment_id, reason=f"it is {payment.state}")
    return payment


def _task(payment: Payment, done: Applied, today: date, now: Now) -> Task | None:
    """Return the work that an unapplied rest makes once the whole plan was looked at."""
    if payment.plan or not done.unapplied:
        return None
    return Task(
        task_id=derived_id("unapplied", payment.payment_id),
        kind="unapplied",
        customer_id=payment.customer_id,
        title=f"{done.unapplied} of a payment is for nothing open: allocate or refund it",
        created_at=now.business,
        due_on=today,
        detail=payment.external_id,
    )
