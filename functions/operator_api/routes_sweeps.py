"""Routes of sweeps: start, follow, go on with."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.request_keys import OptionalKey
from functions.operator_api.schema.sweeps import (
    SweepDetail,
    SweepPage,
    SweepResumed,
    SweepStarted,
    sweep_detail,
    sweep_out,
)
from functions.operator_api.schema.work import Asked
from shared import runtime
from shared.domain.roles import Role
from shared.errors import NotFound
from shared.ids import derived_id, new_id
from shared.usecases.resume_sweep import resume

router = APIGatewayHttpRouter()


@router.post("/api/v1/entities/<entity>/sweeps", status_code=202, summary="Start a sweep now")
@needs(Role.CLERK)
def start_sweep(
    entity: str,
    idempotency_key: OptionalKey = "",
) -> SweepStarted:
    entity_of(entity)
    run_id = (
        derived_id("sweep", entity, idempotency_key)
        if idempotency_key
        else new_id(current().now.wall)
    )
    runtime.queues().send("PLAN", {"kind": "sweep", "entity": entity, "run_id": run_id})
    return SweepStarted(run_id=run_id)


@router.get("/api/v1/entities/<entity>/sweeps", summary="The newest sweeps, newest first")
@needs(Role.VIEWER)
def list_sweeps(entity: str, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> SweepPage:
    entity_of(entity)
    return SweepPage(items=[sweep_out(r) for r in runtime.sweep_runs().newest(entity, limit)])


@router.get("/api/v1/entities/<entity>/sweeps/<run>", summary="How a sweep stands")
@needs(Role.VIEWER)
def get_sweep(entity: str, run: str) -> SweepDetail:
    found = runtime.sweep_runs().find(entity, run)
    if found is None:
        raise NotFound(run=run[:64])
    return sweep_detail(found)


@router.post(
    "/api/v1/entities/<entity>/sweeps/<run>/resume",
    status_code=202,
    summary="Queue the batches of a sweep that nobody reported, once more",
)
@needs(Role.CLERK)
def resume_sweep(entity: str, run: str) -> SweepResumed:
    found = resume(entity, run, runtime.sweep_runs(), runtime.queues())
    if found is None:
        raise NotFound(run=run[:64])
    return SweepResumed(run_id=found.run_id, queued=len(found.unreported))


@router.post(
    "/api/v1/entities/<entity>/reconciliations",
    status_code=202,
    summary="Compare with the gateway and hand over what is stuck, now",
)
@needs(Role.CLERK)
def reconcile(entity: str) -> Asked:
    entity_of(entity)
    runtime.queues().send("JANITOR", {"kind": "reconcile", "entity": entity})
    return Asked(asked=True)
