"""Routes of customers: the list, one of them, its story, and who takes whose place."""

from collections.abc import Iterator
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api import paging
from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.named import OfCustomer, document_named
from functions.operator_api.schema.customers import (
    CustomerOut,
    CustomerPage,
    EventOut,
    MergedOut,
    MergeIn,
    MoveIn,
    StayedOut,
    TimelineOut,
)
from functions.operator_api.schema.documents import DocumentOut
from functions.operator_api.schema.wire import Limit
from functions.operator_api.views import customer_out, customer_row, document_out
from shared import runtime
from shared.adapters.receivables import Listed
from shared.domain.roles import Role
from shared.usecases.move_customer import merge_customer, move_invoice
from shared.usecases.timeline import timeline

router = APIGatewayHttpRouter()
_CURSOR_CHARS_MAX = 4_000
_SEARCHED_AT_ONCE = 100


@router.get(
    "/api/v1/entities/<entity>/customers",
    summary="Customers, with what they owe",
    description="By name: case and accents do not count. Who came just now may be missing by name "
    "for a moment; the order by id has everybody at once.",
)
@needs(Role.VIEWER)
def list_customers(
    entity: str,
    q: Annotated[str, Query(max_length=100, description="Part of name, e-mail or ERP id")] = "",
    cursor: Annotated[str, Query(max_length=_CURSOR_CHARS_MAX)] = "",
    limit: Annotated[Limit, Query()] = 50,
    order: Annotated[Literal["name", "id"], Query()] = "name",
) -> CustomerPage:
    now, lists = current().now, runtime.receivables()
    today = now.today(entity_of(entity).time_zone)
    if order == "id":
        found = _matching(lists.customers(entity, paging.place(cursor)), q)
        rows, more = paging.page(found, limit)
        following = paging.cursor(rows[-1].customer_id) if more else None
    else:
        name, _, customer_id = paging.place(cursor, paging.NAME).rpartition(paging.BESIDE)
        after = (name, customer_id) if cursor else None
        at_once = _SEARCHED_AT_ONCE if q else limit + 1
        rows, more = paging.page(
            _matching(lists.customers_by_name(entity, after, at_once), q), limit
        )
        last = f"{rows[-1].name}{paging.BESIDE}{rows[-1].customer_id}" if more else ""
        following = paging.cursor(last) if more else None
    return CustomerPage(
        items=[
            customer_row(listed, lists.live_money(entity, listed.customer_id)[0], today)
            for listed in rows
        ],
        next=following,
    )


def _matching(listed: Iterator[Listed], wanted: str) -> Iterator[Listed]:
    text = wanted.casefold()
    for one in listed:
        if any(text in told.casefold() for told in (one.name, one.email, one.external_id)):
            yield one


@router.get(
    "/api/v1/entities/<entity>/customers/<customer>",
    summary="One customer, by our id or the ERP's",
)
@needs(Role.VIEWER)
def get_customer(entity: str, customer: str) -> CustomerOut:
    customer_id = runtime.receivables().find_customer(entity, customer)
    account = runtime.accounts().account(entity, customer_id)
    return customer_out(account, current().now.today(account.customer.time_zone))


@router.get(
    "/api/v1/entities/<entity>/customers/<customer>/timeline",
    summary="Everything that happened to one customer, newest first",
)
@needs(Role.VIEWER)
def get_timeline(entity: str, customer: str) -> TimelineOut:
    lists = runtime.receivables()
    customer_id = lists.find_customer(entity, customer)
    events = timeline(lists.story(entity, customer_id))
    return TimelineOut(
        items=[
            EventOut(at=e.at, kind=e.kind, title=e.title, state=e.state, facts=dict(e.facts))
            for e in events
        ]
    )


@router.post(
    "/api/v1/entities/<entity>/customers/<customer>/merge",
    summary="Let another customer take this one's place",
    description="What is open goes over; what cannot is told. What was paid stays where it was.",
)
@needs(Role.CONTROLLER)
def merge(entity: str, customer: str, body: MergeIn) -> MergedOut:
    request, lists = current(), runtime.receivables()
    old, new = (lists.find_customer(entity, name) for name in (customer, body.into))
    done = merge_customer(
        runtime.customer_moves(), entity, old, new, request.principal.name, body.note, request.now
    )
    stayed = [StayedOut(number=number, reason=reason) for number, reason in done.stayed]
    return MergedOut(into=new, moved=list(done.moved), stayed=stayed, credits=done.credits)


@router.post(
    "/api/v1/entities/<entity>/invoices/<document>/move",
    summary="Give what is open of an ERP's invoice to another customer",
)
@needs(Role.CONTROLLER)
def move(entity: str, document: str, body: MoveIn, customer: OfCustomer = "") -> DocumentOut:
    request = current()
    whose = document_named(entity, document, customer)
    into = runtime.receivables().find_customer(entity, body.into)
    moved = move_invoice(
        runtime.customer_moves(), entity, *whose, into, request.principal.name, body.note,
        request.now,
    )  # fmt: skip
    return document_out(into, moved)
