"""What the gateway says about a hosted page and about a payment, when it is asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from shared.domain.mandate import Method
from shared.domain.money import Money
from shared.errors import HubError


class GatewayUnavailable(HubError):
    """The gateway did not answer: nobody knows whether the request was carried out."""

    code = "gateway_unavailable"
    retryable = True
    help: ClassVar[str] = "Try again in a moment: the same request is never carried out twice."


class GatewayRefused(HubError):
    """The gateway understood the request and refused it."""

    code = "gateway_refused"
    help: ClassVar[str] = "See the gateway's code; check the key's permissions and the amount."


@dataclass(frozen=True, slots=True)
class BalanceEntry:
    """One change of the company's balance at the gateway, in the currency of that balance.

    amount is signed and before the fee; fee is what the gateway kept, negative where it gave it
    back. kind is the gateway's word for what it was.
    """

    entry_id: str
    kind: str
    amount: Money
    fee: Money
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentEntry:
    """One change of the balance, and the gateway's id of the payment that it belongs to."""

    reference: str
    entry: BalanceEntry


@dataclass(frozen=True, slots=True)
class GatewayRefund:
    """Money on its way back to the payer.

    asked_as is the id under which the hub asked for it, "" where it was made at the gateway. left
    and came_back are what it did to the balance, None while that is unknown.
    """

    refund_id: str
    status: str
    amount: Money
    made_at: datetime
    asked_as: str = ""
    left: BalanceEntry | None = None
    came_back: BalanceEntry | None = None

    @property
    def failed(self) -> bool:
        """Return whether the money did not reach the payer."""
        return self.status in ("failed", "canceled")


@dataclass(frozen=True, slots=True)
class GatewayDispute:
    """A payer's bank that takes money back, for now or for good.

    withdrawn and reinstated are what it did to the balance; without withdrawn it is a question
    only. answer_by is when the gateway wants evidence, None where it takes none.
    """

    dispute_id: str
    status: str
    reason: str
    amount: Money
    opened_at: datetime
    withdrawn: BalanceEntry | None = None
    reinstated: BalanceEntry | None = None
    answer_by: datetime | None = None

    @property
    def decided(self) -> bool:
        """Return whether nothing more will come of it."""
        return self.status in ("won", "lost", "warning_closed", "prevented")


@dataclass(frozen=True, slots=True)
class GatewayPayment:
    """One payment as the gateway has it.

    status is the gateway's word; only "succeeded" is money. amount is what arrived, None where
    the gateway's figure is no amount of ours: odd then says why, as a code. The three ids are
    what we wrote on it, "" where somebody else made it. received_at is when it was booked. came_in
    is what it did to the balance, None while that is unknown; returned is what a debit that failed
    after it had succeeded took from it. mandate_id is set where it was taken by itself; decline is
    why the newest attempt failed, as a code.
    """

    reference: str
    status: str
    amount: Money | None
    odd: str
    method: str
    received_at: datetime
    entity_id: str
    customer_id: str
    checkout_id: str
    came_in: BalanceEntry | None = None
    refunds: tuple[GatewayRefund, ...] = ()
    disputes: tuple[GatewayDispute, ...] = ()
    returned: BalanceEntry | None = None
    mandate_id: str = ""
    decline: str = ""

    @property
    def has_gone_back(self) -> bool:
        """Return whether any of it has left again, for now or for good."""
        return bool(self.refunds or self.disputes or self.returned)


@dataclass(frozen=True, slots=True)
class GatewayCheckout:
    """One hosted page as the gateway has it.

    state is "open", "complete" or "expired". payment is None until somebody tries to pay. A page on
    which leave to take money is given has a mandate_id, and the method once that is done.
    """

    session_id: str
    state: str
    payment_status: str
    entity_id: str
    customer_id: str
    checkout_id: str
    url: str = ""
    payment: GatewayPayment | None = None
    mandate_id: str = ""
    method: Method | None = None

    @property
    def payment_reference(self) -> str:
        """Return the gateway's id of the payment, "" before the first attempt."""
        return self.payment.reference if self.payment else ""
