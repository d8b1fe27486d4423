"""A hub in memory: the real use cases, routes and table adapter, on the model of DynamoDB."""

import inspect
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from functions.operator_api import access
from functions.operator_api.app import app
from infra.cli import api as cli_api
from infra.cli.api import Api
from infra.cli.http import Answer
from shared import runtime
from shared.adapters.table import Table
from shared.domain.clock import Now
from shared.domain.import_run import DroppedFile
from shared.domain.roles import Principal, Role
from shared.usecases.import_file import Drop, import_file
from tests.sim.balance import Balance
from tests.sim.gateway import Gateway
from tests.sim.outside import Outages
from tests.support.dynamodb_model import DynamoModel

URL = "http://hub.example/api/v1"
_BOOKKEEPER = Principal("books", "books", {"*": Role.ADMIN})
_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_SERVICE_NAME": "duecourse",
    "POWERTOOLS_METRICS_NAMESPACE": "Duecourse",
    "STAGE": "sandbox",
    "TABLE_NAME": "hub",
}


@dataclass
class Bucket:
    """One file to import."""

    data: bytes = b""

    def read(self, key: str, etag: str) -> DroppedFile:
        return DroppedFile(key, etag, self.data, too_large=False, import_id="", partial=False)


@dataclass
class Hub:
    """The hub, its table and its gateway. now is what its next call takes for the moment."""

    model: DynamoModel
    now: Now
    gateway: Gateway
    api: Api = field(default_factory=lambda: Api(URL, "none"))
    _calls: int = 0

    def at(self, moment: datetime) -> None:
        """Make moment the time of what follows."""
        self.now = Now(moment, moment)
        self.gateway.clock = moment

    def import_csv(self, entity_id: str, name: str, data: bytes) -> None:
        """Import a file as the drop bucket's handler does. Every row must be good."""
        ports = replace(runtime.importing(), bucket=Bucket(data))
        drop = Drop(entity_id, f"in/{entity_id}/{name}", f"{name}-{len(data)}", f"imp-{name}")
        outcome = import_file(ports, drop, self.now, lambda: True)
        if outcome != "done":
            run = next(r for r in runtime.import_runs().list(entity_id) if r.etag == drop.etag)
            raise AssertionError(f"{name}: {outcome}, {run.problems[:3]}")

    def answer(
        self, method: str, url: str, headers: dict[str, str] | None, body: bytes | None
    ) -> Answer:
        """Return the operator API's answer to one call of the command."""
        self._calls += 1
        parts = urlsplit(url)
        sent = {
            "version": "2.0",
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "queryStringParameters": dict(parse_qsl(parts.query)) or None,
            "headers": {"idempotency-key": f"call-{self._calls}", **(headers or {})},
            "requestContext": {"http": {"method": method, "path": parts.path}, "stage": "$default"},
            "body": None if body is None else body.decode(),
            "isBase64Encoded": False,
        }
        access.begin(_BOOKKEEPER, self.now)
        told = app().resolve(sent, SimpleNamespace(aws_request_id="r"))
        return Answer(told["statusCode"], {}, (), (told.get("body") or "").encode())


@contextmanager
def hub_in_memory(start: datetime) -> Iterator[Hub]:
    """Yield an empty hub. Meanwhile composition root and command know nothing but it."""
    chance = Random(0)
    gateway = Gateway(Outages(chance, of_thousand=0), start, Balance(chance))
    hub = Hub(DynamoModel(), Now(start, start), gateway)
    with ExitStack() as patched:
        patched.enter_context(patch.dict("os.environ", _ENVIRONMENT))
        patched.callback(_forget)
        _forget()
        fakes = {
            "table": lambda: Table(hub.model, "hub"),
            "drop_bucket": Bucket,
            "queues": SimpleNamespace,
            "public_url": lambda: "http://hub.example",
            "gateway": lambda: gateway,
        }
        for name, fake in fakes.items():
            patched.enter_context(patch.object(runtime, name, fake))
        patched.enter_context(patch.object(cli_api, "request", hub.answer))
        yield hub


def _forget() -> None:
    for _, made in inspect.getmembers(runtime, lambda m: hasattr(m, "cache_clear")):
        made.cache_clear()
