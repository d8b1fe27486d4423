"""A secret store of one secret, in memory."""

from typing import Any


class KeptSecret:
    """The secret of one connection by OAuth; counts how often it was written."""

    def __init__(self, refresh: str = "refresh-0") -> None:
        self.kept: dict[str, Any] = {
            "client_id": "client",
            "client_secret": "client-secret",
            "refresh_token": refresh,
        }
        self.written = 0

    def value(self) -> dict[str, Any]:
        return dict(self.kept)

    def store(self, value: dict[str, Any]) -> None:
        self.written += 1
        self.kept = dict(value)
