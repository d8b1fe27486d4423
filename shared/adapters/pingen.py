"""Letters by Pingen (its API of version 2): printed, put in an envelope and posted there."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import urllib3

from shared.domain.clock import Now
from shared.domain.mail import SendResult, SendState
from shared.domain.post import PrintJob
from shared.ids import derived_id

_JSON_API = "application/vnd.api+json"
_CONNECT_TIMEOUT_S = 3
_READ_TIMEOUT_S = 15
_TOKEN_LEEWAY = timedelta(seconds=60)
_FOR_GOOD = (400, 404, 409, 413, 422)
"""Statuses that will be the same tomorrow: this letter, or the organisation, is none of theirs."""
_PRODUCT = "cheap"


class _Refused(Exception):
    """Nothing was ordered, surely."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Pingen:
    """Orders letters. secret returns client_id, client_secret and organisation, as of an instant.

    delivery_product, too, may stand in the secret: "cheap" is what the country's slow post is.
    """

    def __init__(
        self, secret: Callable[[datetime], dict[str, Any]], api_base: str, identity_base: str
    ) -> None:
        self._secret = secret
        self._api = api_base.rstrip("/")
        self._identity = identity_base.rstrip("/")
        timeout = urllib3.Timeout(connect=_CONNECT_TIMEOUT_S, read=_READ_TIMEOUT_S)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False)
        self._token = ""
        self._token_until: datetime | None = None

    def post(self, job: PrintJob, now: Now) -> SendResult:
        """Upload the letter and order it, and return what is known of it afterwards.

        The order is one call with an idempotency key, and it is made once: no connection and most
        4xx are a sure refusal (for good where the letter itself is not taken), a lost answer or a
        5xx is uncertain. What fails before the order has ordered nothing.
        """
        try:
            secret = self._secret(now.wall)
            place = f"{self._api}/organisations/{secret['organisation']}/deliveries/letters"
            product = secret.get("delivery_product", _PRODUCT)
            token = self._bearer(secret, now.wall)
            url, signature = self._uploaded(job, token)
        except _Refused as failed:
            return SendResult(SendState.REFUSED, code=failed.code)
        except urllib3.exceptions.HTTPError:
            return SendResult(SendState.REFUSED, code="no_connection")
        except Exception as failed:  # whatever it is, nothing was ordered
            return SendResult(SendState.REFUSED, code=type(failed).__name__)
        return self._ordered(job, place, product, token, url, signature)

    def _bearer(self, secret: dict[str, Any], wall: datetime) -> str:
        if self._token_until is None or wall >= self._token_until:
            form = {
                "grant_type": "client_credentials",
                "client_id": secret["client_id"],
                "client_secret": secret["client_secret"],
                "scope": "letter",
            }
            address = f"{self._identity}/auth/access-tokens"
            answer = self._pool.request("POST", address, fields=form, encode_multipart=False)
            told = _told(answer, 200)
            lives = timedelta(seconds=int(told["expires_in"]))
            self._token = str(told["access_token"])
            self._token_until = wall + lives - _TOKEN_LEEWAY
        return self._token

    def _uploaded(self, job: PrintJob, token: str) -> tuple[str, str]:
        headers = {"authorization": f"Bearer {token}", "accept": _JSON_API}
        answer = self._pool.request("GET", f"{self._api}/file-upload", headers=headers)
        place = _told(answer, 200)["data"]["attributes"]
        url, signature = str(place["url"]), str(place["url_signature"])
        kind = {"content-type": "application/pdf"}
        stored = self._pool.request("PUT", url, body=job.pdf, headers=kind)
        if stored.status not in (200, 201, 204):
            raise _Refused(f"upload_{stored.status}")
        return url, signature

    def _ordered(
        self, job: PrintJob, place: str, product: str, token: str, url: str, signature: str
    ) -> SendResult:
        letter = {
            "file_original_name": f"{job.reference}.pdf",
            "file_url": url,
            "file_url_signature": signature,
            "address_position": "left",
            "auto_send": True,
            "delivery_product": product,
            "print_mode": "simplex",
            "print_spectrum": "grayscale",
        }
        body = {"data": {"type": "letters", "attributes": letter}}
        headers = {
            "authorization": f"Bearer {token}",
            "accept": _JSON_API,
            "content-type": _JSON_API,
            "idempotency-key": derived_id("letter", job.entity_id, job.customer_id, str(job.n)),
        }
        try:
            answer = self._pool.request(
                "POST", place, body=json.dumps(body).encode(), headers=headers
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            return SendResult(SendState.REFUSED, code="no_connection")
        except urllib3.exceptions.HTTPError:
            return SendResult(SendState.UNCERTAIN, code="no_answer")
        return _result(answer)


def _result(answer: urllib3.BaseHTTPResponse) -> SendResult:
    status = answer.status
    if status in (200, 201):
        try:
            letter_id = str(json.loads(answer.data)["data"]["id"])
        except (ValueError, KeyError, TypeError):
            return SendResult(SendState.UNCERTAIN, code="unreadable_answer")
        return SendResult(SendState.ACCEPTED, message_id=letter_id)
    code = f"status_{status}"
    if status in _FOR_GOOD:
        return SendResult(SendState.REJECTED, code=code)
    sure = 400 <= status < 500
    return SendResult(SendState.REFUSED if sure else SendState.UNCERTAIN, code=code)


def _told(answer: urllib3.BaseHTTPResponse, status: int) -> dict[str, Any]:
    if answer.status != status:
        raise _Refused(f"status_{answer.status}")
    try:
        told = json.loads(answer.data)
    except ValueError:
        raise _Refused("unreadable_answer") from None
    if not isinstance(told, dict):
        raise _Refused("unreadable_answer")
    return told
