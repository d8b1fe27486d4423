"""Call functions through Lambda's Invoke API, a bounded number of each at a time."""

import json
import threading
import time
from typing import Any
from urllib.parse import quote

import urllib3

_EVENT_BYTES_MAX = 6 * 1024 * 1024
# The emulator takes an account number as its owner's key and checks no signature of it.
_OWNER = (
    "AWS4-HMAC-SHA256 Credential={account}/20000101/{region}/lambda/aws4_request,"
    " SignedHeaders=host, Signature=0"
)


class TooLarge(Exception):
    """The event is over Lambda's limit for a synchronous call."""


class TooSlow(Exception):
    """No answer within the integration's time."""


class Failed(Exception):
    """The function raised, or the service could not run it."""


class Functions:
    """Calls functions by physical name. Safe to share among threads.

    Every parallel call of one function needs a worker of its own with a cold start of its own, so
    at most `parallel_max` calls of a function run at once; others wait their turn within the time.
    """

    def __init__(self, endpoint: str, account: str, region: str, *, parallel_max: int) -> None:
        self._http = urllib3.PoolManager(maxsize=64, retries=False)
        self._endpoint = endpoint
        self._headers = {
            "authorization": _OWNER.format(account=account, region=region),
            "content-type": "application/json",
        }
        self._parallel_max = parallel_max
        self._lock = threading.Lock()
        self._turns: dict[str, threading.BoundedSemaphore] = {}

    def call(self, function: str, event: dict[str, Any], *, timeout_s: float) -> Any:
        """Return what the function returned. Raises TooLarge, TooSlow or Failed."""
        body = json.dumps(event, ensure_ascii=False).encode()
        if len(body) > _EVENT_BYTES_MAX:
            raise TooLarge
        deadline = time.monotonic() + timeout_s
        turn = self._turn(function)
        if not turn.acquire(timeout=timeout_s):
            raise TooSlow
        try:
            answer = self._http.request(
                "POST",
                f"{self._endpoint}/2015-03-31/functions/{quote(function)}/invocations",
                body=body,
                headers=self._headers,
                timeout=urllib3.Timeout(connect=2, read=max(0.1, deadline - time.monotonic())),
            )
        except urllib3.exceptions.TimeoutError as error:
            raise TooSlow from error
        except urllib3.exceptions.HTTPError as error:
            raise Failed(type(error).__name__) from error
        finally:
            turn.release()
        if answer.status == 429:
            raise TooSlow
        if answer.status != 200 or "x-amz-function-error" in answer.headers:
            raise Failed(f"status {answer.status}")
        if len(answer.data) > _EVENT_BYTES_MAX:
            raise Failed("the result is over 6 MB")
        return json.loads(answer.data or b"null")

    def _turn(self, function: str) -> threading.BoundedSemaphore:
        with self._lock:
            if function not in self._turns:
                self._turns[function] = threading.BoundedSemaphore(self._parallel_max)
            return self._turns[function]
