"""The hub against the ERP, on the wire."""

from datetime import datetime

from functions.operator_api.schema.wire import Amount, Wire


class DriftIn(Wire):
    """fix: do what is proposed where the hub can do it by itself."""

    fix: bool = False


class DriftStarted(Wire):
    run_id: str


class SideOut(Wire):
    total: Amount
    open: Amount


class DriftSums(Wire):
    """One currency: what is open on both sides, and how many documents were compared."""

    currency: str
    hub: Amount
    erp: Amount
    compared: int
    differing: int
    equal: bool


class DifferenceOut(Wire):
    """One document on which both sides differ; hub or erp is null where that side has none.

    action is what is proposed, done what came of it, "" where nothing was done. because, proposed
    and came_of_it say cause, action and done in sentences for people.
    """

    external_id: str
    number: str
    customer_id: str
    document_id: str
    cause: str
    action: str
    hub: SideOut | None
    erp: SideOut | None
    keys: list[str]
    done: str
    because: str
    proposed: str
    came_of_it: str


class DriftOut(Wire):
    """The newest comparison: running, done, or broken_off where its worker was ended.

    at is when it began or ended, by the hub's clock, as_of the moment of the ERP's, by its own.
    code and says tell why it found nothing, found counts all differences.
    whole is false where time ran out before the ERP had told everything.
    """

    run_id: str
    state: str
    at: datetime
    code: str = ""
    says: str = ""
    as_of: datetime | None = None
    whole: bool = True
    equal: bool = False
    sums: list[DriftSums]
    found: int = 0
    differences: list[DifferenceOut]
