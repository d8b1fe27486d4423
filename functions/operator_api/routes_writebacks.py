"""Routes of what the ERP is told: what it did not take, and what people make of that."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api import paging
from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.connected import ledger_out, not_begun_out
from functions.operator_api.schema.wire import Limit, amount
from functions.operator_api.schema.writebacks import (
    AgainIn,
    AgainOut,
    RepairIn,
    WritebackOut,
    WritebackPage,
)
from shared import runtime
from shared.domain.entry_keys import parse_entry_key
from shared.domain.money import Money
from shared.domain.parked import Parked
from shared.domain.roles import Role
from shared.domain.telling import kind_of
from shared.domain.writeback import Writeback
from shared.errors import NotFound
from shared.usecases.repair_writeback import Repairs, say, try_again

router = APIGatewayHttpRouter()


@router.get(
    "/api/v1/entities/<entity>/writebacks", summary="What the ERP did not take, and what waits"
)
@needs(Role.VIEWER)
def list_writebacks(
    entity: str,
    cursor: Annotated[str, Query(max_length=120)] = "",
    limit: Annotated[Limit, Query()] = 50,
) -> WritebackPage:
    entity_of(entity)
    repairs = runtime.repairing().repairs
    rows, more = paging.page(repairs.waiting(entity, paging.place(cursor), limit + 1), limit)
    erp = ledger_out(entity)
    return WritebackPage(
        erp=erp,
        not_begun=None if erp else not_begun_out(entity),
        waits=[waiting_out(repairs, entity, parked) for parked in rows],
        pending=[] if cursor else [writeback_out(n) for n in repairs.on_the_way(entity, limit)],
        next=paging.cursor(rows[-1].parked_id) if more else None,
    )


@router.post(
    "/api/v1/entities/<entity>/writebacks/again",
    summary="Have lines told again that wait for a person",
    description="Each is looked up in the ERP by its key before it is booked.",
)
@needs(Role.CLERK)
def tell_again(entity: str, body: AgainIn) -> AgainOut:
    entity_of(entity)
    by, now = current().principal.name, current().now
    return AgainOut(tried=try_again(runtime.repairing(), entity, body.keys or None, by, now))


@router.post(
    "/api/v1/entities/<entity>/writebacks/<key>/repair",
    summary="Note what a person made of a line that the ERP did not take",
)
@needs(Role.CONTROLLER)
def repair(entity: str, key: str, body: RepairIn) -> WritebackOut:
    entity_of(entity)
    by, now = current().principal.name, current().now
    return writeback_out(
        say(runtime.repairing(), entity, key, body.booked_as, body.dropped, by, now)
    )


def waiting_out(repairs: Repairs, entity: str, parked: Parked) -> WritebackOut:
    """Return the line that is parked, as the wire says it. Raises NotFound."""
    key = parse_entry_key(str(parked.facts["key"]))
    if key is None:
        raise NotFound(key=parked.parked_id)
    return writeback_out(repairs.get(entity, str(parked.facts["customer_id"]), key))


def writeback_out(note: Writeback) -> WritebackOut:
    """Return a line of what the ERP is told, as the wire says it."""
    failure, currency = note.failure, note.amount.currency
    off = note.discount_minor
    return WritebackOut(
        key=note.key,
        state=_state(note),
        told_as=str(kind_of(note)),
        customer_id=note.customer_id,
        document_id=note.document_id,
        number=note.number,
        amount=amount(note.amount),
        discount=amount(Money(minor=off, currency=currency)) if off else None,
        tries=failure.tries if failure else 0,
        code=failure.code if failure else "",
        said=failure.words if failure else "",
        not_before=note.not_before,
        erp_id=note.erp_id,
        left=note.left,
    )


def _state(note: Writeback) -> Literal["waits", "pending", "told", "left"]:
    if note.stopped:
        return "waits"
    if note.pending:
        return "pending"
    return "left" if note.left else "told"
