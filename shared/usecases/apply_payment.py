"""Book one payment that the gateway has: once, whatever the number of hints that lead here."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from shared.domain.checkout import CheckoutState
from shared.domain.clock import Now
from shared.domain.discount import with_discounts
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayPayment, GatewayRefused, GatewayUnavailable
from shared.domain.gateway_follow_up import short_task
from shared.domain.gateway_postings import MORE_THAN_PAID, fee_movements, other_cash
from shared.domain.gateway_steps import Step
from shared.domain.money import Money
from shared.domain.payment import Payment, payment_id
from shared.domain.settle import Settlement, settle
from shared.domain.standing import Standing
from shared.domain.step_size import DOCUMENTS_MAX
from shared.domain.tasks import Task
from shared.errors import NotFound
from shared.ids import derived_id
from shared.usecases.follow_payment import (
    Taken,
    beyond,
    end_holds,
    missing_steps,
    note_late_entries,
    take_step,
)
from shared.usecases.give_mandate import end_returned
from shared.usecases.money_in import BOOKED, Outcome, Ports, not_ours, park
from shared.usecases.try_again import try_again


def apply_payment(ports: Ports, entity_id: str, told: GatewayPayment, now: Now) -> Outcome:
    """Book a succeeded payment as its checkout planned, and return what became of it.

    The amount is the gateway's. Each planned document gets at most what is open; what nobody
    planned for, or what was settled meanwhile, stays as the customer's credit with a task. What
    cannot be placed without guessing is parked. What has left again since is booked as well.
    """
    if told.entity_id != entity_id:
        return not_ours(ports, entity_id, told.entity_id, told.reference, now)
    amount = told.amount
    if amount is None:
        return park(ports, entity_id, told.odd, told.reference, now)
    outcome = try_again(ports.pause, lambda: _book(ports, entity_id, told, amount, now))
    whole = outcome == BOOKED and not told.has_gone_back
    if outcome.state != "done" or whole:
        return outcome
    followed = follow_payment(ports, entity_id, told, now)
    return outcome if followed.code == "known" else followed


def follow_payment(ports: Ports, entity_id: str, told: GatewayPayment, now: Now) -> Outcome:
    """Bring a booked payment to where the gateway says it is; return "moved" or "known".

    Refunds, disputes, returns and fees are booked once each, in the order of the gateway. What is
    more than the payment still holds is parked, with a task that names the figures; it is taken as
    soon as money of the payment comes back.
    """
    booked_as = payment_id(entity_id, told.reference)
    entity = ports.entities.entity(entity_id)
    payment = ports.payments.payment(entity_id, booked_as)
    steps = missing_steps(ports.books, entity_id, told, payment)
    short, left = False, steps
    while left:
        taken = [_take(ports, entity, booked_as, step, now) for step in left]
        short = short or Taken.SHORT in taken
        payment = ports.payments.payment(entity_id, booked_as)
        before, left = left, missing_steps(ports.books, entity_id, told, payment)
        if Taken.SHORT not in taken or len(left) == len(before):
            break
    late = note_late_entries(ports.books, entity_id, told, payment, now)
    end_holds(ports.books, entity, told, payment, now)
    if told.mandate_id:
        end_returned(ports, entity_id, told, now)
    if short:
        return _short(ports, entity, told, booked_as, now)
    return Outcome("done", "moved" if steps or late else "known")


def follow_again(ports: Ports, entity_id: str, reference: str, now: Now) -> Outcome:
    """Ask the gateway about a payment whose money came back here, and take what still lacks."""
    return follow_payment(ports, entity_id, ports.gateway.payment(reference), now)


def _short(ports: Ports, entity: Entity, told: GatewayPayment, booked_as: str, now: Now) -> Outcome:
    payment = ports.payments.payment(entity.entity_id, booked_as)
    lacking = beyond(ports.books, entity.entity_id, told, payment)
    if not lacking:
        return Outcome("done", "moved")
    task = short_task(lacking, payment, now.today(entity.time_zone), now)
    facts = {"customer_id": payment.customer_id, **{n: str(m) for n, m in lacking.items()}}
    reference = told.reference
    return park(ports, entity.entity_id, MORE_THAN_PAID, reference, now, task, **facts)


def _take(ports: Ports, entity: Entity, booked_as: str, step: Step, now: Now) -> Taken:
    """Book one step, part by part, and return what came of it."""

    def next_part() -> Taken:
        payment = ports.payments.payment(entity.entity_id, booked_as)
        return take_step(ports.books, entity, payment, step, now)

    taken = Taken.MORE
    while taken is Taken.MORE:
        taken = try_again(ports.pause, next_part)
    return taken


def _book(ports: Ports, entity_id: str, told: GatewayPayment, amount: Money, now: Now) -> Outcome:
    standing = ports.payments.standing(entity_id, told.customer_id, told.checkout_id)
    if standing is None:
        if ports.payments.booked(entity_id, [told.reference]):
            return Outcome("done", "known")  # its checkout has been forgotten since
        return park(ports, entity_id, "unknown_checkout", told.reference, now)
    checkout = standing.checkout
    if amount.currency != checkout.amount.currency:
        return park(ports, entity_id, "currency_mismatch", told.reference, now)
    booked_as = payment_id(entity_id, told.reference)
    documents = standing.books.documents
    settlement = settle(booked_as, amount, checkout.allocations, documents, DOCUMENTS_MAX)
    settlement = _discounted(standing, settlement, told)
    payment = Payment(
        payment_id=booked_as,
        customer_id=told.customer_id,
        amount=amount,
        method=told.method,
        received_on=_day(standing, told.received_at),
        received_at=told.received_at,
        gateway_reference=told.reference,
        checkout_id=checkout.checkout_id,
        allocations=settlement.allocations,
        plan=settlement.left,
        cash=other_cash(told.came_in, amount.currency),
    )
    fees = fee_movements(told.came_in)
    with_fees = replace(settlement, movements=(*settlement.movements, *fees))
    task = _task(standing, payment, settlement, now)
    booked_by_this = (CheckoutState.PAID, told.reference)
    new = (checkout.state, checkout.gateway_reference) != booked_by_this
    new = new and ports.payments.apply(entity_id, standing, payment, with_fees, now, task)
    if not new:
        payment = ports.payments.payment(entity_id, booked_as)
    else:
        _close_other_pages(ports, standing, settlement)
    if payment.plan:
        _finish_plan(ports, entity_id, booked_as, told, now)
    return BOOKED if new else Outcome("done", "known")


def _discounted(standing: Standing, settlement: Settlement, told: GatewayPayment) -> Settlement:
    """Return settlement with the early-payment discounts that it earns.

    The value date is the day on which the page was opened, if that was before the money came: what
    the page asked for is what closes a document.
    """
    days = [_day(standing, told.received_at), _day(standing, standing.checkout.created_at)]
    movements = with_discounts(standing.books.documents, settlement.movements, min(days))
    return replace(settlement, movements=movements)


def _day(standing: Standing, instant: datetime) -> date:
    return Now(instant, instant).today(standing.customer.time_zone)


def _close_other_pages(ports: Ports, standing: Standing, settlement: Settlement) -> None:
    """Close the pages on which somebody could pay again for what is settled now.

    One that cannot be closed may still be paid: that money becomes credit, with a task.
    """
    left = {d.document_id: d.open.minor for d in standing.books.documents}
    for movement in settlement.movements:
        left[movement.document_id] += movement.amount.minor
    settled = {document_id for document_id, minor in left.items() if not minor}
    for other in standing.others:
        meant_for = {document_id for document_id, _ in other.allocations}
        if other.state is CheckoutState.OPEN and other.session_id and meant_for & settled:
            with suppress(GatewayUnavailable, GatewayRefused, NotFound):
                ports.gateway.expire_checkout(other.session_id)


def _finish_plan(
    ports: Ports, entity_id: str, booked_as: str, told: GatewayPayment, now: Now
) -> None:
    """Allocate the rest of a large payment part by part, from wherever it stands."""
    left = True
    while left:
        left = try_again(ports.pause, lambda: _next_part(ports, entity_id, booked_as, told, now))


def _next_part(
    ports: Ports, entity_id: str, booked_as: str, told: GatewayPayment, now: Now
) -> bool:
    payment = ports.payments.payment(entity_id, booked_as)
    standing = ports.payments.standing(entity_id, told.customer_id, told.checkout_id)
    if standing is None or not payment.plan:
        return False
    credit = standing.books.credit(booked_as)
    rest = credit.unapplied if credit else Money.zero(payment.amount.currency)
    documents = standing.books.documents
    settlement = settle(booked_as, rest, payment.plan, documents, DOCUMENTS_MAX)
    settlement = _discounted(standing, settlement, told)
    task = _task(standing, replace(payment, plan=settlement.left), settlement, now)
    after = ports.payments.allocate_more(entity_id, standing, payment, settlement, now, task)
    return bool(after.plan)


def _task(standing: Standing, payment: Payment, settlement: Settlement, now: Now) -> Task | None:
    """Return the work that an unapplied rest makes once the whole plan was looked at."""
    if payment.plan or not settlement.unapplied:
        return None
    return Task(
        task_id=derived_id("unapplied", payment.payment_id),
        kind="unapplied",
        customer_id=standing.customer.customer_id,
        title=f"{settlement.unapplied} of a payment is for nothing open: allocate or refund it",
        created_at=now.business,
        due_on=now.today(standing.customer.time_zone),
        documents=tuple(document_id for document_id, _ in standing.checkout.allocations),
        detail=payment.gateway_reference,
    )
