"""The operator API as the command calls it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from infra.cli.errors import CliError, Exit
from infra.cli.http import Answer, Unreachable, request
from infra.cli.kept_login import hub_of, token_for

STATE_DIR = "DUECOURSE_STATE_DIR"
STANDARD_DIR = ".duecourse"
API_URL = "DUECOURSE_API_URL"
TOKEN = "DUECOURSE_TOKEN"  # noqa: S105 - the name of a variable
ENTITY = "DUECOURSE_ENTITY"
_IN_REASON = ("limit", "least", "most")
"""Facts of a refusal by a limit (shared.domain.limits) that its reason says in words."""


def state_dir() -> Path:
    """Return the folder in which the local cloud keeps what it knows of itself."""
    return Path(os.environ.get(STATE_DIR, STANDARD_DIR)).resolve()


class Api:
    """Calls of /api/v1 with a token."""

    def __init__(self, url: str, token: str) -> None:
        """url ends with /api/v1."""
        self.url = url.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}", "accept": "application/json"}

    @classmethod
    def found(cls) -> "Api":
        """Return the API named by the environment, else of the local cloud that runs here.

        Its token is the environment's, else that of `duecourse login`. Raises CliError.
        """
        url = os.environ.get(API_URL)
        if url:
            token = os.environ.get(TOKEN) or token_for(hub_of(url))
            return cls(url if "/api/" in url else f"{url.rstrip('/')}/api/v1", token)
        try:
            state = json.loads((state_dir() / "stack.json").read_text())
            return cls(state["api_url"], state["token"])
        except (FileNotFoundError, KeyError):
            looked = f"No hub here: {state_dir()} has none that is up."
            ways = f"Run `duecourse up`, name its folder by {STATE_DIR},"
            ways += f" or set {API_URL} and `duecourse login`."
            raise CliError(f"{looked} {ways}", Exit.NO_STACK) from None

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON answer. Raises CliError."""
        asked = {k: v for k, v in query.items() if v not in (None, "")}
        return self._call("GET", path + (f"?{urlencode(asked)}" if asked else ""))

    def post(self, path: str, body: Any = None, key: str = "") -> Any:
        """Return the JSON answer; what has the same key is carried out once. Raises CliError."""
        return self._answer("POST", path, body, key).json()

    def put(self, path: str, body: Any) -> Any:
        """Return the JSON answer; text is sent as YAML. Raises CliError."""
        return self._call("PUT", path, body)

    def patch(self, path: str, body: Any) -> Any:
        """Return the JSON answer. Raises CliError."""
        return self._call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        """Return the JSON answer. Raises CliError."""
        return self._call("DELETE", path)

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield the items of every page of a list. Raises CliError."""
        cursor = ""
        while True:
            page = self.get(path, cursor=cursor, **query)
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def entity(self, named: str | None) -> str:
        """Return the entity meant: named, else by the environment, else the only one there is."""
        known = named or os.environ.get(ENTITY)
        if known:
            return known
        ids = [e["entity_id"] for e in self.get("/entities")["items"]]
        if len(ids) == 1:
            return str(ids[0])
        wanted = f"one of {', '.join(ids)}" if ids else "create one: duecourse entity create"
        raise CliError(f"Which entity? --entity or {ENTITY}: {wanted}", Exit.USAGE)

    def file(self, path: str) -> bytes:
        """Return an answer that is no JSON, as it came. Raises CliError."""
        return self._answer("GET", path).body

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self._answer(method, path, body).json()

    def _answer(self, method: str, path: str, body: Any = None, key: str = "") -> Answer:
        headers = self._headers | ({"idempotency-key": key} if key else {})
        data = None
        if isinstance(body, str):
            headers["content-type"], data = "application/yaml", body.encode()
        elif body is not None:
            headers["content-type"], data = "application/json", json.dumps(body).encode()
        try:
            answer = request(method, self.url + path, headers, data)
        except Unreachable as exc:
            raise CliError(str(exc), Exit.NO_STACK) from None
        if answer.status >= 400:
            raise _refusal(answer)
        return answer


def segment(name: str) -> str:
    """Return name as one segment of a path."""
    return quote(name, safe="")


def _refusal(answer: Answer) -> CliError:
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    code = Exit.NOT_ALLOWED if answer.status in (401, 403) else Exit.REFUSED
    lines = [f"{problem.get('code', answer.status)}: {_sentence(problem)}"]
    lines += [f"  {f['field']}: {f['reason']}" for f in problem.get("fields", [])]
    lines += [
        f"  {p['line']}:{p['column']} {p['field']}: {p['message']}"
        for p in problem.get("problems", [])
    ]
    return CliError("\n".join(lines), code, str(problem.get("code", "")))


def _sentence(problem: dict[str, Any]) -> str:
    """Return what was refused and why, what to do, and the facts that neither tells."""
    facts = dict(problem.get("facts") or {})
    field, reason = facts.pop("field", ""), str(facts.pop("reason", ""))
    said = ": ".join(str(part) for part in (field, reason) if part).rstrip(".")
    told = f"{said}. " if said else ""
    told += problem.get("detail", "the hub failed")
    left = [f"{name}: {value}" for name, value in facts.items() if name not in _IN_REASON]
    return f"{told} ({', '.join(left)})" if left else told
