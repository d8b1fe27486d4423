"""A reply before it goes over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Reply:
    """Status, body, type and further headers."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return data as JSON."""
    body = json.dumps(data, ensure_ascii=False).encode()
    return Reply(status, body, "application/json", headers or {})


def page(html: str, status: int = 200) -> Reply:
    """Return a page of our own under a strict content security policy."""
    policy = {"Content-Security-Policy": PAGE_POLICY, "Referrer-Policy": "no-referrer"}
    return Reply(status, html.encode(), "text/html; charset=utf-8", policy)
