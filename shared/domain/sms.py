"""Text messages: how long they may be, and what one is made from. Values only."""

import math
import unicodedata
from dataclasses import dataclass
from datetime import date

from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.money import Money

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
_INSTEAD = str.maketrans("\u00a0\u202f\u2019\u2013\u2014\u00b7", "  '---")
SINGLE_MAX = 160
"""What one text message holds, in characters of the network's own alphabet (GSM 03.38)."""
PART_MAX = 153
"""The same where a message comes in parts."""


@dataclass(frozen=True, slots=True)
class SmsView:
    """Everything a text message says. amounts are what is asked for, fees included, by currency.

    fees are what is charged together with this message. since is the earliest due date of what is
    asked for, today the customer's date.
    """

    entity: Entity
    customer: Customer
    amounts: tuple[Money, ...]
    fees: tuple[Money, ...]
    since: date
    today: date
    link: str


def gsm7(text: str) -> str:
    """Return text in the network's own alphabet: letters lose accents that it does not know.

    A message with one character outside of it holds 70 characters only.
    """
    return "".join(_known(character) for character in text.translate(_INSTEAD))


def septets(text: str) -> int:
    """Return how many places text takes: a character of the extension table takes two."""
    return sum(2 if character in _EXTENDED else 1 for character in text)


def parts(text: str) -> int:
    """Return in how many parts text goes out."""
    length = septets(text)
    return 1 if length <= SINGLE_MAX else math.ceil(length / PART_MAX)


def _known(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if c in _BASIC)
    return plain or "?"
