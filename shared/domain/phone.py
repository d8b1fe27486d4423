"""Phone numbers as the networks write them."""

import re

_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_BETWEEN = re.compile(r"[\s()./\u00a0\u2011-]|\(0\)")
_TRUNK = re.compile(r"\(0\)")


def e164(written: str) -> str:
    """Return a phone number in the form +4930123456, or "" where it is none.

    People write blanks, dashes, brackets, and 00 before the country. A number without its country
    is none: whose it is would be a guess.
    """
    plain = _BETWEEN.sub("", _TRUNK.sub("", written.strip()))
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    return plain if _E164.fullmatch(plain) else ""
