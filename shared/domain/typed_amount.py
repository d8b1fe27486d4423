"""An amount as people type it, read by the separators of their own language. Pure."""

import re
from dataclasses import dataclass

from shared.domain.money import Money, exponent, parse_money
from shared.errors import HubError, InvalidInput

_SPACES = "\u0020\u00a0\u202f\u2009"
_SPACE = re.compile(f"[{_SPACES}]")
_THOUSAND = 3


@dataclass(frozen=True, slots=True)
class Separators:
    """What a language writes before decimals and between thousands, and its sign of a currency."""

    decimal: str
    group: str
    sign: str = ""


def typed_amount(text: str, currency: str, written: Separators) -> Money:
    """Return the amount that text says in currency.

    It is read as the language writes it (1,000.50 or 1.000,50 or 1 000,50), with its sign or code
    or without. Plain digits with a dot or comma before decimals are read in every language. What
    could be a thousand as well as decimals, as 1.000 or 1,000, is refused, and so is grouping that
    is not by threes. Raises InvalidInput without repeating the text.
    """
    decimals = exponent(currency)
    try:
        return parse_money(_plain(_bare(text, currency, written), decimals, written), currency)
    except HubError:
        raise InvalidInput(field="amount", reason="digits") from None


def _bare(text: str, currency: str, written: Separators) -> str:
    """Return text without the sign or the code of its currency at one of its ends."""
    bare = text.strip(_SPACES)
    for sign in filter(None, (written.sign, currency)):
        if bare.startswith(sign) or bare.endswith(sign):
            return bare.removeprefix(sign).removesuffix(sign).strip(_SPACES)
    return bare


def _plain(number: str, decimals: int, written: Separators) -> str:
    """Return number with a dot before its decimals, "" where it cannot be told what is meant."""
    spaced = _SPACE.sub(" ", number)
    minus = "-" if spaced.startswith("-") else ""
    group = " " if _SPACE.fullmatch(written.group) else written.group
    for mark in dict.fromkeys((group, " ")):
        grouped = re.fullmatch(
            rf"([0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+)(?:{re.escape(written.decimal)}([0-9]+))?",
            spaced.removeprefix("-"),
        )
        if grouped and not _ambiguous(grouped[1], grouped[2], mark, decimals):
            whole, rest = grouped[1].replace(mark, ""), grouped[2]
            return f"{minus}{whole}.{rest}" if rest else f"{minus}{whole}"
    simple = re.fullmatch(r"([0-9]+)(?:([.,])([0-9]+))?", spaced.removeprefix("-"))
    if simple is None:
        return ""
    whole, mark, rest = simple[1], simple[2], simple[3]
    if not rest:
        return f"{minus}{whole}"
    like_a_thousand = len(rest) == _THOUSAND and len(whole) <= _THOUSAND
    own = mark == written.decimal and decimals == _THOUSAND
    return "" if like_a_thousand and not own else f"{minus}{whole}.{rest}"


def _ambiguous(whole: str, rest: str | None, mark: str, decimals: int) -> bool:
    """Return whether what looks like one thousand could be three decimals of another language."""
    return mark in ".," and decimals > 0 and not rest and whole.count(mark) == 1
