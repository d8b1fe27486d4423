"""Payments, refunds and adjustments on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Ulid, Wire

Note = Annotated[str, Field(max_length=500, description="For people: why, or from whom")]
Deduction = Literal[
    "damaged", "short_delivery", "price", "returned", "bank_fee", "promotion", "other"
]
BadDebt = Literal["insolvent", "uncollectible", "disputed", "statute_barred", "too_small", "other"]


class AllocationOut(Wire):
    document_id: str
    number: str
    amount: Amount
    instalments: dict[str, Amount]


class PaymentOut(Wire):
    payment_id: str
    customer_id: str
    amount: Amount
    unapplied: Amount
    state: str
    given_back: Amount
    received: Amount | None
    method: str
    source: str
    received_on: date
    reference: str
    gateway_reference: str
    allocations: list[AllocationOut]
    left_to_allocate: int
    version: int


class PaymentRow(PaymentOut):
    """A payment in a list, with whose it is: name and the ERP's id."""

    customer: str
    external_id: str


class PaymentPage(Wire):
    items: list[PaymentRow]
    next: str | None


class PartIn(Wire):
    """What some money is for: our id, the ERP's id or the number of a document."""

    document: Annotated[str, Field(min_length=1, max_length=100)]
    amount: Annotated[
        Amount | None, Field(description="Left out: all that closes it, less a discount")
    ] = None
    instalment: Annotated[int, Field(ge=0, le=60)] = 0
    deduction: Annotated[
        Amount | None, Field(description="Kept back by the payer, and accepted")
    ] = None
    reason: Deduction | Literal[""] = ""


Parts = Annotated[list[PartIn], Field(max_length=300)]


class PaymentIn(Wire):
    amount: Annotated[Amount, Field(description="In the currency of the documents")]
    received_on: date
    method: Literal["transfer", "cheque", "cash", "direct_debit", "card", "other"] = "transfer"
    reference: Annotated[str, Field(max_length=140, description="The bank's")] = ""
    parts: Parts = Field(default_factory=list)
    oldest_first: Annotated[
        bool, Field(description="Use it for whatever is open, oldest due first")
    ] = False
    received: Annotated[
        Amount | None, Field(description="What arrived, where that was another currency")
    ] = None
    rate: Annotated[
        str,
        Field(
            pattern=r"^([0-9]{1,9}(\.[0-9]{1,10})?)?$",
            description="What the bank gave for one unit of what arrived",
        ),
    ] = ""
    pending: Annotated[
        bool, Field(description="It is announced for received_on: processing, not here")
    ] = False
    another: Annotated[
        bool, Field(description="It is not the one of this reference, amount and day")
    ] = False
    receipt: Annotated[bool, Field(description="Mail the customer a receipt")] = False
    note: Note = ""


class SettleIn(Wire):
    received_on: date
    note: Note = ""


class NoteIn(Wire):
    note: Note = ""


class AllocateIn(Wire):
    parts: Parts = Field(default_factory=list)
    oldest_first: bool = False
    note: Note = ""


class MoveIn(Wire):
    document_id: Ulid
    amount: Annotated[Amount | None, Field(description="Left out: all of it")] = None
    to: Annotated[PartIn | None, Field(description="Left out: the money is unapplied again")] = None
    note: Note = ""


class ReverseIn(Wire):
    reason: Literal["bounced", "recalled", "wrong_customer", "noted_twice", "other"]
    returned_on: Annotated[date | None, Field(description="Value date; today if left out")] = None
    note: Note = ""


class RefundIn(Wire):
    amount: Amount
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z_]{2,29}$")] = "requested_by_customer"
    release: Annotated[
        bool, Field(description="Take back what the payment was used for, as far as needed")
    ] = False
    note: Note = ""


class RefundOut(Wire):
    refund_id: str
    customer_id: str
    source_id: str
    amount: Amount
    via: str
    reason: str
    state: str
    by: str
    created_at: datetime
    reference: str


class WriteOffIn(Wire):
    amount: Annotated[Amount | None, Field(description="Left out: all that is open")] = None
    reason: BadDebt
    note: Note = ""


class AskAgainIn(Wire):
    amount: Annotated[Amount | None, Field(description="Left out: all of it")] = None
    note: Note = ""


class DeductIn(Wire):
    amount: Amount
    reason: Deduction
    note: Note = ""


class CreditOut(Wire):
    """What is left of a payment or credit note."""

    source_id: str
    unapplied: Amount
    received_on: date


class CreditsOut(Wire):
    items: list[CreditOut]
