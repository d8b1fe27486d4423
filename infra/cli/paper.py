"""What the command writes on: text stays the text it is, whoever wrote it."""

import unicodedata
from typing import Any

from rich.console import Console
from rich.text import Text

_KEPT = frozenset("\n\t")
_SHOWN_AS = "\N{REPLACEMENT CHARACTER}"
_STEERS = frozenset(
    "\N{ARABIC LETTER MARK}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
    "\N{LEFT-TO-RIGHT EMBEDDING}\N{RIGHT-TO-LEFT EMBEDDING}\N{POP DIRECTIONAL FORMATTING}"
    "\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}"
    "\N{RIGHT-TO-LEFT ISOLATE}\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
)
"""Characters that turn the direction of what stands beside them."""


class Paper(Console):
    """A console on which no text is an instruction: no markup, no emoji codes, no control codes.

    Every string that is printed, a cell and a title of a table among them, becomes text here.
    Style comes by arguments alone.
    """

    def __init__(self, *, stderr: bool = False, width: int | None = None) -> None:
        """width is that of the terminal where None."""
        super().__init__(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)

    def render_str(self, text: str, **how: Any) -> Text:
        """Return text as it stands; what would steer the terminal is shown as a mark."""
        return super().render_str(plain(text), **(how | {"markup": False, "emoji": False}))


def plain(text: str) -> str:
    """Return text with a mark in place of each character that would steer a terminal."""
    return "".join(_SHOWN_AS if _steers(one) else one for one in text)


def _steers(one: str) -> bool:
    return one not in _KEPT and (unicodedata.category(one) == "Cc" or one in _STEERS)
