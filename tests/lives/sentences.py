"""How a sentence of a scenario comes to what it does.

A sentence that begins with `in vain: ` must be refused by the hub.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.lives.life import Life

_VERBS: list[tuple[re.Pattern[str], Callable[..., Any]]] = []
MONEY = r"(?P<amount>[\d.]+) (?P<currency>[A-Z]{3})"
DAY = r"(?P<{}>\d{{4}}-\d\d-\d\d)"


def carry_out(life: "Life", said: str) -> None:
    """Do what a sentence says and note it. Raises LookupError for one that nobody knows."""
    vain = said.startswith("in vain: ")
    sentence = said.removeprefix("in vain: ")
    known = ((act, pattern.fullmatch(sentence)) for pattern, act in _VERBS)
    found = next(((act, match) for act, match in known if match), None)
    if found is None:
        raise LookupError(f"nobody knows how to: {sentence}")
    act, match = found
    try:
        told = act(life, **{k: v for k, v in match.groupdict().items() if v is not None})
    except Exception as exc:
        if not vain or type(exc).__name__ != "Refused":
            raise
        told = "refused"
    else:
        assert not vain, f"was not refused: {sentence}"
    life.happened.append((life.hub.now, sentence + (f" [{told}]" if told else "")))


def verb(pattern: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function what a sentence of that pattern does; its groups are the arguments."""

    def known(act: Callable[..., Any]) -> Callable[..., Any]:
        _VERBS.append((re.compile(pattern), act))
        return act

    return known
