"""Figures and clocks on the wire."""

from datetime import date, datetime

from functions.operator_api.schema.wire import Amount, Wire


class AgeingOut(Wire):
    currency: str
    buckets: dict[str, Amount]
    counts: dict[str, int]
    open: Amount
    overdue: Amount
    unapplied: Amount | None


class TurnoverOut(Wire):
    currency: str
    invoiced: Amount
    charged: Amount
    collected: Amount
    open: Amount
    dso_days: str | None
    best_dso_days: str | None
    countback_days: str | None
    cei_percent: str | None


class PeriodOut(Wire):
    first: date
    last: date
    turnover: list[TurnoverOut]
    notices: dict[str, int]
    invoices: int
    payments: int
    charges: int
    open_tasks: int


class FiguresOut(Wire):
    on: date
    ageing: list[AgeingOut]
    period: PeriodOut | None


class ClockOut(Wire):
    business: datetime
    wall: datetime
    movable: bool


class ClockIn(Wire):
    """only_forward refuses an instant before the business clock, once that was moved."""

    business: datetime
    only_forward: bool = False
