"""How connectors speak HTTP: one try, a time limit, a size limit, and errors of the one tree.

Whether a call writes decides what a lost answer means: of a read it is an ERP that cannot be
reached, of a write it is an outcome that nobody knows.
"""

import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

from shared.adapters import exact_json, web_page
from shared.errors import (
    ErpAccess,
    ErpOutcomeUnknown,
    ErpRefused,
    ErpUnavailable,
    ErpUnreadable,
    InvalidInput,
)

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 25
BYTES_MAX = 20_000_000
WORDS_MAX = 500
RETRY_AFTER_MAX_S = 24 * 3600
_NOT_TAKEN = (408, 425, 429, 503)
_NO_ACCESS = (401, 403)
_NO_ADDRESS = "write the whole address, such as https://erp.example.com"
_OPEN = (
    "over http:// the key could be read on its way: write the ERP's https:// address, such as "
    "https://erp.example.com"
)
_TOO_MUCH = "write the address alone, with no user, password, ? or # in it"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
# whatever breaks before a byte was sent
_NOT_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and what was asked. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    asked: str = ""

    def json(self) -> Any:
        """Return the body as JSON, numbers with a point as Decimal so that no cent is lost."""
        try:
            return exact_json.read(self.body)
        except (ValueError, RecursionError):
            if self.is_page:
                raise self.unreadable() from None
            raise ErpUnreadable(status=self.status, what="no JSON") from None

    @property
    def is_page(self) -> bool:
        """Return whether it is a page of the web: no ERP's interface answers so."""
        return web_page.is_page(self.headers, self.body)

    def unreadable(self) -> ErpUnreadable:
        """Return the error that says what was asked, and in words what the page says."""
        return ErpUnreadable(status=self.status, what="a web page", said=self.in_words())

    def in_words(self) -> str:
        """Return what was asked and what the page says to that, as one line."""
        words = plain(web_page.words_of(self.body)) or "nothing to read"
        return plain(f"{self.asked} was answered by a web page ({self.status}): {words}")


def spoken(answer: Answer) -> str:
    """Return the words of an answer that refuses: its text as one line."""
    return answer.body.decode("utf-8", "replace")


class ErpHttp:
    """Calls under one base address. TLS always, save to this very machine."""

    def __init__(
        self,
        base: str,
        *,
        words: Callable[[Answer], str] = spoken,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        read_timeout_s: float = READ_TIMEOUT_S,
        bytes_max: int = BYTES_MAX,
    ) -> None:
        """Raise InvalidInput where base is no address that may be called.

        words finds what the ERP says in an answer of 400 to 499 that refuses.
        """
        self._base = _checked(base)
        self._host = urlsplit(self._base).netloc
        self._words = words
        self._bytes_max = bytes_max
        timeout = urllib3.Timeout(connect=connect_timeout_s, read=read_timeout_s)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        query: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Return the answer where its status is 200 to 299 or one of accept; one try.

        body is sent as JSON, form as a form. 429, 503 and no connection are ErpUnavailable with
        retry_after_s, 401 and 403 ErpAccess, other 4xx ErpRefused with what the ERP said, save a
        web page that a call gets which does not write: ErpUnreadable. Any other end of a call that
        writes is ErpOutcomeUnknown.
        """
        url = self._base + path + ("?" + urlencode(query) if query else "")
        sent, content = _content(body, form)
        try:
            response = self._pool.request(
                method,
                url,
                body=content,
                headers={"accept": "application/json", **sent, **(headers or {})},
                redirect=False,
                preload_content=False,
            )
            try:
                read = response.read(self._bytes_max + 1, decode_content=True)
            finally:
                response.close()  # a connection that was read to its end is kept all the same
        except _NOT_SENT as exc:
            raise ErpUnavailable(host=self._host, what=type(exc).__name__) from None
        except urllib3.exceptions.HTTPError as exc:
            # all TLS but the look at the certificate may also end after the call was sent
            if exc.args and isinstance(exc.args[0], ssl.SSLCertVerificationError):
                raise ErpUnavailable(host=self._host, what="certificate") from None
            raise self._lost(writes, type(exc).__name__) from None
        if len(read) > self._bytes_max:
            raise self._lost(writes, "too large") if writes else ErpUnreadable(what="too large")
        known = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status, known, read, self._base + path)
        if 200 <= answer.status < 300 or answer.status in accept:
            return answer
        raise self._error(answer, writes)

    def _error(self, answer: Answer, writes: bool) -> Exception:
        status = answer.status
        if status in _NOT_TAKEN:
            return ErpUnavailable(
                host=self._host, status=status, retry_after_s=retry_after_s(answer)
            )
        if status in _NO_ACCESS:
            return ErpAccess(host=self._host, status=status)
        if 400 <= status < 500 and answer.is_page:
            if writes:
                return ErpRefused(status=status, said=answer.in_words())
            return answer.unreadable()
        if 400 <= status < 500:
            return ErpRefused(status=status, said=plain(self._words(answer)))
        if status < 400:
            return ErpUnreadable(status=status, what="redirect")
        return self._lost(writes, f"status {status}")

    def _lost(self, writes: bool, what: str) -> Exception:
        if writes:
            return ErpOutcomeUnknown(host=self._host, what=what)
        return ErpUnavailable(host=self._host, what=what, retry_after_s=0)


def plain(said: str) -> str:
    """Return what an ERP said as one line of at most WORDS_MAX characters."""
    printable = "".join(char if char.isprintable() else " " for char in said)
    return " ".join(printable.split())[:WORDS_MAX]


def retry_after_s(answer: Answer) -> int:
    """Return the answer's Retry-After in seconds, at most a day; 0 where it has none."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return min(int(told[:9]), RETRY_AFTER_MAX_S)
    try:
        at, now = parsedate_to_datetime(told), parsedate_to_datetime(answer.headers["date"])
        return min(max(0, int((at - now).total_seconds())), RETRY_AFTER_MAX_S)
    except (KeyError, TypeError, ValueError):
        return 0


def _checked(base: str) -> str:
    try:
        parts = urlsplit(base)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput(field="url", reason=_NO_ADDRESS) from None
    if parts.scheme == "http" and host and host not in _LOOPBACK:
        raise InvalidInput(field="url", reason=_OPEN)
    if not host or parts.scheme not in ("http", "https"):
        raise InvalidInput(field="url", reason=_NO_ADDRESS)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidInput(field="url", reason=_TOO_MUCH)
    return base.rstrip("/")


def _content(body: object, form: Mapping[str, str] | None) -> tuple[dict[str, str], bytes | None]:
    if form is not None:
        return {"content-type": "application/x-www-form-urlencoded"}, urlencode(form).encode()
    if body is None:
        return {}, None
    return {"content-type": "application/json"}, exact_json.written(body).encode()
