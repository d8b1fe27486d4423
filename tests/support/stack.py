"""The whole hub on the local cloud, as proofs use it: API, clocks, mailbox, gateway, logs."""

import fcntl
import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import stripe
import urllib3

from infra.local.deploy import LocalLimits
from infra.local.stack import LocalStack, Options

ROOT = Path(__file__).resolve().parents[2]
_SOURCES = ("functions", "shared", "infra/build", "infra/requirements", "template.yaml")
_IDLE_TIMEOUT_S = 60.0
_MAILS_PER_S = 500
Json = dict[str, Any]


def built_template() -> Path:
    """Return the built template, made anew first when a source is newer than the build.

    DUECOURSE_BUILD_DIR names another folder than .aws-sam/build, for two people in one tree.
    """
    folder = Path(os.environ.get("DUECOURSE_BUILD_DIR", ROOT / ".aws-sam" / "build"))
    found = folder / "template.yaml"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two processes that test, one builds
        if not found.exists() or found.stat().st_mtime < max(_changed(ROOT / n) for n in _SOURCES):
            machine = "x86_64" if os.uname().machine == "x86_64" else "arm64"
            subprocess.run([ROOT / "infra/build/build.sh", machine, folder], check=True, cwd=ROOT)
    return found


def _changed(source: Path) -> float:
    files = [source] if source.is_file() else source.rglob("*")
    return max(f.stat().st_mtime for f in files if f.is_file() and "__pycache__" not in f.parts)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, as it came."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes

    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Hub:
    """A running hub, spoken to from outside only."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.url = stack.public_url
        self.mail_url = str(stack.state["mail_url"])
        self.stripe_url = str(stack.state["stripe_url"])
        self._clients: dict[str, Any] = {}
        self._http = urllib3.PoolManager(maxsize=40, retries=False, timeout=urllib3.Timeout(60))

    @property
    def stripe(self) -> stripe.StripeClient:
        """Return the official client: the witness of what was charged."""
        api = {"api": self.stripe_url}
        return stripe.StripeClient("sk_test_witness", base_addresses=api, max_network_retries=0)

    def client(self, service: str) -> Any:
        """Return a client of the emulated AWS that may do everything, made once."""
        if service not in self._clients:
            self._clients[service] = self.stack.client(service)
        return self._clients[service]

    def request(self, method: str, url: str, **options: Any) -> Answer:
        """Return the answer to one request; a path is one of the hub's. Follows no redirect."""
        address = url if url.startswith("http") else self.url + url
        answer = self._http.request(method, address, redirect=False, **options)
        return Answer(answer.status, answer.headers, answer.data)

    def api(
        self, method: str, path: str, body: Json | None = None, *, token: str = "", **fields: str
    ) -> Any:
        """Return the JSON of one successful call of the operator API, as an admin by default.

        Each call is a request of its own, whatever was asked before.
        """
        headers = {"authorization": f"Bearer {token or self.stack.state['token']}"}
        if method == "POST":
            headers["idempotency-key"] = secrets.token_hex(16)
        options: Json = {"headers": headers, "fields": fields or None}
        if body is not None:
            options = {"headers": headers, "json": body}
        answer = self.request(method, f"/api/v1/{path}", **options)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.text[:500]}"
        return answer.json()

    def pages(self, path: str, **fields: str) -> Iterator[Json]:
        """Yield every item of a list of the operator API, page after page."""
        cursor: str | None = ""
        while cursor is not None:
            asked = fields | ({"cursor": cursor} if cursor else {})
            page = self.api("GET", path, **asked)
            yield from page["items"]
            cursor = page["next"]

    def move_clock(self, business: datetime) -> None:
        """Make it business now for functions, mail and gateway."""
        told = self.api("PUT", "clock", {"business": business.isoformat()})
        now = datetime.fromisoformat(told["business"])
        self.stack.set_business_clock((now - datetime.now(UTC)).total_seconds())

    def idle(self, timeout_s: float = _IDLE_TIMEOUT_S) -> None:
        """Wait until nothing moves; nothing may have been given up on."""
        self.stack.wait_until_idle(timeout_s)
        assert self.stack.idle().dead_letters() == {}

    def mails(self, **query: str) -> list[Json]:
        """Return the mails that arrived, oldest first: to=, tag=name:value, subject=, since=."""
        answer = self.request("GET", f"{self.mail_url}/api/messages", fields=query)
        return answer.json()["messages"]

    def mail(self, command: str, method: str = "POST", **body: Any) -> Json:
        """Tell the mail server something, or ask it with method="GET"."""
        return self._control(self.mail_url, method, command, body)

    def gateway(self, command: str, method: str = "POST", **body: Any) -> Json:
        """Tell the local Stripe something, or ask it with method="GET"."""
        return self._control(self.stripe_url, method, command, body)

    def _control(self, base: str, method: str, command: str, body: Json) -> Json:
        options: Json = {"fields": body} if method == "GET" else {"json": body}
        answer = self.request(method, f"{base}/_config/{command}", **options)
        assert answer.status < 300, f"{command}: {answer.status} {answer.text[:300]}"
        return answer.json()

    def items(self, pk: str, begins: str = "") -> list[Json]:
        """Return the table's items of a partition, plain values."""
        from boto3.dynamodb.types import TypeDeserializer

        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if begins:
            condition, values = (
                f"{condition} AND begins_with(sk, :b)",
                values | {":b": {"S": begins}},
            )
        pages = (
            self.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.stack.state["outputs"]["TableName"],
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
            )
        )
        plain = TypeDeserializer().deserialize
        return [{k: plain(v) for k, v in i.items()} for page in pages for i in page["Items"]]

    def count_items(self) -> int:
        """Return how many items the table holds. A Scan: only a witness may."""
        table = self.stack.state["outputs"]["TableName"]
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        return sum(len(page["Items"]) for page in pages)

    def files(self, bucket: str, prefix: str) -> dict[str, bytes]:
        """Return the objects under a prefix: bucket is the logical id of a bucket."""
        s3, name = self.client("s3"), self.stack.state["physical_ids"][bucket]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=prefix)
        names = [found["Key"] for page in pages for found in page.get("Contents", [])]
        return {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in names}

    def busy(self, function: str) -> int:
        """Return how many processes of a function work at this very moment."""
        return sum(1 for worker in self.stack.workers(function) if worker["busy"])


@contextmanager
def running_hub(folder: Path, workers_per_queue: int = 3) -> Iterator[Hub]:
    """Yield a hub of its own, deployed from the built template. Nothing runs by schedule there."""
    limits = LocalLimits(workers_per_queue, retry_after_s=60, schedules_enabled=False)
    options = replace(
        Options.of_project(ROOT),
        state_dir=folder / "state",
        built_template=built_template(),
        limits=limits,
        handler_environment={"POWERTOOLS_LOG_LEVEL": "INFO"},
    )
    stack = LocalStack.start(options)
    try:
        hub = Hub(stack)
        hub.mail("rate", max_send_rate=_MAILS_PER_S)
        hub.gateway("webhooks/demo", "DELETE")  # each company registers the entity it opens
        yield hub
    finally:
        LocalStack.stop(options.state_dir)


def until(look: Callable[[], Any], within_s: float = 20.0) -> Any:
    """Return the first true answer of look."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found
