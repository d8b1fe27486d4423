# SPDX-License-Identifier: GPL-3.0-or-later
"""Idempotency keys: the same request twice is carried out once and answered twice."""

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.typedefs import Handler

from infra.local.stripe.errors import ApiError

KEY_CHARS_MAX = 255
NOT_KEPT = "not_kept"


@dataclass
class Answer:
    """What a key stands for: the request's fingerprint and, once known, its answer."""

    fingerprint: str
    status: int | None = None
    body: bytes = b""


class Answers:
    """The answers kept, by key."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: dict[str, Answer] = {}

    def clear(self) -> None:
        """Forget all keys, as Stripe may after a day."""
        self._kept.clear()

    async def once(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Return the kept answer for the request's key, or carry it out and keep the answer."""
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method != "POST":
            return await handler(request)
        if not 0 < len(key) <= KEY_CHARS_MAX:
            raise ApiError(400, "Idempotency keys must be 1 to 255 characters long")
        fingerprint = await _fingerprint(request)
        kept = self._kept.get(key)
        if kept is not None:
            return _replay(kept, fingerprint, key)
        self._kept[key] = Answer(fingerprint)
        try:
            response = await handler(request)
        except BaseException:
            del self._kept[key]
            raise
        if response.get(NOT_KEPT):
            self._kept.pop(key, None)
        else:
            self._kept[key] = Answer(fingerprint, response.status, response.body)
        return response


def _replay(kept: Answer, fingerprint: str, key: str) -> web.Response:
    if kept.fingerprint != fingerprint:
        raise ApiError(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. Try using a key other than '{key}'.",
            kind="idempotency_error",
        )
    if kept.status is None:
        raise ApiError(
            409,
            "There is currently another in-progress request using this Idempotent Key.",
            kind="idempotency_error",
            code="idempotency_key_in_use",
        )
    return web.Response(
        status=kept.status,
        body=kept.body,
        content_type="application/json",
        headers={"Idempotent-Replayed": "true"},
    )


async def _fingerprint(request: web.Request) -> str:
    pairs = sorted(parse_qsl(await request.text(), keep_blank_values=True))
    return hashlib.sha256(repr((request.path, pairs)).encode()).hexdigest()
