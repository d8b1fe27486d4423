"""An attempt to pay through the gateway: on its page, or by a mandate. Values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.money import Money


class CheckoutState(StrEnum):
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Checkout:
    """One attempt to pay through the gateway: what it is meant for, and how it stands.

    mandate_id is the mandate by which it takes the money by itself, "" where it has a page; called
    says that the gateway may have been asked for that money already. processing_at is the business
    instant from which money was known to move, None where a page has not led to that.
    """

    checkout_id: str
    state: CheckoutState
    amount: Money
    allocations: tuple[tuple[str, Money], ...]
    created_at: datetime
    expires_at: datetime
    session_id: str = ""
    url: str = ""
    gateway_reference: str = ""
    version: int = 1
    mandate_id: str = ""
    called: bool = False
    processing_at: datetime | None = None
