"""Routes of payments: list, note, settle, allocate, move, reverse, refund."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api import paging
from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.asked import asked
from functions.operator_api.named import documents_of
from functions.operator_api.request_keys import RequiredKey
from functions.operator_api.schema.payments import (
    AllocateIn,
    CreditOut,
    CreditsOut,
    MoveIn,
    NoteIn,
    PartIn,
    PaymentIn,
    PaymentOut,
    PaymentPage,
    RefundIn,
    RefundOut,
    ReverseIn,
    SettleIn,
)
from functions.operator_api.schema.wire import Limit, amount
from functions.operator_api.views import payment_out, payment_row, refund_out
from shared import runtime
from shared.adapters.receivables import place_of_payment
from shared.domain.apply_cash import Part
from shared.domain.receive import Received
from shared.domain.refund import RefundDraft
from shared.domain.roles import Role
from shared.errors import InvalidInput
from shared.usecases.allocate import allocate, move_allocation
from shared.usecases.record_payment import fail_payment, record_payment, settle_payment
from shared.usecases.refund_payment import refund_payment
from shared.usecases.reverse_payment import reverse_payment

router = APIGatewayHttpRouter()
_ENTITY = "/api/v1/entities/<entity>"
_PAYMENT = f"{_ENTITY}/payments/<payment>"
_SOURCE = f"{_ENTITY}/customers/<customer>/credits/<source>"


@router.get(
    f"{_ENTITY}/payments",
    summary="Payments, newest first",
    description="By value date, and within a day by id. What comes while pages are read moves "
    "nothing that is on a later page. Of one customer all are told at once.",
)
@needs(Role.VIEWER)
def list_payments(
    entity: str,
    customer: Annotated[str, Query(max_length=100)] = "",
    first: Annotated[date | None, Query(alias="from", description="First value date")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last value date")] = None,
    cursor: Annotated[str, Query(max_length=120)] = "",
    limit: Annotated[Limit, Query()] = 50,
) -> PaymentPage:
    entity_of(entity)
    days = (first or date.min, last or date.max)
    if days[0] > days[1]:
        raise InvalidInput(field="from", reason="the first day is the earlier one")
    lists = runtime.receivables()
    if customer:
        customer_id = lists.find_customer(entity, customer)
        of = [p for p in lists.payments(entity, customer_id) if days[0] <= p.received_on <= days[1]]
        rows, more = sorted(of, key=place_of_payment, reverse=True), False
    else:
        before = paging.place(cursor, paging.TASK)
        found = lists.payments_by_date(entity, days, before, limit + 1)
        rows, more = paging.page(found, limit)
    whose = lists.listed(entity, list({p.customer_id for p in rows}))
    return PaymentPage(
        items=[payment_row(p, whose.get(p.customer_id)) for p in rows],
        next=paging.cursor(place_of_payment(rows[-1])) if more else None,
    )


@router.get(_PAYMENT, summary="One payment")
@needs(Role.VIEWER)
def get_payment(entity: str, payment: str) -> PaymentOut:
    found = runtime.cash_desk().cash.payment(entity, payment)
    return payment_out(found.customer_id, found)


@router.post(
    f"{_ENTITY}/customers/<customer>/payments",
    status_code=201,
    summary="Note money that came by bank or by hand, or is announced",
    description="Without parts and without oldest_first all of it waits as unapplied money.",
)
@needs(Role.CLERK)
def note_payment(
    entity: str, customer: str, body: PaymentIn, idempotency_key: RequiredKey
) -> PaymentOut:
    request = asked(idempotency_key, body, "payment", customer, note=body.note)
    customer_id = runtime.receivables().find_customer(entity, customer)
    received = Received(
        amount=body.amount.money(),
        received_on=body.received_on,
        method=body.method,
        reference=body.reference.strip(),
        cash=body.received.money() if body.received else None,
        rate=body.rate,
        pending=body.pending,
        another=body.another,
        receipt=body.receipt,
    )
    parts = _parts(entity, customer_id, body.parts, body.oldest_first)
    payment = record_payment(
        runtime.cash_desk(), entity, customer_id, received, parts, request, current().now
    )
    return payment_out(customer_id, payment)


@router.post(f"{_PAYMENT}/settle", summary="An announced payment has come")
@needs(Role.CLERK)
def settle(entity: str, payment: str, body: SettleIn, idempotency_key: RequiredKey) -> PaymentOut:
    request = asked(idempotency_key, body, "settle", payment, note=body.note)
    settled = settle_payment(
        runtime.cash_desk(), entity, payment, body.received_on, request, current().now
    )
    return payment_out(settled.customer_id, settled)


@router.post(f"{_PAYMENT}/fail", summary="An announced payment will not come")
@needs(Role.CLERK)
def fail(entity: str, payment: str, body: NoteIn, idempotency_key: RequiredKey) -> PaymentOut:
    request = asked(idempotency_key, body, "fail", payment, note=body.note)
    failed = fail_payment(runtime.cash_desk(), entity, payment, request, current().now)
    return payment_out(failed.customer_id, failed)


@router.post(
    f"{_PAYMENT}/move",
    summary="Move an allocation to another document, or make its money unapplied again",
)
@needs(Role.CLERK)
def move(entity: str, payment: str, body: MoveIn, idempotency_key: RequiredKey) -> PaymentOut:
    request = asked(idempotency_key, body, "move", payment, note=body.note)
    desk = runtime.cash_desk()
    customer_id = desk.cash.payment(entity, payment).customer_id
    to = _part(documents_of(entity, customer_id), body.to) if body.to else None
    part = body.amount.money() if body.amount else None
    moved = move_allocation(
        desk, entity, payment, body.document_id, part, to, request, current().now
    )
    return payment_out(customer_id, moved)


@router.post(
    f"{_PAYMENT}/reverse",
    summary="Take a payment out of the books by counter-entries",
    description="What it paid is open again with the due dates it had.",
)
@needs(Role.CLERK)
def reverse(entity: str, payment: str, body: ReverseIn, idempotency_key: RequiredKey) -> PaymentOut:
    request = asked(idempotency_key, body, "reverse", payment, note=body.note)
    reversed_ = reverse_payment(
        runtime.cash_desk(),
        entity,
        payment,
        body.reason,
        body.returned_on,
        request,
        current().now,
    )
    return payment_out(reversed_.customer_id, reversed_)


@router.get(f"{_ENTITY}/customers/<customer>/credits", summary="Unapplied money of a customer")
@needs(Role.VIEWER)
def list_credits(entity: str, customer: str) -> CreditsOut:
    lists = runtime.receivables()
    _, credits = lists.live_money(entity, lists.find_customer(entity, customer))
    return CreditsOut(
        items=[
            CreditOut(
                source_id=c.source_id, unapplied=amount(c.unapplied), received_on=c.received_on
            )
            for c in credits
        ]
    )


@router.post(f"{_SOURCE}/allocate", summary="Put unapplied money to use")
@needs(Role.CLERK)
def allocate_credit(
    entity: str, customer: str, source: str, body: AllocateIn, idempotency_key: RequiredKey
) -> CreditsOut:
    request = asked(idempotency_key, body, "allocate", customer, source, note=body.note)
    customer_id = runtime.receivables().find_customer(entity, customer)
    parts = _parts(entity, customer_id, body.parts, body.oldest_first)
    if parts == []:
        raise InvalidInput(field="parts", reason="name documents, or oldest_first")
    allocate(runtime.cash_desk(), entity, customer_id, source, parts, request, current().now)
    return list_credits(entity=entity, customer=customer_id)


@router.post(
    f"{_SOURCE}/refunds",
    status_code=201,
    summary="Give unapplied money back",
    description="The gateway is asked for what came through it; the rest a person transfers.",
)
@needs(Role.CONTROLLER)
def refund(
    entity: str, customer: str, source: str, body: RefundIn, idempotency_key: RequiredKey
) -> RefundOut:
    request = asked(idempotency_key, body, "refund", customer, source, note=body.note)
    customer_id = runtime.receivables().find_customer(entity, customer)
    draft = RefundDraft(source, body.amount.money(), body.reason, body.release)
    stores = (runtime.cash_desk(), entity, customer_id)
    made = refund_payment(*stores, draft, request, current().now)
    return refund_out(made)


@router.get(f"{_ENTITY}/refunds/<refund>", summary="One refund, and how it stands")
@needs(Role.VIEWER)
def get_refund(entity: str, refund: str) -> RefundOut:
    return refund_out(runtime.cash_desk().cash.refund(entity, refund))


def _parts(
    entity: str, customer_id: str, parts: list[PartIn], oldest_first: bool
) -> list[Part] | None:
    """Return what was said, None for the oldest first."""
    if oldest_first and parts:
        raise InvalidInput(field="parts", reason="name documents, or oldest_first")
    document_of = documents_of(entity, customer_id)
    return None if oldest_first else [_part(document_of, part) for part in parts]


def _part(document_of: Callable[[str], str], part: PartIn) -> Part:
    return Part(
        document_id=document_of(part.document),
        amount=part.amount.money() if part.amount else None,
        instalment=part.instalment,
        deduction=part.deduction.money() if part.deduction else None,
        reason=part.reason,
    )
