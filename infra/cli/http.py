"""HTTP as the command needs it: one call, no redirects followed, every answer returned."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_S = 60


@dataclass(frozen=True)
class Answer:
    """What came back. headers have lower-case names; cookies are the Set-Cookie lines."""

    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """Return the body read as JSON. Raises ValueError."""
        return json.loads(self.body)


class Unreachable(Exception):
    """Nobody answers at this address."""


def request(
    method: str, url: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> Answer:
    """Return the answer to one call. Raises Unreachable."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=_TIMEOUT_S)
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    try:
        connection.request(method, target, body=body, headers=headers or {})
        got = connection.getresponse()
        found = got.getheaders()
        return Answer(
            status=got.status,
            headers={name.lower(): value for name, value in found},
            cookies=tuple(value for name, value in found if name.lower() == "set-cookie"),
            body=got.read(),
        )
    except (OSError, http.client.HTTPException) as exc:
        raise Unreachable(f"{parts.scheme}://{parts.netloc} does not answer: {exc}") from exc
    finally:
        connection.close()
