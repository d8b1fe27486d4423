"""An attempt to pay through the gateway's page. Values only."""

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
    """One attempt to pay through the gateway's page: what it is meant for, and how it stands."""

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
