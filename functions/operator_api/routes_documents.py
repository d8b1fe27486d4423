"""Routes that list invoices and charges."""

from collections.abc import Sequence
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api import paging
from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.named import OfCustomer, document_named
from functions.operator_api.schema.documents import (
    DocumentOut,
    DocumentPage,
    DocumentPatch,
    DocumentRow,
)
from functions.operator_api.schema.wire import Limit
from functions.operator_api.views import document_out, document_row
from shared import runtime
from shared.domain.document import Document
from shared.domain.roles import Role
from shared.usecases.change_ladder import LadderChange, change_ladder

router = APIGatewayHttpRouter()
_CUSTOMERS_PER_PAGE = 25


@router.get(
    "/api/v1/entities/<entity>/invoices",
    summary="Invoices and charges",
    description="What is open, by due date; with a customer, that one's, paid ones too if asked.",
)
@needs(Role.VIEWER)
def list_invoices(
    entity: str,
    customer: Annotated[str, Query(max_length=100)] = "",
    state: Annotated[Literal["open", "all"], Query()] = "open",
    cursor: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[Limit, Query()] = 50,
) -> DocumentPage:
    lists = runtime.receivables()
    if customer:
        return _of_customer(entity, lists.find_customer(entity, customer), state == "all")
    if state == "all":
        return _by_customer(entity, paging.place(cursor))
    after = paging.place(cursor, paging.PLACE)
    found = lists.open_documents(entity, entity_of(entity).shards, after, limit + 1)
    rows, more = paging.page(found, limit)
    return DocumentPage(
        items=_rows(entity, [(customer_id, document) for _, customer_id, document in rows]),
        next=paging.cursor(rows[-1][0]) if more else None,
    )


@router.get(
    "/api/v1/entities/<entity>/invoices/<document>",
    summary="One invoice, charge or credit note, by our id, the ERP's id or its number",
)
@needs(Role.VIEWER)
def get_invoice(entity: str, document: str, customer: OfCustomer = "") -> DocumentOut:
    customer_id, document_id = document_named(entity, document, customer)
    return document_out(customer_id, runtime.accounts().document(entity, customer_id, document_id))


@router.patch(
    "/api/v1/entities/<entity>/invoices/<document>",
    summary="Let an issued invoice climb another ladder from now on",
    description="What was said of it stays said. Who did it, when and why is kept.",
)
@needs(Role.CONTROLLER)
def change_invoice(
    entity: str, document: str, body: DocumentPatch, customer: OfCustomer = ""
) -> DocumentOut:
    customer_id, document_id = document_named(entity, document, customer)
    request = current()
    change = LadderChange(
        document_id=document_id,
        policy=body.policy,
        reason=body.reason,
        by=request.principal.name,
    )
    stores = (runtime.accounts(), runtime.entities(), runtime.ladder_moves())
    changed = change_ladder(*stores, entity, customer_id, change, request.now)
    return document_out(customer_id, changed)


def _of_customer(entity: str, customer_id: str, closed_too: bool) -> DocumentPage:
    lists = runtime.receivables()
    documents, _ = lists.live_money(entity, customer_id)
    closed = lists.closed_documents(entity, customer_id) if closed_too else ()
    found = sorted([*documents, *closed], key=lambda d: (d.due_on, d.number, d.document_id))
    return DocumentPage(items=_rows(entity, [(customer_id, d) for d in found]), next=None)


def _rows(entity: str, found: Sequence[tuple[str, Document]]) -> list[DocumentRow]:
    listed = runtime.receivables().listed(entity, list({customer_id for customer_id, _ in found}))
    return [document_row(whose, document, listed.get(whose)) for whose, document in found]


def _by_customer(entity: str, after: str) -> DocumentPage:
    entity_of(entity)
    listed = runtime.receivables().customers(entity, after, _CUSTOMERS_PER_PAGE + 1)
    rows, more = paging.page(listed, _CUSTOMERS_PER_PAGE)
    items: list[DocumentRow] = []
    for row in rows:
        items += _of_customer(entity, row.customer_id, closed_too=True).items
    return DocumentPage(items=items, next=paging.cursor(rows[-1].customer_id) if more else None)
