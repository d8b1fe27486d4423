"""Routes of figures and of the sandbox's clock."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.figures import (
    ClockIn,
    ClockOut,
    FiguresOut,
    PeriodOut,
    TurnoverOut,
)
from functions.operator_api.schema.wire import amount
from functions.operator_api.views import ageing_out
from shared import runtime
from shared.domain.money import Money
from shared.domain.roles import Role
from shared.errors import ClockGoesBack, InvalidInput, NotFound
from shared.usecases.figures import Collection, Period, ageing_as_of, ageing_now, period
from shared.usecases.work_list import work_list

router = APIGatewayHttpRouter()


@router.get(
    "/api/v1/entities/<entity>/figures",
    summary="What is owed by age; with two dates, what the days between them brought",
)
@needs(Role.VIEWER)
def get_figures(
    entity: str,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    as_of: Annotated[date | None, Query(description="The end of a past day; default now")] = None,
) -> FiguresOut:
    seen = entity_of(entity)
    today = current().now.today(seen.time_zone)
    lists = runtime.receivables()
    if as_of is not None:
        if first is not None or last is not None:
            raise InvalidInput(field="as_of", reason="a period has its own last day")
        if as_of > today:
            raise InvalidInput(
                field="as_of", reason=f"nothing is known of it yet: today is {today}"
            )
        stood = ageing_as_of(lists, entity, as_of)
        return FiguresOut(on=as_of, ageing=[ageing_out(a, True) for a in stood], period=None)
    if first is None and last is None:
        ages = ageing_now(lists, entity, seen.shards, today)
        return FiguresOut(on=today, ageing=[ageing_out(a, False) for a in ages], period=None)
    if first is None or last is None or first > last:
        raise InvalidInput(field="from", reason="name both dates, the earlier one first")
    told = period(lists, entity, first, last)
    tasks = sum(1 for _ in work_list(runtime.tasks(), entity))
    return FiguresOut(
        on=last, ageing=[ageing_out(a, True) for a in told.ageing], period=_period_out(told, tasks)
    )


@router.get("/api/v1/clock", summary="Both clocks")
@needs(Role.VIEWER, everywhere=True)
def get_clock() -> ClockOut:
    return _clock()


@router.put("/api/v1/clock", summary="Move the business clock (sandbox only)")
@needs(Role.ADMIN, everywhere=True)
def move_clock(body: ClockIn) -> ClockOut:
    if runtime.setting("STAGE") != "sandbox":
        raise NotFound(path="clock")
    if body.business.tzinfo is None:
        raise InvalidInput(field="business", reason="write the offset, such as Z")
    now = current().now
    moved = now.business != now.wall
    if body.only_forward and moved and body.business < now.business:
        raise ClockGoesBack(business=f"{now.business:%Y-%m-%dT%H:%M:%SZ}")
    runtime.sandbox_clock().move(body.business, now.wall)
    return _clock()


def _clock() -> ClockOut:
    now = runtime.now()
    movable = runtime.setting("STAGE") == "sandbox"
    return ClockOut(business=now.business, wall=now.wall, movable=movable)


def _period_out(told: Period, open_tasks: int) -> PeriodOut:
    open_now = {age.currency: age.open for age in told.ageing}
    flows = {flow.currency: flow for flow in told.turnover}
    rows = []
    for currency in sorted(open_now.keys() | flows.keys()):
        zero = Money.zero(currency)
        flow = flows.get(currency)
        dso = told.dso.get(currency)
        collection = told.collection.get(currency, Collection(None, None, None))
        rows.append(
            TurnoverOut(
                currency=currency,
                invoiced=amount(flow.invoiced if flow else zero),
                charged=amount(flow.charged if flow else zero),
                collected=amount(flow.collected if flow else zero),
                open=amount(open_now.get(currency, zero)),
                dso_days=_text(dso),
                best_dso_days=_text(collection.best_dso),
                countback_days=_text(collection.countback),
                cei_percent=_text(collection.cei),
            )
        )
    return PeriodOut(
        first=told.first,
        last=told.last,
        turnover=rows,
        notices=dict(told.notices),
        invoices=told.invoices,
        payments=told.payments,
        charges=told.charges,
        open_tasks=open_tasks,
    )


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)
