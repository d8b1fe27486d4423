"""Cursors: where a list stood, as text that says nothing and is checked when it comes back."""

import base64
import binascii
import re
from collections.abc import Iterable
from itertools import islice

from shared.errors import InvalidInput

ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
BESIDE = "\x1f"
NAME = re.compile(rf"[^{BESIDE}]{{0,600}}{BESIDE}[0-9A-Za-z_-]{{1,64}}", re.DOTALL)
TASK = re.compile(r"\d{4}-\d{2}-\d{2}#[0-9A-Za-z_-]{1,64}")
PLACE = re.compile(r"\d{1,3}@\d{4}-\d{2}-\d{2}#[0-9A-Z]{26}#[0-9A-Z]{26}")


def cursor(place: str) -> str:
    """Return the cursor of a place in a list."""
    return base64.urlsafe_b64encode(place.encode()).rstrip(b"=").decode()


def place(text: str, shape: re.Pattern[str] = ID) -> str:
    """Return the place that a cursor means, "" for none. Raises InvalidInput."""
    if not text:
        return ""
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        found = ""
    if not shape.fullmatch(found):
        raise InvalidInput(field="cursor", reason="take it from the page before")
    return found


def page[Row](rows: Iterable[Row], limit: int) -> tuple[list[Row], bool]:
    """Return the first limit rows and whether there are more."""
    found = list(islice(rows, limit + 1))
    return found[:limit], len(found) > limit
