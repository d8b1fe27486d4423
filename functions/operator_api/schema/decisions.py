"""Why something was or was not said, on the wire."""

from datetime import date, datetime

from functions.operator_api.schema.customers import CoverOut
from functions.operator_api.schema.messages import DecisionOut, UnchargedOut
from functions.operator_api.schema.wire import Wire


class ComingOut(Wire):
    on: date
    stage: str
    channel: str
    documents: list[str]


class ClaimedOut(Wire):
    n: int
    stage: str
    channel: str
    policy: str
    policy_version: int
    claimed_at: datetime
    state: str
    documents: list[str]


class ExplanationOut(Wire):
    """What is said and why. coverage goes by due date, time_zone is the entity's."""

    customer_id: str
    name: str
    on: date
    policy: str
    policy_version: int
    hold_all: bool
    facts_as_of: datetime
    time_zone: str
    decisions: list[DecisionOut]
    coverage: list[CoverOut]
    numbers: dict[str, str]
    notices: list[ClaimedOut]
    coming: ComingOut | None
    undated: list[str]
    uncharged: list[UnchargedOut]
