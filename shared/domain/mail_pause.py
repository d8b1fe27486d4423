"""A pause of an entity's mails."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.reputation import Tally


@dataclass(frozen=True, slots=True)
class MailPause:
    """Why mails stopped and by which figures; ended_at is None while they are stopped."""

    reason: str
    began_at: datetime
    tally: Tally
    ended_at: datetime | None = None
    ended_by: str = ""
    note: str = ""
