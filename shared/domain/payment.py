"""Money that came in, and what it was used for. Values only."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.domain.clock import Now
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.ids import derived_id

GONE_IN_ERP = "gone_in_erp"
"""Why money is taken back that the ERP, which took it, has no more."""


class PaymentState(StrEnum):
    """How the money of a payment stands. Only what is settled was ever in the books."""

    PENDING = "pending"  # announced or under way: counts as processing, settles nothing
    SETTLED = "settled"
    FAILED = "failed"  # it never came
    RETURNED = "returned"  # it came and was taken back, all that was here of it


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a payment that went to one document.

    invoice_external_id is the ERP's id of the document, "" where the ERP does not know it. parts
    are (instalment, minor units) that sum to amount, of a document that has instalments.
    """

    document_id: str
    number: str
    invoice_external_id: str
    amount: Money
    parts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Booked:
    """What is remembered of a booked payment of the gateway; planned: not all of it is allocated.

    Somebody goes on with the plan of such a payment, or it waits for ever.
    """

    amount: Money
    planned: bool
    customer_id: str


@dataclass(frozen=True, slots=True)
class Payment:
    """Money from one customer.

    source is "gateway", "bank" or "elsewhere". received_at is the instant at which whoever took the
    money booked it, received_on its date in the customer's zone. allocations are those that hold.
    plan holds what is still to be allocated, by document id: it is empty once the payment is done.
    gone_minor is what has left again: refunds that hold, withdrawn card disputes, returns, and
    kept_minor, the part of it that was too small to keep as credit. That comes back where more is
    taken than is here.
    external_id is what the ERP or the bank calls it. cash is what arrived where that was another
    currency than amount, which is then what the bank or the gateway made of it. excess is what the
    ERP, which took the money, has of it on its invoice beyond what was open there, None where it
    never had: used for anything else, it leaves that invoice in the ERP, too.
    """

    payment_id: str
    customer_id: str
    amount: Money
    method: str
    received_on: date
    received_at: datetime
    source: str = "gateway"
    gateway_reference: str = ""
    checkout_id: str = ""
    external_id: str = ""
    allocations: tuple[Allocation, ...] = ()
    plan: tuple[tuple[str, Money], ...] = ()
    version: int = 1
    state: PaymentState = PaymentState.SETTLED
    gone_minor: int = 0
    kept_minor: int = 0
    cash: Money | None = None
    excess: Allocation | None = None

    @property
    def unfinished(self) -> bool:
        """Return whether somebody has to go on with it: with its plan, or with its reversal.

        The plan of announced money waits for the money. What the gateway takes back is gone on with
        by the gateway's steps.
        """
        if self.state is PaymentState.SETTLED:
            return bool(self.plan)
        reversing = self.state is PaymentState.RETURNED and self.source != "gateway"
        return reversing and bool(self.allocations)

    @property
    def here(self) -> Money:
        """Return what of it has not left again: all that can still be refunded or taken back."""
        return Money(minor=self.amount.minor - self.gone_minor, currency=self.amount.currency)

    @property
    def unapplied(self) -> Money:
        """Return what is here and allocated to no document."""
        used = sum(allocation.amount.minor for allocation in self.allocations)
        return self.here - Money(minor=used, currency=self.amount.currency)


def payment_id(entity_id: str, reference: str) -> str:
    """Return the id of the payment that the gateway calls reference."""
    return derived_id("payment", entity_id, reference)


def elsewhere_payment_id(entity_id: str, external_id: str, generation: int = 0) -> str:
    """Return the id of the payment that the ERP, or the bank, calls external_id.

    generation is how often they had taken it back before they had it again.
    """
    again = (str(generation),) if generation else ()
    return derived_id("payment-elsewhere", entity_id, external_id, *again)


def bank_payment_id(entity_id: str, reference: str) -> str:
    """Return the id of the payment that a person noted and that reference tells from any other."""
    return derived_id("payment-bank", entity_id, reference)


def payment_posting(
    payment: Payment, allocated: tuple[Movement, ...], now: Now, by: str = "", note: str = ""
) -> Posting:
    """Return the posting of money that came in, and of what it is used for at once."""
    came = Movement(
        MovementKind.PAYMENT,
        payment.amount,
        source_id=payment.payment_id,
        via=payment.source,
        cash=payment.cash,
    )
    return Posting(
        posting_id=f"payment:{payment.payment_id}",
        value_date=payment.received_on,
        recorded_at=now.business,
        movements=(came, *allocated),
        by=by,
        note=note,
    )


def allocation_posting(payment: Payment, allocated: tuple[Movement, ...], now: Now) -> Posting:
    """Return the posting of the next part of a payment's plan, as payment stands before it."""
    return Posting(
        posting_id=f"allocation:{payment.payment_id}:{payment.version}",
        value_date=payment.received_on,
        recorded_at=now.business,
        movements=allocated,
    )
