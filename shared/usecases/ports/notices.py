"""Taking the next number of a customer's log, and links into the portal for what it says."""

from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.notice import Notice


class ClaimsNotices(Protocol):
    def claim(self, entity: str, customer_id: str, notice: Notice, wall: datetime) -> bool: ...


class CreatesLinks(Protocol):
    def create(self, entity_id: str, customer_id: str, now: Now) -> str: ...
