"""What the hub could not place without guessing. It waits for a person, in sight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

FROM_ERP = "erp"
"""The source of what a connection to an ERP gave."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One thing set aside.

    kind says what it is ("payment", "event", ...), source where it came from ("stripe"),
    reason why it could not be placed (a stable code), facts the ids and amounts that help.
    """

    parked_id: str
    kind: str
    source: str
    reason: str
    created_at: datetime
    facts: Mapping[str, str | int]
