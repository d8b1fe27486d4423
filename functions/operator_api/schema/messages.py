"""What would be said to customers, and why, on the wire."""

from datetime import date

from functions.operator_api.schema.wire import Amount, Wire


class ItemOut(Wire):
    document_id: str
    number: str
    due_on: date
    payable: Amount
    asked: bool


class FeeOut(Wire):
    number: str
    amount: Amount


class UnchargedOut(Wire):
    """A charge that a stage names and does not make. what is fee or interest."""

    document_id: str
    number: str
    what: str
    code: str
    reason: str


class MessageOut(Wire):
    """One message. first says that nothing was ever said to the customer before."""

    customer_id: str
    external_id: str
    name: str
    email: str
    stage: str
    channel: str
    reason: str
    items: list[ItemOut]
    fees: list[FeeOut]
    uncharged: list[UnchargedOut]
    first: bool


class QuietOut(Wire):
    """Why nothing is said to some customers, and when that may be over, where it is known."""

    code: str
    customers: int
    again_on: date | None


class DryRunOut(Wire):
    """What a sweep would say. erp_stale is whose facts are so old that it says nothing for now.

    Of the past it is whose facts braked then, or on that day, and from when until when.
    """

    on: date
    messages: list[MessageOut]
    looked_at: int
    candidates: int
    next: str | None
    undated: list[str]
    erp_stale: str = ""
    quiet: list[QuietOut]


class DecisionOut(Wire):
    action: str
    code: str
    reason: str
    documents: list[str]
    stage: str | None
    channel: str | None
    items: list[ItemOut]
