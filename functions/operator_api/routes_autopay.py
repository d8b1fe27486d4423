"""Routes of automatic payment: what customers gave leave for, what was taken, and its end."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.autopay import (
    CollectionList,
    CollectionOut,
    MandateEndIn,
    MandateList,
    MandateOut,
    TryOut,
)
from functions.operator_api.schema.wire import amount
from shared import runtime
from shared.domain.collection import Collection
from shared.domain.mandate import BY_OPERATOR, Mandate
from shared.domain.open_items import document_ids_of
from shared.domain.roles import Role
from shared.usecases.give_mandate import end_mandate

router = APIGatewayHttpRouter()
Named = Annotated[str, Query(max_length=100)]


@router.get("/api/v1/entities/<entity>/mandates", summary="A customer's leave to take money")
@needs(Role.VIEWER)
def list_mandates(entity: str, customer: Named = "") -> MandateList:
    entity_of(entity)
    whose = runtime.receivables().find_customer(entity, customer)
    given = (m for m in runtime.mandates().of(entity, whose) if m.given_on is not None)
    return MandateList(items=[_mandate_out(whose, mandate) for mandate in given])


@router.post(
    "/api/v1/entities/<entity>/mandates/<mandate>/end", summary="Turn automatic payment off"
)
@needs(Role.CLERK)
def end(entity: str, mandate: str, body: MandateEndIn) -> MandateOut:
    entity_of(entity)
    request = current()
    ended = end_mandate(
        runtime.autopay(), entity, body.customer_id, mandate, BY_OPERATOR, request.now
    )
    return _mandate_out(body.customer_id, ended)


@router.get(
    "/api/v1/entities/<entity>/collections", summary="What is and was taken of a customer by itself"
)
@needs(Role.VIEWER)
def list_collections(entity: str, customer: Named = "") -> CollectionList:
    entity_of(entity)
    whose = runtime.receivables().find_customer(entity, customer)
    found = runtime.collections().of(entity, whose)
    newest_first = sorted(found, key=lambda c: (c.take_on, c.collection_id), reverse=True)
    return CollectionList(items=[_collection_out(whose, c) for c in newest_first])


def _mandate_out(customer_id: str, mandate: Mandate) -> MandateOut:
    return MandateOut(
        mandate_id=mandate.mandate_id,
        customer_id=customer_id,
        account=mandate.method.label if mandate.method else "",
        given_on=mandate.given_on,
        by=mandate.by,
        ended_on=mandate.ended_on,
        ended_why=mandate.ended_why,
    )


def _collection_out(customer_id: str, collection: Collection) -> CollectionOut:
    return CollectionOut(
        collection_id=collection.collection_id,
        customer_id=customer_id,
        mandate_id=collection.mandate_id,
        account=collection.account.label,
        documents=list(document_ids_of(item_id for item_id, _ in collection.lines)),
        amount=amount(collection.amount),
        announced_on=collection.announced_on,
        take_on=collection.take_on,
        next_on=collection.next_on,
        tries=[TryOut(on=t.on, code=t.code) for t in collection.tries],
        outcome=collection.outcome,
        ended_on=collection.ended_on,
    )
