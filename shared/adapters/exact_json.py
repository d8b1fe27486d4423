"""JSON whose numbers keep their digits: a Decimal goes out as a number, and comes in as one."""

import json
from collections.abc import Mapping
from decimal import Decimal


def written(value: object) -> str:
    """Return value as JSON. Raises TypeError for a float: its digits are not those that were meant.

    Whatever is no mapping, list, tuple or Decimal is written as json does.
    """
    match value:
        case float():
            raise TypeError("a float is no exact number")
        case Decimal():
            return format(value, "f")
        case Mapping():
            named = (f"{json.dumps(str(name))}: {written(one)}" for name, one in value.items())
            return f"{{{', '.join(named)}}}"
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
        case _:
            return json.dumps(value)


def read(text: str | bytes) -> object:
    """Return what JSON says, its numbers with a point as Decimal. Raises ValueError."""
    return json.loads(text, parse_float=Decimal)
