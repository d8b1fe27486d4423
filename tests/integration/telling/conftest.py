"""An entity whose books are kept by an ERP in memory, and the way from a fact to that ERP."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest

from shared import runtime
from shared.adapters.codec import Item, decode_item, encode_item
from shared.adapters.head_items import head_item
from shared.adapters.table import Put
from shared.adapters.writeback_items import writeback_puts
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.notice import Channel
from shared.domain.payment import Allocation, Payment
from shared.domain.policy import Policy
from shared.domain.stage import Stage
from shared.usecases.write_back import Ledger
from tests.connectors.reference import ReferenceErp
from tests.integration.hub import add_customer, invoke, relay, seed
from tests.support.operators import AUDIENCE, call, issuer, operator
from tests.support.samples import eur

Clerk = Callable[..., Any]
DAY = date(2026, 9, 1)
WRITE_BACK = "functions.erp_writeback.handler"
LATE = Stage(id="late", offset_days=7, channel=Channel.EMAIL, template="reminder")
LADDER = Policy(name="standard", stages=(LATE,))


@dataclass
class Books:
    """The entity, its ERP, and the wall clock that both are told by."""

    erp: ReferenceErp
    wall: datetime
    connector: Any
    has_erp: bool = True
    token: str = ""
    invoices: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entity = seed(LADDER)
        self.customer = add_customer(self.entity)

    def now(self) -> Now:
        return Now(self.wall, self.wall)

    def later(self, **span: int) -> None:
        self.wall += timedelta(**span)

    def invoice(self, name: str, minor: int = 10_000) -> Document:
        """Write an invoice that the ERP has, too, and return it."""
        external_id = self.erp.invoice(self.customer.external_id, minor, DAY, DAY)
        self.invoices[name] = external_id
        document = Document(
            name,
            DocumentKind.INVOICE,
            name.upper(),
            DAY,
            DAY,
            eur(minor),
            eur(minor),
            external_id=external_id,
        )
        head = head_item("demo", self.customer, document, self.entity.shards)
        runtime.table().write(Put(head))
        return document

    def note(self, payment_id: str, name: str, minor: int, step: int = 0) -> str:
        """Note that the ERP is to hear of money on an invoice; return the note's key."""
        payment = Payment(payment_id, self.customer.customer_id, eur(minor), "card", DAY, self.wall)
        part = Allocation(name, name.upper(), self.invoices.get(name, ""), eur(minor))
        self.later(seconds=1)
        runtime.table().write(*writeback_puts("demo", payment, [part], self.now(), step))
        return f"{payment_id}.{name}.{step}"

    def notes(self) -> list[Item]:
        return self.of_type("WRITEBACK")

    def stored(self, key: str) -> Item:
        payment_id, document_id, step = key.split(".")
        ids = (payment_id, document_id, int(step))
        whose = [(i["payment_id"], i["document_id"], i["step"]) for i in self.notes()]
        return self.notes()[whose.index(ids)]

    def of_type(self, kind: str) -> list[Item]:
        found = boto3.client("dynamodb").scan(TableName="hub")["Items"]
        return [i for i in map(decode_item, found) if i["type"] == kind]

    def stream(self, *keys: str) -> None:
        """Let the real relay see the notes as they were inserted."""
        records = []
        for key in keys:
            image = encode_item(self.stored(key))
            place = {"pk": image["pk"], "sk": image["sk"]}
            records.append({"eventName": "INSERT", "dynamodb": {"NewImage": image, "Keys": place}})
        from functions.stream_relay.handler import handler

        handler({"Records": records}, _CONTEXT)

    def janitor(self) -> int:
        """Hand over again whatever is pending."""
        return relay(self.entity)

    def deliver(self) -> list[str]:
        """Carry what waits in the queue to the handler, group by group; return the bodies."""
        sqs, url, carried = boto3.client("sqs"), runtime.setting("WRITEBACK_QUEUE_URL"), []
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            answer = invoke(WRITE_BACK, [m["Body"] for m in batch])
            failed = {f["itemIdentifier"] for f in answer["batchItemFailures"]}
            for i, message in enumerate(batch):
                if str(i) not in failed:
                    carried.append(message["Body"])
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return carried

    def tell(self, name: str) -> None:
        """Carry one message about an invoice to the handler, as the queue does a second time."""
        body = {"entity": "demo", "customer_id": "c1", "document_id": name}
        invoke(WRITE_BACK, [json.dumps(body)])


class _Context:
    function_name = "test"
    memory_limit_in_mb = 128
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:test"
    aws_request_id = "r"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


_CONTEXT = _Context()


@pytest.fixture
def books(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    """An entity with one customer, and an ERP that keeps its books."""
    erp = ReferenceErp()
    made = Books(erp, datetime(2026, 9, 2, 9, tzinfo=UTC), erp.connector)
    monkeypatch.setattr(runtime, "wall", lambda: made.wall)
    monkeypatch.setattr(runtime, "now", made.now)
    monkeypatch.setattr(
        runtime, "ledger_of", lambda _: Ledger(made.connector) if made.has_erp else None
    )
    yield made


@pytest.fixture
def clerk(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clerk]:
    """Return what calls the operator API in a controller's name."""
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        monkeypatch.setattr(runtime, "wall", lambda: books.wall)
        token = serving.mint(operator("demo:controller"))
        books.wall = datetime.now(UTC)  # the token is good by the wall clock
        names, books.token = count(), token

        def clerk(method: str, path: str, body: Any = None) -> Any:
            headers = {"idempotency-key": f"key-{next(names)}"} if method == "POST" else {}
            return call(token, method, f"/entities/demo{path}", body, headers)

        yield clerk
