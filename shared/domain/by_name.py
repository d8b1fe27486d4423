"""The order in which people look names up."""

import unicodedata

_CHARS_MAX = 110
_LEAST = "\x01"


def name_order(name: str, own_id: str) -> tuple[str, str, str]:
    """Return what a list by name is sorted by: case and accents do not count, then they do.

    Equal names stand by own_id, so that the order is one and the same each time.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain, name, own_id


def name_place(name: str, own_id: str) -> str:
    """Return name_order() as one text, which sorts alike; of long names their beginning counts."""
    plain, as_told, _ = name_order(name, own_id)
    parts = (part[:_CHARS_MAX].replace("\x00", "") for part in (plain, as_told))
    return _LEAST.join((*parts, own_id))
