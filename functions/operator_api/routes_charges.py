"""Routes of charges: list them, waive one, and reckon an invoice's interest."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api import paging
from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.asked import asked
from functions.operator_api.named import OfCustomer, charge_named, document_named
from functions.operator_api.request_keys import RequiredKey
from functions.operator_api.schema.charges import (
    ChargeOut,
    ChargePage,
    InterestLineOut,
    InterestSheetOut,
    WaiverIn,
)
from functions.operator_api.schema.wire import amount
from shared import runtime
from shared.domain.document import Document, DocumentKind
from shared.domain.laws.packs import LAWS
from shared.domain.roles import Role
from shared.usecases import adjust_document as cases
from shared.usecases.interest_sheet import Ports, interest_sheet

router = APIGatewayHttpRouter()
_CUSTOMERS_PER_PAGE = 50


@router.get("/api/v1/entities/<entity>/charges", summary="Late fees, interest and fixed sums")
@needs(Role.VIEWER)
def list_charges(
    entity: str,
    customer: OfCustomer = "",
    invoice: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str, Query(max_length=120)] = "",
) -> ChargePage:
    entity_of(entity)
    lists = runtime.receivables()
    if invoice:
        customer_id, document_id = document_named(entity, invoice)
        found = [d for d in _charges(entity, customer_id) if d.invoice_id == document_id]
        return ChargePage(items=[_charge_out(customer_id, d) for d in found], next=None)
    if customer:
        customer_id = lists.find_customer(entity, customer)
        items = [_charge_out(customer_id, d) for d in _charges(entity, customer_id)]
        return ChargePage(items=items, next=None)
    listed = lists.customers(entity, paging.place(cursor), _CUSTOMERS_PER_PAGE + 1)
    rows, more = paging.page(listed, _CUSTOMERS_PER_PAGE)
    items = [_charge_out(r.customer_id, d) for r in rows for d in _charges(entity, r.customer_id)]
    return ChargePage(items=items, next=paging.cursor(rows[-1].customer_id) if more else None)


@router.get(
    "/api/v1/entities/<entity>/charges/<charge>", summary="One charge, by its number or our id"
)
@needs(Role.VIEWER)
def get_charge(entity: str, charge: str, customer: OfCustomer = "") -> ChargeOut:
    whose = charge_named(entity, charge, customer)
    return _charge_out(whose[0], runtime.accounts().document(entity, *whose))


@router.post(
    "/api/v1/entities/<entity>/charges/<charge>/waive",
    summary="Give up a charge, or part of it",
    description="The charge stays in the books, with a waiver against it: what, why and by whom.",
)
@needs(Role.CLERK)
def waive(
    entity: str,
    charge: str,
    body: WaiverIn,
    idempotency_key: RequiredKey,
    customer: OfCustomer = "",
) -> ChargeOut:
    request = asked(idempotency_key, body, "waive", charge, customer, note=body.note)
    whose = charge_named(entity, charge, customer)
    part = body.amount.money() if body.amount else None
    cases.waive(runtime.cash_desk(), entity, *whose, part, body.reason, request, current().now)
    return _charge_out(whose[0], runtime.accounts().document(entity, *whose))


@router.get(
    "/api/v1/entities/<entity>/invoices/<document>/interest",
    summary="An invoice's interest through a day, line by line",
    description="By the customer's policy, or by the law that is named. Nothing is charged by it.",
)
@needs(Role.VIEWER)
def get_interest(
    entity: str,
    document: str,
    customer: OfCustomer = "",
    to: Annotated[date | None, Query(description="Default: the customer's today")] = None,
    law: Annotated[str, Query(max_length=20, description="Such as uk, de, eu")] = "",
) -> InterestSheetOut:
    customer_id, document_id = document_named(entity, document, customer)
    ports = Ports(runtime.ledger(), runtime.entities(), runtime.charges())
    whose = (entity, customer_id, document_id)
    found = interest_sheet(ports, *whose, to, law, current().now)
    known = LAWS.get(found.rule.law)
    return InterestSheetOut(
        invoice_id=document_id,
        number=found.invoice.number,
        law=known.title if known else "contract",
        claim=str(found.rule.claim),
        through=found.through,
        lines=[
            InterestLineOut(
                first=line.first,
                last=line.last,
                days=line.days,
                balance=amount(line.balance),
                percent=line.percent,
                amount=amount(line.amount),
            )
            for line in found.sheet.lines
        ],
        total=amount(found.sheet.total),
        charged=amount(found.charged),
        sources=list(known.sources) if known else [],
    )


def _charges(entity: str, customer_id: str) -> Iterator[Document]:
    lists = runtime.receivables()
    documents, _ = lists.live_money(entity, customer_id)
    found = [*documents, *lists.closed_documents(entity, customer_id)]
    by_day = sorted(found, key=lambda d: (d.issued_on, d.number))
    return (d for d in by_day if d.kind is DocumentKind.CHARGE)


def _charge_out(customer_id: str, charge: Document) -> ChargeOut:
    return ChargeOut(
        charge_id=charge.document_id,
        customer_id=customer_id,
        invoice_id=charge.invoice_id,
        number=charge.number,
        kind=charge.charge,
        issued_on=charge.issued_on,
        due_on=charge.due_on,
        total=amount(charge.total),
        open=amount(charge.open),
        description=charge.description,
    )
