"""A policy as it held from a day on."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a policy: its ladder, the text it was read from, and since when it holds.

    valid_from is a business instant; by names who wrote it.
    """

    policy: Policy
    text: str
    valid_from: datetime
    by: str
