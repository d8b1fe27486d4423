"""A secret store of one secret, in memory."""

from collections.abc import Mapping
from typing import Any

from shared.adapters.erp_secret import Kept


class KeptSecret:
    """The secret of one connection by OAuth; counts how often it was written."""

    def __init__(self, refresh: str = "refresh-0") -> None:
        self.kept: dict[str, Any] = {
            "client_id": "client",
            "client_secret": "client-secret",
            "refresh_token": refresh,
        }
        self.written = 0
        self._aside: Kept | None = None

    def read(self) -> Kept:
        return Kept(dict(self.kept), str(self.written))

    def aside(self) -> Kept | None:
        return self._aside

    def replace(self, seen: Kept, value: Mapping[str, Any]) -> bool:
        self._aside = Kept(dict(value), "aside")
        if seen.version != str(self.written):
            return False
        self.written += 1
        self.kept = dict(value)
        return True
