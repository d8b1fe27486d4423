"""Who signed a webhook of an accounting system: HMAC-SHA256 of the raw bytes, in base64.

Xero and QuickBooks sign alike, each under a header of its own.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping

from shared.errors import UntrustedWebhook

HEADERS = ("x-xero-signature", "intuit-signature")


def check_signature(headers: Mapping[str, str], body: bytes, key: Callable[[], str]) -> None:
    """Raise UntrustedWebhook where body was not signed with key. Names of headers are small.

    key is asked for only where something is signed at all.
    """
    told = next((headers[name] for name in HEADERS if headers.get(name)), "")
    secret = key() if told else ""
    if not secret:
        raise UntrustedWebhook(reason="unsigned")
    wanted = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    if not hmac.compare_digest(wanted, told.encode("utf-8", "replace")):
        raise UntrustedWebhook(reason="signature")
