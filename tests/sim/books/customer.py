"""The items of one customer, by type and by where they lie."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tests.sim.books.kinds import movements_of

Item = Mapping[str, Any]


class Customer:
    """place is live, H or L, by the id() of the item; movements are those of all postings."""

    def __init__(self) -> None:
        self.of: defaultdict[str, list[Item]] = defaultdict(list)
        self.place: dict[int, str] = {}
        self.movements: list[dict[str, Any]] = []
        self.postings: list[Item] = []

    def add(self, item: Item, place: str) -> None:
        """Take one more item in."""
        self.of[item["type"]].append(item)
        self.place[id(item)] = place
        if item["type"] == "POSTING":
            self.movements += movements_of(item)
            self.postings.append(item)
