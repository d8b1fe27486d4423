"""What the gateway says about a hosted page and about a payment, when it is asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

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
class GatewayPayment:
    """One payment as the gateway has it.

    status is the gateway's word; only "succeeded" is money. amount is what arrived, None where
    the gateway's figure is no amount of ours: odd then says why, as a code. The three ids are
    what we wrote on it, "" where somebody else made it. received_at is when it was booked.
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
    refunded_minor: int = 0
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class GatewayCheckout:
    """One hosted page as the gateway has it.

    state is "open", "complete" or "expired". payment is None until somebody tries to pay.
    """

    session_id: str
    state: str
    payment_status: str
    entity_id: str
    customer_id: str
    checkout_id: str
    url: str = ""
    payment: GatewayPayment | None = None

    @property
    def payment_reference(self) -> str:
        """Return the gateway's id of the payment, "" before the first attempt."""
        return self.payment.reference if self.payment else ""
