"""The bytes of a request as they were signed."""

import base64
import binascii
from typing import Any

from shared.errors import MalformedWebhook


def raw_body(event: dict[str, Any]) -> bytes:
    """Return the bytes that were signed. Raises MalformedWebhook for a broken encoding."""
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedWebhook(reason="not_base64") from None
