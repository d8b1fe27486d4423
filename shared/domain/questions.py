"""Questions of customers. Values only."""

from dataclasses import dataclass
from datetime import datetime

TEXT_MAX = 2000
HOLD_DAYS = 7
HOLD_REASON = "question"


@dataclass(frozen=True, slots=True)
class Question:
    """What a customer asked, about documents (none: about the account), at a business instant."""

    question_id: str
    text: str
    documents: tuple[str, ...]
    asked_at: datetime
