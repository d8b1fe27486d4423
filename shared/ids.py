"""Ids: sortable by time, or derived from what they stand for. Never a capability."""

import hashlib
from datetime import datetime

from ulid import ULID

_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id(now: datetime) -> str:
    """Return a new 26-character id that sorts by now (an aware instant)."""
    return str(ULID.from_datetime(now))


def derived_id(*parts: str) -> str:
    """Return the 26-character id that parts always give, so that a retry names the same thing."""
    number = int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    return "".join(_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5))


def requested_id(request_id: str, now: datetime, *parts: str) -> str:
    """Return the id that a repeat of the request gives again; a new one where request_id is ""."""
    return derived_id(*parts, request_id) if request_id else new_id(now)
