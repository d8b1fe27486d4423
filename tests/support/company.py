"""A company of its own for one file of proofs: opened, filled and released through the API."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.stack import Hub, Json, until

_IMPORT_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Company:
    """One entity of the hub."""

    hub: Hub
    entity: str

    @classmethod
    @contextmanager
    def open(cls, hub: Hub, entity: str, **changes: str) -> Iterator["Company"]:
        """Yield a new entity, holding all messages; the gateway tells it of events meanwhile."""
        values = {
            "entity_id": entity,
            "name": f"{entity.title()} Ltd",
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            "language": "en",
            "contact_email": f"help@{entity}.example",
        }
        hub.api("POST", "entities", values | changes)
        hub.stack.register_webhook(entity)
        yield cls(hub, entity)
        hub.gateway(f"webhooks/{entity}", "DELETE")

    @property
    def path(self) -> str:
        return f"entities/{self.entity}"

    def upload(self, kind: str, rows: Sequence[Mapping[str, str]]) -> Json:
        """Drop rows as a file through the API; return the finished import."""
        written = io.StringIO()
        out = csv.DictWriter(written, fieldnames=list(rows[0]))
        out.writeheader()
        out.writerows(rows)
        return self.upload_bytes(f"{kind}.csv", written.getvalue().encode())

    def upload_bytes(self, name: str, content: bytes) -> Json:
        """Drop a file through the API; return the finished import."""
        told = self.hub.api("POST", f"{self.path}/imports", {"file": name})
        answer = self.hub.request(
            "PUT", told["upload_url"], body=content, headers=told["upload_headers"]
        )
        assert answer.status == 200, answer.text
        return until(lambda: self._finished(told["import_id"]), _IMPORT_TIMEOUT_S)

    def _finished(self, import_id: str) -> Json | None:
        run = self.hub.api("GET", f"{self.path}/imports/{import_id}")
        return run if run["finished"] else None

    def seed(self, customers: int, invoices_each: int, issued_on: str, due_on: str) -> None:
        """Import customers c1, c2, ... with so many invoices each, of distinct amounts."""
        people = [self.customer_row(i) for i in range(1, customers + 1)]
        papers = [
            self.invoice_row(c, i, issued_on, due_on)
            for c in range(1, customers + 1)
            for i in range(1, invoices_each + 1)
        ]
        for kind, rows in (("customers", people), ("invoices", papers)):
            run = self.upload(kind, rows)
            assert (run["state"], run["new"]) == ("done", len(rows)), run
        self.hub.idle()

    def customer_row(self, number: int) -> dict[str, str]:
        return {
            "external_id": f"c{number}",
            "name": f"Customer {number} GmbH",
            "email": self.address(number),
        }

    def invoice_row(self, customer: int, number: int, issued_on: str, due_on: str) -> Any:
        return {
            "external_id": f"i{customer}-{number}",
            "customer_external_id": f"c{customer}",
            "number": f"{self.entity.upper()}-{customer}-{number}",
            "issue_date": issued_on,
            "due_date": due_on,
            "currency": "EUR",
            "total": f"{100 + customer}.{number:02d}",
        }

    def address(self, number: int) -> str:
        return f"ap@c{number}.{self.entity}.example"

    def mailed(self, number: int, **query: str) -> list[Json]:
        """Return the mails to one customer."""
        return self.mails(to=self.address(number), **query)

    def release(self) -> None:
        """Let the entity send."""
        self.hub.api("POST", f"{self.path}/release", {"daily_cap": None})

    def sweep(self) -> str:
        """Start a sweep and return its run id."""
        return str(self.hub.api("POST", f"{self.path}/sweeps")["run_id"])

    def sweep_report(self, run_id: str) -> Json:
        """Return the report of a run once it is done."""
        self.hub.idle()
        told = self.hub.api("GET", f"{self.path}/sweeps/{run_id}")
        assert told["state"] == "done", told
        return told

    def customer_id(self, number: int) -> str:
        return str(self.hub.api("GET", f"{self.path}/customers/c{number}")["customer_id"])

    def documents(self, number: int, state: str = "open") -> list[Json]:
        """Return the invoices and charges of a customer; state="all" for the paid ones too."""
        return list(self.hub.pages(f"{self.path}/invoices", customer=f"c{number}", state=state))

    def mails(self, **query: str) -> list[Json]:
        """Return the mails of this entity that arrived."""
        return self.hub.mails(tag=f"entity:{self.entity}", **query)

    def payments(self) -> list[Json]:
        """Return the payments as the API shows them."""
        return list(self.hub.pages(f"{self.path}/payments"))

    def parked(self) -> list[Json]:
        return list(self.hub.pages(f"{self.path}/parked"))

    def tasks(self) -> list[Json]:
        return list(self.hub.pages(f"{self.path}/tasks"))

    def lines_out(self) -> list[dict[str, str]]:
        """Return every line written for the ERP to fetch."""
        files = self.hub.files("DropBucket", f"out/{self.entity}/")
        return [row for body in files.values() for row in _rows(body)]


def _rows(body: bytes) -> Iterable[dict[str, str]]:
    return csv.DictReader(io.StringIO(body.decode()))
