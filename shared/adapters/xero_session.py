"""Xero's own package, carried by our HTTP: it makes the requests, and never tries one again."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token

from shared.adapters import exact_json
from shared.adapters.erp_http import Answer, ErpHttp

API = "https://api.xero.com/api.xro/2.0"
IDENTITY = "https://identity.xero.com"
RENEWAL_PATH = "/connect/token"


class Tokens(Protocol):
    def access_token(self) -> str: ...


class XeroCalls:
    """Xero's accounting calls. `api` makes them; its answers are read by `rows_of` and `row_of`."""

    def __init__(self, tokens: Tokens, base: str = API) -> None:
        self._tokens = tokens
        client = ApiClient(
            Configuration(oauth2_token=OAuth2Token()),
            oauth2_token_getter=self._token,
            oauth2_token_saver=lambda _: None,
        )
        client.rest_client.pool_manager = _Carrier(base)
        self.api = AccountingApi(client)
        self.api.base_url = base

    def _token(self) -> Mapping[str, object]:
        """Return the token as the package keeps one; without an end, for we renew it ourselves."""
        token = self._tokens.access_token()
        return {"access_token": token, "token_type": "Bearer", "scope": "", "expires_in": None}


def rows_of(answer: Any, name: str) -> Sequence[Mapping[str, Any]]:
    """Return the records of an answer that was left unread (`_preload_content=False`)."""
    body = answer.json()
    rows = body.get(name, ()) if isinstance(body, dict) else ()
    return [row for row in rows if isinstance(row, dict)]


class _Response:
    """An answer in the shape that the package reads."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.reason = ""
        self.data = answer.body
        self._answer = answer

    def json(self) -> Any:
        return self._answer.json()

    def getheaders(self) -> Mapping[str, str]:
        return self._answer.headers


class _Carrier:
    """What the package takes for urllib3's pool manager."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")
        self._http = ErpHttp(base, words=_words)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: str | None = None,
        fields: Sequence[tuple[str, Any]] | None = None,
        **_: Any,
    ) -> _Response:
        """Carry one call. Errors are ours and pass through the package untouched."""
        query = [(name, str(value)) for name, value in fields or ()]
        answer = self._http.call(
            method,
            url.removeprefix(self._base),
            writes=method != "GET",
            query=query,
            headers={name.lower(): str(value) for name, value in headers.items()},
            body=exact_json.read(body) if body else None,
        )
        return _Response(answer)


def _words(answer: Answer) -> str:
    """Return what Xero says of a request that it refuses: its messages, the general one last."""
    body = answer.json()
    if not isinstance(body, dict):
        return ""
    said = [
        str(error.get("Message", ""))
        for element in body.get("Elements") or ()
        for error in element.get("ValidationErrors") or ()
    ]
    return " ".join([*said, str(body.get("Message") or body.get("Detail") or "")])
