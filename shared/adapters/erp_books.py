"""What connectors of books share: entries by an object of their own, open amounts by the page."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from shared.adapters.erp_values import readable
from shared.domain.erp import Entry, OpenAmount, OpenPage, Posted

Json = Mapping[str, Any]


class Entries(Protocol):
    def find(self, key: str) -> Posted | None: ...
    def post(self, entry: Entry) -> Posted: ...


class BooksByEntries:
    """The half of a connector that books: what the ERP has under our keys."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def find(self, key: str) -> Posted | None:
        """Return what the ERP has under our key, or None."""
        return self._entries.find(key)

    def post(self, entry: Entry) -> Posted:
        """Book entry; what an earlier attempt left half done is finished."""
        return self._entries.post(entry)


def open_page(
    records: Iterable[Json], read: Callable[[Json], OpenAmount | None], after: str, at: datetime
) -> OpenPage:
    """Return what read makes of records; what it cannot read, and None, is passed over."""
    found = readable(records, read)
    return OpenPage(tuple(one for one in found if one is not None), after, at)
