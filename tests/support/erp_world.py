"""A hub on the in-memory DynamoDB, connected to an ERP in memory, that can be interrupted.

Before any call to the table something else may happen: another sync, or the end of this one.
"""

import copy
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from shared import runtime
from shared.adapters import keys
from shared.adapters.codec import Item, decode_item
from shared.adapters.policy_yaml import read_policy, standard_text
from shared.adapters.table import Table
from shared.domain.clock import Now
from shared.domain.connection import Connection, ConnectionState
from shared.domain.policy_version import PolicyVersion
from shared.usecases.sync_erp import Errand, Ports, sync_erp
from tests.connectors.reference import ReferenceErp
from tests.support.dynamodb_model import DynamoModel
from tests.support.samples import entity

NOON = datetime(2026, 9, 10, 12, tzinfo=UTC)
NOW = Now(NOON, NOON)
ISSUED, DUE = date(2026, 8, 1), date(2026, 8, 31)
_LONG = 1_000
"""Seconds after which the overlap of the ERP's cursor brings nothing of before again."""
_REFUSED = ("ConditionalCheckFailedException", "TransactionCanceledException")


class Killed(BaseException):
    """The process ended here."""


class Client:
    """The table's client: one call at a time, and an act before the call that at numbers."""

    def __init__(self, model: DynamoModel) -> None:
        self.model = model
        self.calls = 0
        self.refused = 0
        self.at = 0
        self.act: Callable[[], None] = lambda: None
        self._acting = False
        self._lock = threading.RLock()
        model.tell(self._count)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        method = getattr(self.model, operation)

        def call(**request: Any) -> Any:
            with self._lock:
                self._interrupt()
                return method(**request)

        return call

    def _interrupt(self) -> None:
        if self._acting:
            return
        self.calls += 1
        if self.calls == self.at:
            self._acting = True
            try:
                self.act()
            finally:
                self._acting = False

    def _count(self, operation: str, request: Any, touched: Any, error: str, _: Any) -> None:
        self.refused += error in _REFUSED


class NoQueue:
    """A queue that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, queue: str, body: Any, **_: Any) -> None:
        self.sent.append(body)


class ErpWorld:
    """One entity, one connection, and the ERP that it is one to. patch is pytest's monkeypatch."""

    def __init__(self, patch: Any, erp: ReferenceErp, model: DynamoModel | None = None) -> None:
        self.erp = erp
        self.client = Client(model or DynamoModel())
        self._patch = patch
        self.take_over()
        if model is None:
            first = PolicyVersion(read_policy(standard_text()), "", NOON, "test")
            runtime.entities().create(entity(), first)
            connection = Connection("books", "reference", {}, "", ConnectionState.CONNECTED)
            runtime.connections().create("demo", connection)

    def twin(self) -> "ErpWorld":
        """Return a world of its own that stands as this one does."""
        return ErpWorld(self._patch, copy.deepcopy(self.erp), self.client.model.copy())

    def take_over(self) -> None:
        """Let the runtime speak of this world."""
        for name in dir(runtime):
            made = getattr(runtime, name)
            if hasattr(made, "cache_clear"):
                made.cache_clear()
        table = Table(self.client, "hub")
        self._patch.setattr(runtime, "table", lambda: table)
        self._patch.setattr(runtime, "queues", NoQueue)
        self._patch.setattr(runtime, "drop_bucket", lambda: None)
        self._patch.setattr(runtime, "connector", lambda *_: self.erp.connector)
        self.ports: Ports = runtime.syncing()

    def sync(self, *, full: bool = False) -> str:
        """Run one sync to its end and return what came of it."""
        return sync_erp(self.ports, Errand("demo", "books", full=full), NOW, lambda: True)

    def interrupted(self, at: int, act: Callable[[], None]) -> tuple[str, bool]:
        """Run a sync, act happening before its call number at; return what came of it.

        And whether it came as far as that call. A run that act killed is "killed".
        """
        self.client.calls, self.client.at, self.client.act = 0, at, act
        try:
            outcome = self.sync()
        except Killed:
            outcome = "killed"
        came = self.client.calls >= at
        self.client.at = 0
        return outcome, came

    def later(self) -> None:
        """Let so much time pass that no overlap brings the past again."""
        self.erp.ticks += _LONG

    def items(self, kind: str) -> list[Item]:
        """Return every item of a type."""
        found = (decode_item(item) for item in self.client.model.items())
        return [item for item in found if item["type"] == kind]

    def torn(self) -> list[str]:
        """Return the invoices that are half written: by their lines, or by their postings."""
        lines = {item["sk"]: item["lines"] for item in self.items("LINES")}
        posted: Counter[str] = Counter()
        for posting in self.items("POSTING"):
            for movement in posting["movements"]:
                posted[movement["document_id"]] += movement["amount"]
        return [
            head["external_id"]
            for head in self.items("HEAD")
            if head["total"] != sum(line["net"] for line in lines.get(_lines_key(head), ()))
            or head["open"] != posted[head["document_id"]]
        ]

    def differences(self) -> list[str]:
        """Return what the hub says otherwise than the ERP: customers' names, invoices' totals."""
        told = {i["external_id"]: i["name"] for i in self.items("CUSTOMER")}
        told |= {i["external_id"]: i["total"] for i in self.items("HEAD") if i["external_id"]}
        meant = {
            r.external_id: r.values.get("name", r.values.get("minor"))
            for r in self.erp.records.values()
            if "name" in r.values or "customer" in r.values
        }
        keys = sorted(told.keys() | meant.keys(), key=int)
        return [
            f"{key}: hub {told.get(key)}, ERP {meant.get(key)}"
            for key in keys
            if told.get(key) != meant.get(key)
        ]


def _lines_key(head: Item) -> str:
    return str(keys.lines("demo", "", head["document_id"], head["lines_id"])["sk"])


def bill(erp: ReferenceErp, invoice: str, minor: int) -> None:
    """Let an invoice be of so much in the ERP."""
    erp.change(invoice, minor=minor, parts=[(DUE, minor)])
