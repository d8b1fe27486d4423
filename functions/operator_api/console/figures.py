"""What a span of days brought: turnover, how well money was collected, and what was said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.pages import Visit, page
from shared import runtime
from shared.domain.figures import Ageing
from shared.domain.money import Money
from shared.usecases.figures import Collection, Period, period

DAYS = 90
_CUSTOMERS_AT_ONCE = 60
_FIRST, _LAST = date(1990, 1, 1), date(2200, 1, 1)
_UNKNOWN = Collection(None, None, None)


@dataclass(frozen=True, slots=True)
class Row:
    """One currency of a period. A figure is None where it means nothing (nothing was sold)."""

    currency: str
    invoiced: Money
    charged: Money
    collected: Money
    open: Money
    dso: Decimal | None
    told: Collection


def figures_page(visit: Visit, first: str, last: str) -> http.Answer:
    """Show the figures of the days from first through last, by default of the newest."""
    today = access.current().now.today(visit.entity.time_zone)
    begin, end, problem = _days(first, last, today)
    told = period(runtime.receivables(), visit.entity.entity_id, begin, end)
    return page(
        "figures",
        visit,
        status=422 if problem else 200,
        problem=problem,
        told=told,
        rows=rows(told),
        today=today,
    )


def newest(entity_id: str, today: date) -> Period | None:
    """Return the figures of the newest days; None for a company of too many customers.

    They are folded customer by customer, which nobody waits for on a first page.
    """
    lists = runtime.receivables()
    some = islice(lists.customers(entity_id, limit=_CUSTOMERS_AT_ONCE + 1), _CUSTOMERS_AT_ONCE + 1)
    if sum(1 for _ in some) > _CUSTOMERS_AT_ONCE:
        return None
    return period(lists, entity_id, *_newest(today))


def rows(told: Period) -> list[Row]:
    """Return the figures of a period by currency code."""
    open_of = {age.currency: age.open for age in told.ageing}
    flows = {flow.currency: flow for flow in told.turnover}
    found = []
    for currency in sorted(open_of.keys() | flows.keys()):
        zero, flow = Money.zero(currency), flows.get(currency)
        found.append(
            Row(
                currency,
                flow.invoiced if flow else zero,
                flow.charged if flow else zero,
                flow.collected if flow else zero,
                open_of.get(currency, zero),
                told.dso.get(currency),
                told.collection.get(currency, _UNKNOWN),
            )
        )
    return found


def delinquency_percent(age: Ageing) -> Decimal | None:
    """Return how much of what is open is overdue, to a tenth of a per cent; None of nothing."""
    if not age.open:
        return None
    exact = Decimal(age.overdue.minor) * 100 / Decimal(age.open.minor)
    return exact.quantize(Decimal("0.1"))


def by_currency(found: Iterable[Row]) -> dict[str, Row]:
    """Return rows by currency code."""
    return {row.currency: row for row in found}


def _newest(today: date) -> tuple[date, date]:
    return today - timedelta(days=DAYS - 1), today


def _days(first: str, last: str, today: date) -> tuple[date, date, str]:
    """Return the days that were asked for; the newest, and what is wrong, where they are none."""
    if not first and not last:
        return *_newest(today), ""
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return *_newest(today), "Write both days as YYYY-MM-DD."
    if not _FIRST <= begin <= end <= _LAST:
        return *_newest(today), "Name both days, the earlier one first."
    return begin, end, ""
