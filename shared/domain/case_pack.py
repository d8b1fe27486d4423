"""A case on file: the request for its pack, and what the pack holds."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PackRequest:
    """A pack that somebody wants: everything about a customer's open case, in one ZIP.

    key is "" until the pack is there, sha256 is of its bytes then.
    """

    pack_id: str
    customer_id: str
    asked_at: datetime
    by: str
    key: str = ""
    sha256: str = ""
