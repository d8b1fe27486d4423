"""What a step of the gateway asks of people, and what it keeps the hub from doing. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from shared.domain.agreement import Hold
from shared.domain.clock import Now
from shared.domain.gateway import GatewayDispute
from shared.domain.gateway_postings import MORE_THAN_PAID, Moved
from shared.domain.gateway_steps import Step
from shared.domain.money import Money, total
from shared.domain.movement import MovementKind
from shared.domain.payment import Payment
from shared.domain.tasks import Task
from shared.ids import derived_id

DISPUTED = "card_dispute"
REFUNDED = "refunded"
DISPUTED_DAYS = 180
REFUNDED_DAYS = 14


def hold_id_of(dispute: GatewayDispute) -> str:
    """Return the id of the hold while a card dispute is open."""
    return derived_id("hold", DISPUTED, dispute.dispute_id)


def hold_after(step: Step, moved: Moved, today: date) -> Hold | None:
    """Return what stops chasing of the documents that step reopened, None where nothing has to.

    A card dispute stops it until it is decided, and a refund that nobody asked for here until
    somebody has looked. What a bank debit's return reopens is chased.
    """
    reopened = moved.documents
    if not reopened or not moved.complete:
        return None
    dispute = step.dispute
    if step.kind is MovementKind.CHARGEBACK and dispute and not dispute.decided:
        hold_id, reason, days = hold_id_of(dispute), DISPUTED, DISPUTED_DAYS
    elif step.kind is MovementKind.REFUND and not step.asked:
        hold_id, reason, days = derived_id("hold", step.posting_id), REFUNDED, REFUNDED_DAYS
    else:
        return None
    return Hold(hold_id, reason, today, today + timedelta(days=days), "", reopened)


def task_after(step: Step, moved: Moved, payment: Payment, today: date, now: Now) -> Task | None:
    """Return the work that step makes where a person has to decide, else None."""
    reopened = moved.documents
    dispute = step.dispute
    due_on = today
    if not moved.complete:
        return None
    amount = _moved_amount(step, moved, payment)
    match step.kind:
        case MovementKind.CHARGEBACK if dispute and not dispute.decided:
            kind = DISPUTED
            title = f"A card dispute took back {amount}: answer it at the gateway, or let it go"
            if dispute.answer_by:
                due_on = max(today, dispute.answer_by.date())
        case MovementKind.CHARGEBACK if dispute and dispute.reinstated is None:
            return lost_task(dispute, payment, reopened, today, now)
        case MovementKind.REFUND if reopened and not step.asked:
            kind = REFUNDED
            title = f"A refund of {amount} reopened what was paid: credit it, or let it be chased"
        case MovementKind.REFUND_FAILED:
            kind = "refund_failed"
            title = f"A refund of {amount} came back: pay it another way, or keep it as credit"
        case MovementKind.REINSTATEMENT if moved.payment.unapplied:
            kind = "unapplied"
            title = f"{moved.payment.unapplied} of a payment is for nothing open: allocate it"
        case _:
            return None
    return Task(
        task_id=derived_id("task", step.posting_id),
        kind=kind,
        customer_id=payment.customer_id,
        title=title,
        created_at=now.business,
        due_on=due_on,
        documents=reopened,
        detail=payment.gateway_reference,
    )


def lost_task(
    dispute: GatewayDispute, payment: Payment, documents: tuple[str, ...], today: date, now: Now
) -> Task:
    """Return the work that a lost dispute makes: its documents are chased again."""
    return Task(
        task_id=derived_id("task", "lost", dispute.dispute_id),
        kind="dispute_lost",
        customer_id=payment.customer_id,
        title=f"A card dispute over {dispute.amount} is lost: have it paid again, or write it off",
        created_at=now.business,
        due_on=today,
        documents=documents,
        detail=payment.gateway_reference,
    )


def short_task(lacking: Mapping[str, Money], payment: Payment, today: date, now: Now) -> Task:
    """Return the work where the gateway took more than a payment still held.

    lacking is what it took beyond that, by posting. Nobody has to act where money of the payment
    comes back, such as a refund that fails: it is taken then.
    """
    more = total(lacking.values(), payment.amount.currency)
    return Task(
        task_id=derived_id("task", "more_than_paid", payment.payment_id),
        kind=MORE_THAN_PAID,
        customer_id=payment.customer_id,
        title=f"The gateway took {more} more than was left of a payment of {payment.amount}: "
        "the customer may have it twice. Ask for it back, or book the loss",
        created_at=now.business,
        due_on=today,
        detail=payment.gateway_reference,
    )


def _moved_amount(step: Step, moved: Moved, payment: Payment) -> Money:
    for movement in moved.posting.movements:
        if movement.kind is step.kind and movement.source_id == payment.payment_id:
            return movement.amount if movement.amount.minor > 0 else -movement.amount
    return Money.zero(payment.amount.currency)
