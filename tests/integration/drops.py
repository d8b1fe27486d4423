"""Drops files into the bucket and carries S3's event to the real handler."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import boto3

from shared import runtime
from shared.adapters.codec import Item, decode_item
from shared.domain.import_run import ImportRun
from tests.integration.hub import invoke

ERP_SYNC = "functions.erp_sync.handler"
_arrivals = count(1)

CUSTOMERS = "external_id,name,email\nC-1,Nordlicht GmbH,ap@nordlicht.example\nC-2,Bar Ltd,\n"
INVOICES = """external_id,customer_external_id,number,issue_date,due_date,currency,total
I-1,C-1,2026-001,2026-01-05,2026-02-04,EUR,119.00
I-2,C-1,2026-002,2026-01-06,2026-02-05,EUR,59.50
I-3,C-2,2026-003,2026-01-07,2026-02-06,JPY,7000
"""
LINES = """invoice_external_id,description,quantity,unit_price,tax_rate
I-1,Lamp,2,40.00,19
I-1,Cable,4,5,19.0
"""
PAYMENTS = """external_id,invoice_external_id,paid_on,currency,amount,method
P-1,I-1,2026-01-20,EUR,119.00,bank
P-2,I-2,2026-01-21,EUR,20.00,bank
"""


def drop(content: str | bytes, name: str = "file.csv", partial: bool = False) -> ImportRun:
    """Drop a file for the entity demo, import it, and return how that went."""
    data = content.encode() if isinstance(content, str) else content
    put = boto3.client("s3").put_object(
        Bucket="drop",
        Key=f"in/demo/{name}",
        Body=data,
        Metadata={"partial": "true"} if partial else {},
    )
    before = {run.import_id for run in runtime.import_runs().list("demo")}
    answer = invoke(ERP_SYNC, [event(f"in/demo/{name}", put["ETag"])])
    assert answer == {"batchItemFailures": []}
    (run,) = (r for r in runtime.import_runs().list("demo") if r.import_id not in before)
    return run


def event(key: str, etag: str) -> str:
    """Return the body of the message that S3 sends for a new object."""
    stored = {
        "key": key,
        "size": 1,
        "eTag": etag.strip('"'),
        "sequencer": f"{next(_arrivals):016X}",
    }
    record = {"eventTime": "2026-01-08T06:00:00.000Z", "s3": {"object": stored}}
    return json.dumps({"Records": [record]})


def stored(kind: str) -> list[Item]:
    """Return every item of a type. Only a test may look at the whole table."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName="hub")
    items = (decode_item(i) for page in pages for i in page["Items"])
    return [i for i in items if i["type"] == kind]


@contextmanager
def counted_writes() -> Iterator[list[str]]:
    """Note the key of every item written meanwhile, imports' own progress aside."""
    written: list[str] = []

    def note(params: dict[str, object], **_: object) -> None:
        requests = params.get("TransactItems") or [{"Write": params}]
        for request in requests:
            for verb, body in request.items():
                key = body.get("Item") or body.get("Key")
                if verb != "ConditionCheck" and key["sk"]["S"] and "#IMPORT" not in key["pk"]["S"]:
                    written.append(f"{key['pk']['S']} {key['sk']['S']}")

    events = runtime.client("dynamodb").meta.events
    names = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
    with _hooked(events, [f"provide-client-params.dynamodb.{name}" for name in names], note):
        yield written


@contextmanager
def _hooked(events: object, names: list[str], note: Callable[..., None]) -> Iterator[None]:
    for name in names:
        events.register(name, note)
    yield
    for name in names:
        events.unregister(name, note)
