"""A small stateful HubSpot on loopback: companies, their people, owners, and search by property."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.connectors.served import Served, Trouble

TOKEN = "pat-eu1-valid"


@dataclass(slots=True)
class Account:
    """The account, and what happens to calls."""

    companies: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    whose: dict[str, list[str]] = field(default_factory=dict)
    owners: dict[str, dict[str, str]] = field(default_factory=dict)
    now: datetime = datetime(2026, 9, 1, 8, tzinfo=UTC)
    late_s: int = 0
    is_garbled: bool = False

    def stamp(self) -> str:
        self.now += timedelta(seconds=1)
        at = self.now - timedelta(seconds=self.late_s)
        return at.isoformat().replace("+00:00", "Z")

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "/account-info/v3/details":
            return 200, {"portalId": 4711, "companyCurrency": "EUR", "timeZone": "Europe/Berlin"}
        if path == "/crm/v3/objects/companies/search":
            return 200, self._found(body)
        if path == "/crm/v4/associations/companies/contacts/batch/read":
            ids = [one["id"] for one in body["inputs"]]
            results = [
                {"from": {"id": i}, "to": [{"toObjectId": int(p)} for p in self.whose[i]]}
                for i in ids
                if self.whose.get(i)
            ]
            return 200, {"status": "COMPLETE", "results": results}
        if path == "/crm/v3/objects/contacts/batch/read":
            ids = [one["id"] for one in body["inputs"]]
            results = [{"id": i, "properties": self.people[i]} for i in ids if i in self.people]
            return 200, {"status": "COMPLETE", "results": results}
        if path.startswith("/crm/v3/owners/"):
            owner = self.owners.get(path.rpartition("/")[2])
            return (404, {"status": "error"}) if owner is None else (200, owner)
        return 404, {"status": "error", "category": "OBJECT_NOT_FOUND"}

    def _found(self, body: Any) -> dict[str, Any]:
        ((wanted,),) = [group["filters"] for group in body["filterGroups"]]
        name, value = wanted["propertyName"], wanted["value"]
        if wanted["operator"] == "GTE":
            since = datetime.fromtimestamp(int(value) / 1000, UTC)
            found = [c for c in self.companies.values() if moment(c[name]) >= since]
        else:
            found = [c for c in self.companies.values() if c.get(name) == value]
        found.sort(key=lambda c: moment(c["hs_lastmodifieddate"]))
        start = int(body.get("after", "0"))
        page = found[start : start + body["limit"]]
        more = start + len(page) < len(found)
        told = [{"id": c["hs_object_id"], "properties": self._told(c, body)} for c in page]
        paging = {"paging": {"next": {"after": str(start + len(page))}}} if more else {}
        return {"total": len(found), "results": told, **paging}

    def _told(self, company: dict[str, Any], body: Any) -> dict[str, Any]:
        always = ("hs_object_id", "hs_lastmodifieddate")
        return {name: company.get(name) for name in {*body["properties"], *always}}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Handler(BaseHTTPRequestHandler):
    """Speaks for one account."""

    protocol_version = "HTTP/1.1"
    account: Account

    def log_message(self, *_: object) -> None:
        return

    def _any(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        path = self.path.partition("?")[0]
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            status, answer = 401, {"status": "error", "category": "INVALID_AUTHENTICATION"}
        else:
            status, answer = self.account.answer(self.command, path, body)
        content = json.dumps(answer).encode()
        if self.account.is_garbled:
            content = b"<html>maintenance</html>"
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _any


@dataclass(slots=True)
class Driver(Trouble):
    """Acts in the account as its users do. A company is known by the ERP's id: here, its own."""

    world: Account
    server: Served
    connector: Any
    strange: Any

    def stranger(self) -> Any:
        return self.strange

    def customer(self, name: str, email: str) -> str:
        company_id = str(9000 + len(self.world.companies))
        self.world.companies[company_id] = {
            "hs_object_id": company_id,
            "erp_id": company_id,
            "name": name,
            "billing_email": email,
            "hs_lastmodifieddate": self.world.stamp(),
        }
        return company_id

    def rename(self, customer: str, name: str) -> None:
        changed = {"name": name, "hs_lastmodifieddate": self.world.stamp()}
        self.world.companies[customer].update(changed)
