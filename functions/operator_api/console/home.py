"""The first page: what is to be done today, what is owed by age, how well it is collected."""

from dataclasses import dataclass
from itertools import islice

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.figures import (
    DAYS,
    by_currency,
    delinquency_percent,
    newest,
    rows,
)
from functions.operator_api.console.names import names_of
from functions.operator_api.console.pages import Visit, page
from functions.operator_api.console.to_do import rows as rows_of
from shared import runtime
from shared.domain.figures import BUCKETS, Ageing
from shared.domain.money import Money
from shared.usecases.figures import ageing_now
from shared.usecases.work_list import work_list

LABELS = dict(
    zip(
        BUCKETS,
        ("Not due", "1-30 days", "31-60 days", "61-90 days", "Over 90 days"),
        strict=True,
    )
)
_TASKS_SHOWN, _TASKS_READ = 8, 200
_PARKED_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """One age of one currency. width is per mille of the longest bar of its currency."""

    bucket: str
    label: str
    amount: Money
    count: int
    width: int


def home(visit: Visit, problem: str = "") -> http.Answer:
    """Show the entity at a glance."""
    entity_id = visit.entity.entity_id
    today = access.current().now.today(visit.entity.time_zone)
    ages = ageing_now(runtime.receivables(), entity_id, visit.entity.shards, today)
    told = newest(entity_id, today)
    tasks = list(islice(work_list(runtime.tasks(), entity_id), _TASKS_READ))
    to_do, more = rows_of(entity_id, tasks, _TASKS_SHOWN)
    parked = len(list(runtime.parked_items().list(entity_id, limit=_PARKED_SHOWN)))
    return page(
        "home",
        visit,
        status=422 if problem else 200,
        problem=problem,
        today=today,
        ages=[(age, bars(age), delinquency_percent(age)) for age in ages],
        of=by_currency(rows(told)) if told else None,
        days=DAYS,
        tasks=to_do,
        names=names_of(entity_id, (row.task for row in to_do)),
        more_tasks=more or len(tasks) == _TASKS_READ,
        parked=parked,
        parked_max=_PARKED_SHOWN,
    )


def bars(age: Ageing) -> list[Bar]:
    """Return one bar per age; the largest amount is a full bar."""
    longest = max((money.minor for money in age.buckets), default=0) or 1
    return [
        Bar(name, LABELS[name], money, count, money.minor * 1000 // longest)
        for name, money, count in zip(BUCKETS, age.buckets, age.counts, strict=True)
    ]
