"""Stripe's webhook signature, checked on the raw bytes by the standard library alone."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from shared.errors import UntrustedWebhook

TOLERANCE_S = 300
_HEADER_CHARS_MAX = 4096
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}")


def verify(body: bytes, header: str, secrets: Sequence[str], now_wall: datetime) -> None:
    """Return if any of secrets signed body within TOLERANCE_S of now_wall, before or after.

    header is the Stripe-Signature header, "" where there is none. Several v1 marks and several
    secrets are how a secret is replaced: one pair that fits is enough.

    Raises UntrustedWebhook with the reason as a fact.
    """
    timestamp, marks = _parts(header)
    if abs(now_wall.timestamp() - int(timestamp)) > TOLERANCE_S:
        raise UntrustedWebhook(reason="stale")
    signed = timestamp.encode() + b"." + body
    for secret in filter(str.strip, secrets):
        wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        if any(hmac.compare_digest(wanted, mark.encode()) for mark in marks):
            return
    raise UntrustedWebhook(reason="no_mark_fits")


def _parts(header: str) -> tuple[str, list[str]]:
    if not header or len(header) > _HEADER_CHARS_MAX:
        raise UntrustedWebhook(reason="no_signature")
    pairs = [part.strip().split("=", 1) for part in header.split(",")]
    timestamps = [pair[1] for pair in pairs if pair[0] == "t" and len(pair) == 2]
    marks = [pair[1] for pair in pairs if pair[0] == "v1" and len(pair) == 2]
    if len(timestamps) != 1 or not _TIMESTAMP.fullmatch(timestamps[0]):
        raise UntrustedWebhook(reason="no_timestamp")
    if not marks:
        raise UntrustedWebhook(reason="no_mark")
    return timestamps[0], marks
