"""Odoo's external interface: JSON-RPC calls of a user with an API key."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.adapters.erp_http import ErpHttp, plain
from shared.adapters.erp_values import answered_at
from shared.errors import ErpAccess, ErpRefused, ErpUnavailable, ErpUnreadable

Json = Mapping[str, Any]
Domain = Sequence[Any]
_NO_ACCESS = ("AccessDenied", "AccessError")
_BUSY = ("OperationalError", "SerializationFailure", "LockNotAvailable")
_AT_ONCE = 500


class OdooCalls:
    """Calls of one user to one database."""

    def __init__(self, http: ErpHttp, database: str, user: str, key: str) -> None:
        self._http = http
        self._database = database
        self._user = user
        self._key = key
        self._uid = 0
        self._headers: Mapping[str, str] = {}

    @property
    def answered_at(self) -> datetime:
        """Return Odoo's clock at its last answer."""
        return answered_at(self._headers)

    def __repr__(self) -> str:
        return "OdooCalls()"

    def call(
        self, model: str, method: str, args: Sequence[Any], *, writes: bool, **named: Any
    ) -> Any:
        """Return what model's method answers. What Odoo answers with an error, it rolled back."""
        if not self._uid:
            self._uid = self._signed_in()
        whose = [self._database, self._uid, self._key]
        return self._rpc("object", "execute_kw", [*whose, model, method, args, named], writes)

    def search_read(
        self, model: str, domain: Domain, fields: Sequence[str], **named: Any
    ) -> list[Json]:
        """Return the fields of the records that domain finds."""
        found = self.call(model, "search_read", [domain, fields], writes=False, **named)
        return [row for row in found if isinstance(row, dict)]

    def by_ids(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> Mapping[int, Json]:
        """Return the records with ids, by id."""
        return {
            int(row["id"]): row
            for some in _batches(ids)
            for row in self.search_read(model, [["id", "in", some]], fields)
        }

    def _signed_in(self) -> int:
        args = [self._database, self._user, self._key, {}]
        uid = self._rpc("common", "authenticate", args, writes=False)
        if not isinstance(uid, int) or not uid:
            raise ErpAccess(said="Odoo does not know this user and key.")
        return uid

    def _rpc(self, service: str, method: str, args: Sequence[Any], writes: bool) -> Any:
        params = {"service": service, "method": method, "args": args}
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}
        answer = self._http.call("POST", "/jsonrpc", writes=writes, body=body)
        self._headers = answer.headers
        found = answer.json()
        if not isinstance(found, dict) or found.keys().isdisjoint({"result", "error"}):
            raise ErpUnreadable(what="no JSON-RPC")
        if "error" in found:
            raise _error(found["error"])
        return found["result"]


def name_of(value: Any) -> str:
    """Return the name of a link to another record, which Odoo tells as [id, name] or false."""
    return str(value[1]) if isinstance(value, list) and len(value) > 1 else ""


def id_of(value: Any) -> int:
    """Return the id of a link to another record, 0 for none."""
    return int(value[0]) if isinstance(value, list) and value else 0


def text(value: Any) -> str:
    """Return a text, which Odoo tells as false where it is empty."""
    return "" if value is False or value is None else str(value)


def _error(error: Any) -> Exception:
    data = (error.get("data") or {}) if isinstance(error, dict) else {}
    kind = str(data.get("name") or "").rpartition(".")[2]
    said = plain(str(data.get("message") or ""))
    if kind in _NO_ACCESS:
        return ErpAccess(said=said)
    return ErpUnavailable(what=kind) if kind in _BUSY else ErpRefused(said=said or kind)


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    wanted = sorted({one for one in ids if one})
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]
