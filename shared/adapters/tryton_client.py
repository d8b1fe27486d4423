"""Tryton over HTTP: records by REST with an application key, wizards by JSON-RPC with a password.

The key is a user's, made for REST and revocable in Tryton. Wizards are not reachable by REST, and
only a wizard reconciles: whoever gives no password gets no reconciliation. No session is held.
"""

import base64
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from shared.adapters.erp_http import Answer, ErpHttp, plain, spoken
from shared.errors import ErpAccess, ErpRefused, ErpUnreadable

type Record = dict[str, Any]
type Domain = Sequence[Any]


class TrytonClient:
    """One database and one company of it.

    secret returns key, the application key, and where wizards are wanted user and password.
    """

    def __init__(
        self, http: ErpHttp, secret: Callable[[], Mapping[str, str]], database: str, company: int
    ) -> None:
        self._http = http
        self._secret = secret
        self._database = "/" + quote(database, safe="")
        self._place = self._database + "/rest/model/"
        self._context: dict[str, Any] = {"active_test": False}
        if company:
            self._context["company"] = company
        self._server_time: datetime | None = None

    @property
    def server_time(self) -> datetime | None:
        """Return Tryton's clock as its last answer told it, in whole seconds."""
        return self._server_time

    def search(
        self,
        model: str,
        domain: Domain,
        fields: Collection[str],
        *,
        limit: int | None = None,
        order: Sequence[tuple[str, str]] = (("id", "ASC"),),
    ) -> list[Record]:
        """Return the fields of the records that domain finds, each record with its id."""
        query = [("d", _packed(domain)), ("o", _packed([list(one) for one in order]))]
        query += [("f", field) for field in fields]
        if limit is not None:
            query.append(("s", str(limit)))
        found = self._call("GET", model, writes=False, query=query)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise ErpUnreadable(what="no list of records")
        return found

    def count(self, model: str, domain: Domain, most: int) -> int:
        """Return how many records domain finds, most at the highest."""
        return len(self.search(model, domain, ["id"], limit=most))

    def create(self, model: str, values: Mapping[str, Any]) -> int:
        """Make a record and return its id."""
        made = self._call("POST", model, writes=True, query=[("f", "id")], body=values)
        if not isinstance(made, dict) or not isinstance(made.get("id"), int):
            raise ErpUnreadable(what="no record made")
        return int(made["id"])

    def change(self, model: str, record: int, values: Mapping[str, Any]) -> None:
        """Write values on a record."""
        self._call("PUT", f"{model}/{record}", writes=True, query=[("f", "id")], body=values)

    def delete(self, model: str, record: int) -> None:
        """Delete a record; one that is gone already is no error."""
        self._call("DELETE", f"{model}/{record}", writes=True, accept=(404,))

    def act(self, model: str, record: int, action: str) -> None:
        """Press one of Tryton's buttons on a record."""
        self._call("POST", f"{model}/{record}/{action}", writes=True, query=[("f", "id")], body={})

    @property
    def has_wizards(self) -> bool:
        """Return whether the secret holds what wizards need."""
        return bool(self._secret().get("user") and self._secret().get("password"))

    def sign_in(self) -> None:
        """Try user and password, and keep nothing of it. Raises ErpAccess naming them."""
        try:
            self._rpc("model.res.user.get_preferences", [True, {}])
        except ErpAccess:
            raise ErpAccess(what="user and password") from None

    def wizard(self, name: str, model: str, records: Sequence[int]) -> str:
        """Start a wizard on records and let it go on to where it asks; return that state.

        It is "end" where the wizard asked nothing.
        """
        context = self._context | {
            "active_model": model, "active_id": records[0], "active_ids": list(records),
        }  # fmt: skip
        session, start, end = self._rpc(f"wizard.{name}.create", [context])
        told = self._rpc(f"wizard.{name}.execute", [session, {}, start, context])
        state = told.get("view", {}).get("state", end) if isinstance(told, dict) else end
        if state != end:
            self._rpc(f"wizard.{name}.delete", [session, context])
        return "end" if state == end else str(state)

    def _rpc(self, method: str, params: list[Any]) -> Any:
        secret = self._secret()
        pair = f"{secret['user']}:{secret['password']}".encode()
        answer = self._http.call(
            "POST",
            f"{self._database}/rpc/",
            writes=True,
            headers={"authorization": f"Basic {base64.b64encode(pair).decode()}"},
            body={"id": 1, "method": method, "params": _coded(params)},
        )
        told = answer.json()
        if not isinstance(told, dict) or ("result" not in told and "error" not in told):
            raise ErpUnreadable(what="no answer of a wizard")
        if "error" in told:
            raise ErpRefused(status=200, said=plain(_message(told["error"])))
        return _plain(told["result"])

    def _call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        query: Sequence[tuple[str, str]] = (),
        body: Mapping[str, Any] | None = None,
        accept: Collection[int] = (),
    ) -> Any:
        headers = {
            "authorization": f"Bearer {self._secret()['key']}",
            "x-tryton-context": _packed(self._context),
        }
        answer = self._http.call(
            method,
            self._place + path,
            writes=writes,
            query=query,
            headers=headers,
            body=None if body is None else _coded(body),
            accept=accept,
        )
        self._server_time = _told_time(answer) or self._server_time
        if not answer.body or answer.status == 404:
            return None
        return _plain(answer.json())


def words(answer: Answer) -> str:
    """Return what Tryton says where it refuses: the message of its error, without its type."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return spoken(answer)
    return _message(told)


def _message(told: Any) -> str:
    """Return the first sentence among the parts of an error: names of errors have no spaces."""
    for part in _texts(told):
        if " " in part.strip():
            return part
    return next(_texts(told), "")


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, list | dict):
        for part in told.values() if isinstance(told, dict) else told:
            yield from _texts(part)


def _packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(_coded(value)).encode()).decode()


def _coded(value: Any) -> Any:
    """Return value as Tryton writes it in JSON."""
    if isinstance(value, Mapping):
        return {name: _coded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_coded(one) for one in value]
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, datetime):
        at = value.astimezone(UTC)
        names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return {"__class__": "datetime"} | {name: getattr(at, name) for name in names}
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    return value


def _plain(value: Any) -> Any:
    """Return what _coded would make of it: the other way round."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__class__")
    if kind is None:
        return {name: _plain(one) for name, one in value.items()}
    parts = {name: part for name, part in value.items() if name != "__class__"}
    try:
        if kind == "Decimal":
            return Decimal(parts["decimal"])
        if kind == "date":
            return date(**parts)
        if kind == "datetime":
            return datetime(**parts, tzinfo=UTC)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        raise ErpUnreadable(what=f"no {kind}") from None
    return parts


def _told_time(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None
