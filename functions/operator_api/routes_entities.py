"""Routes of entities: list, open, change, dry run, release."""

from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api import paging
from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.entities import (
    EntityIn,
    EntityList,
    EntityOut,
    EntityPatch,
    ReleaseIn,
)
from functions.operator_api.schema.messages import DryRunOut, FeeOut, MessageOut, QuietOut
from functions.operator_api.schema.wire import Limit, amount
from functions.operator_api.views import entity_out, item_out, uncharged_out
from shared import runtime
from shared.adapters.languages import shipped_languages
from shared.adapters.policy_yaml import read_policy, standard_text
from shared.domain.account_as_of import UNDATED
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.entity_rules import check_entity
from shared.domain.policy_version import PolicyVersion
from shared.domain.roles import Role
from shared.errors import InvalidInput
from shared.usecases import entities as cases
from shared.usecases.as_it_stood import AsItStood, stale_then
from shared.usecases.charging import charges_ahead
from shared.usecases.dry_run import DryRun, Ports, WouldSend, dry_run
from shared.usecases.end_agreements import agreements_ahead

router = APIGatewayHttpRouter()
_MORNING = time(10)
"""The hour of a day that is asked for as a whole: no policy is quiet then."""


@router.get("/api/v1/entities", summary="The entities in which you have a role")
def list_entities() -> EntityList:
    principal = current().principal
    seen = [e for e in runtime.entities().ids() if principal.role_in(e) is not None]
    return EntityList(items=[entity_out(entity_of(e)) for e in seen])


list_entities.required_role = Role.VIEWER  # read by tests


@router.post("/api/v1/entities", status_code=201, summary="Open an entity, holding all messages")
@needs(Role.ADMIN, everywhere=True)
def open_entity(body: EntityIn) -> EntityOut:
    request = current()
    text = standard_text()
    first = PolicyVersion(
        policy=read_policy(text),
        text=text,
        valid_from=request.now.business,
        by=request.principal.name,
    )
    entity = Entity(**body.model_dump())
    return entity_out(cases.open_entity(runtime.entities(), entity, first, shipped_languages()))


@router.get("/api/v1/entities/<entity>", summary="One entity")
@needs(Role.VIEWER)
def get_entity(entity: str) -> EntityOut:
    return entity_out(entity_of(entity))


@router.patch("/api/v1/entities/<entity>", summary="Change an entity, or hold all its messages")
@needs(Role.CONTROLLER)
def change_entity(entity: str, body: EntityPatch) -> EntityOut:
    changes = body.model_dump(exclude_none=True)
    if changes.pop("hold_all", None) is False:
        raise InvalidInput(field="hold_all", reason="release the entity instead")
    if body.hold_all:
        cases.hold_all(runtime.entities(), entity)
    seen = entity_of(entity)
    if not changes:
        return entity_out(seen)
    changed = replace(seen, **changes)
    check_entity(changed, shipped_languages())
    return entity_out(runtime.entities().update(changed))


@router.post("/api/v1/entities/<entity>/release", summary="Let the entity send")
@needs(Role.CONTROLLER)
def release(entity: str, body: ReleaseIn) -> EntityOut:
    return entity_out(cases.release(runtime.entities(), entity, body.daily_cap))


@router.get("/api/v1/entities/<entity>/dry-run", summary="What a sweep would send, and to whom")
@needs(Role.VIEWER)
def show_dry_run(
    entity: str,
    at: Annotated[datetime | None, Query(description="Business instant; default now")] = None,
    on: Annotated[date | None, Query(description="A day instead of at")] = None,
    cursor: Annotated[str, Query(max_length=120)] = "",
    limit: Annotated[Limit, Query()] = 100,
) -> DryRunOut:
    if at is not None and on is not None:
        raise InvalidInput(field="on", reason="name a day or an instant")
    of, now = entity_of(entity), current().now
    then = moment(at if on is None else datetime.combine(on, _MORNING, ZoneInfo(of.time_zone)))
    past = then.business < now.business if on is None else on < now.today(of.time_zone)
    found = (_past if past else _coming)(of, then, on, paging.place(cursor), limit)
    return DryRunOut(
        on=found.on,
        messages=[_message(m) for m in found.messages],
        looked_at=found.looked_at,
        candidates=found.candidates,
        next=paging.cursor(found.next) if found.next else None,
        undated=[*UNDATED, "interest"] if past else [],
        quiet=[
            QuietOut(code=one.code, customers=one.customers, again_on=one.again_on)
            for one in found.quiet
        ],
        erp_stale=stale_then(runtime.entities(), of, on or then.business)
        if past
        else runtime.as_swept(entity, now).erp_stale,
    )


def _coming(of: Entity, then: Now, _: date | None, after: str, limit: int) -> DryRun:
    entity = of.entity_id
    ports = Ports(
        runtime.accounts(),
        runtime.entities(),
        runtime.due_finder(),
        runtime.runs(),
        charges=partial(charges_ahead, runtime.charging(), entity),
        ahead=partial(agreements_ahead, runtime.papers(), entity),
    )
    return dry_run(ports, of, then, after, limit)


def _past(of: Entity, then: Now, on: date | None, after: str, limit: int) -> DryRun:
    stores = (runtime.records(), runtime.receivables(), runtime.entities())
    stood = AsItStood(*stores, on or then.business)
    ahead = partial(agreements_ahead, runtime.papers(), of.entity_id)
    ports = Ports(stood, stood, stood, stood, charges=stood.charges, ahead=ahead)
    return dry_run(ports, of, then, after, limit)


def moment(at: datetime | None) -> Now:
    """Return now, with the business clock at the instant asked for. Raises InvalidInput."""
    now = current().now
    if at is None:
        return now
    if at.tzinfo is None:
        raise InvalidInput(field="at", reason="write the offset, such as 2026-11-22T06:00:00Z")
    return replace(now, business=at)


def _message(message: WouldSend) -> MessageOut:
    stage = message.decision.stage
    if stage is None:
        raise ValueError("a message has a stage")
    return MessageOut(
        customer_id=message.customer.customer_id,
        external_id=message.customer.external_id,
        name=message.customer.name,
        email=message.customer.email,
        stage=stage.id,
        channel=str(stage.channel),
        reason=message.decision.reason,
        items=[item_out(i) for i in message.decision.items],
        fees=[FeeOut(number=number, amount=amount(fee)) for number, fee in message.fees],
        uncharged=[uncharged_out(one) for one in message.uncharged],
        first=message.first,
    )
