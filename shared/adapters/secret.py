"""A secret by reference, read again when it is older than a few minutes."""

import json
from datetime import datetime, timedelta
from typing import Any

MAX_AGE = timedelta(seconds=300)


class Secret:
    """One JSON secret. The value stays in memory for MAX_AGE of the wall clock."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self._value: dict[str, Any] = {}
        self._read_at: datetime | None = None

    def value(self, wall: datetime) -> dict[str, Any]:
        """Return the secret as it was at most MAX_AGE before wall."""
        if self._read_at is None or not timedelta(0) <= wall - self._read_at < MAX_AGE:
            answer = self._client.get_secret_value(SecretId=self._name)
            self._value, self._read_at = json.loads(answer["SecretString"]), wall
        return self._value
