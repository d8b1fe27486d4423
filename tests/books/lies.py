"""One minor unit, changed in one item of the table: as if a bug or a person had done it."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.support.dynamodb_model import DynamoModel

Typed = dict[str, Any]
STORED = {"HEAD": ("open", "said_total"), "CREDIT": ("unapplied",)}
"""The amounts of an item of a type that is no posting."""


@dataclass(frozen=True)
class Lie:
    """An item as it is, and as it would be by one unit more; about says which kind it is."""

    about: str
    item: Typed
    changed: Typed


def lies(model: DynamoModel, entity_id: str, chance: Random) -> Iterator[Lie]:
    """Yield one lie about each kind of movement there is, and one about each stored balance."""
    chances: dict[str, list[tuple[Typed, int | str]]] = {}
    for item in model.items():
        if not item["pk"]["S"].startswith(f"E#{entity_id}#"):
            continue
        kind = item["type"]["S"]
        if kind == "POSTING":
            for place, movement in enumerate(item["movements"]["L"]):
                about = f"movement {movement['M']['kind']['S']}"
                chances.setdefault(about, []).append((item, place))
            continue
        closed = "closed " if item["pk"]["S"].endswith("#H") else ""
        for name in STORED.get(kind, ()):
            if name in item:
                chances.setdefault(f"{closed}{kind.lower()} {name}", []).append((item, name))
    for about, found in sorted(chances.items()):
        item, place = chance.choice(found)
        yield Lie(about, item, _changed(item, place))


def _changed(item: Typed, place: int | str) -> Typed:
    changed = deepcopy(item)
    if isinstance(place, int):
        amount = changed["movements"]["L"][place]["M"]["amount"]
    else:
        amount = changed[place]
    amount["N"] = str(int(amount["N"]) + 1)
    return changed
