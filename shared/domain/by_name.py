"""The order in which people look names up."""

import unicodedata


def name_order(name: str, own_id: str) -> tuple[str, str, str]:
    """Return what a list by name is sorted by: case and accents do not count, then they do.

    Equal names stand by own_id, so that the order is one and the same each time.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain, name, own_id
