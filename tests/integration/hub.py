"""A small hub in memory: seeds an entity, and carries queue messages to the real handlers."""

import json
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

from shared import runtime
from shared.adapters import keys
from shared.adapters.account_items import customer_item
from shared.adapters.entities import PolicyVersion
from shared.adapters.errands import errand
from shared.adapters.head_items import head_item
from shared.adapters.ledger import posting_put
from shared.adapters.table import Put
from shared.adapters.tickets import ticket_put
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind
from shared.domain.document_posting import document_posting
from shared.domain.entity import Entity
from shared.domain.policy import Policy
from shared.usecases.requeue import requeue_stale
from shared.usecases.tend_sweeps import tend_sweeps
from tests.support.samples import customer, entity, eur

HANDLERS = {
    "PLAN": "functions.reminder_sweep.planner",
    "SWEEP": "functions.reminder_sweep.worker",
    "NOTICE": "functions.notice_send.handler",
    "ESCALATION": "functions.escalation.handler",
    "PAYMENT": "functions.payment_webhook.worker",
    "JANITOR": "functions.janitor.handler",
    "DOCUMENT": "functions.documents.handler",
    "BOOKS": "functions.books_check.handler",
}
_NOW_AND_EVER = timedelta(days=-1)


def move_clock(business: datetime) -> None:
    """Set the sandbox's business clock."""
    offset_s = int((business - datetime.now(UTC)).total_seconds())
    runtime.table().write(
        Put(
            {**keys.clock(), "type": "CLOCK", "offset_s": offset_s},
            condition="attribute_not_exists(pk) OR #type = :t",
            values={":t": "CLOCK"},
        )
    )


def seed(policy: Policy, **changes: object) -> Entity:
    """Write an entity with policy, and return it."""
    first = PolicyVersion(policy, "", datetime(2026, 1, 1, tzinfo=UTC), "test")
    return runtime.entities().create(entity(**changes), first)


def add_customer(of: Entity, **changes: object) -> Customer:
    """Write a customer, and return it."""
    made = customer(**changes)
    runtime.table().write(Put(customer_item(of.entity_id, made)))
    return made


def add_invoice(
    of: Entity,
    whose: Customer,
    name: str,
    due_on: date,
    minor: int = 10_000,
    policy: str = "",
    number: str = "",
    stage_done: str = "",
) -> Document:
    """Write an open invoice with its posting and ticket, and return it.

    stage_done is the stage that another system had said of it before.
    """
    issued_on = due_on - timedelta(days=30)
    document = Document(
        document_id=name,
        kind=DocumentKind.INVOICE,
        number=number or name.upper(),
        issued_on=issued_on,
        due_on=due_on,
        total=eur(minor),
        open=eur(minor),
        policy=policy,
        stage_done=stage_done,
    )
    now = datetime.now(UTC)
    posting = posting_put(
        of.entity_id, whose.customer_id, document_posting(document, Now(now, now))
    )
    head = Put(head_item(of.entity_id, whose, document, of.shards))
    ticket = ticket_put(of, issued_on, whose.customer_id, f"invoice:{name}")
    runtime.table().write(posting, head, ticket)
    return document


def relay(of: Entity) -> int:
    """Do the stream's work: hand over everything that is pending. Returns how much."""
    now, queues = runtime.now(), runtime.queues()
    handed = requeue_stale(of.entity_id, runtime.pending(), errand, queues, now, _NOW_AND_EVER)
    return handed + tend_sweeps(of.entity_id, runtime.sweep_runs(), queues, now, _NOW_AND_EVER)


def drain(*names: str) -> dict[str, int]:
    """Carry every waiting message of the named queues to its handler; count them by queue."""
    sqs, seen = runtime.client("sqs"), dict.fromkeys(names, 0)
    for name in names:
        url = runtime.setting(f"{name}_QUEUE_URL")
        while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            answer = invoke(HANDLERS[name], [m["Body"] for m in batch])
            assert answer == {"batchItemFailures": []}
            for message in batch:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            seen[name] += len(batch)
    return seen


def invoke(module: str, bodies: list[str]) -> dict[str, object]:
    """Call the handler of module with one SQS batch and return its answer."""
    records = [
        {
            "messageId": str(i),
            "receiptHandle": str(i),
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:queue",
            "awsRegion": "eu-west-1",
        }
        for i, body in enumerate(bodies)
    ]
    context = SimpleNamespace(
        function_name="test",
        memory_limit_in_mb=128,
        invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:test",
        aws_request_id="r",
        get_remaining_time_in_millis=lambda: 30_000,
    )
    return import_module(module).handler({"Records": records}, context)


def sweep(of: Entity) -> None:
    """Run one sweep to its end: plan, decide, claim."""
    invoke(HANDLERS["PLAN"], [json.dumps({"kind": "sweep", "entity": of.entity_id})])
    drain("SWEEP")


def sent_mails() -> list[SimpleNamespace]:
    """Return every mail that SES took, oldest first."""
    from moto.ses.models import ses_backends

    return list(ses_backends["123456789012"]["eu-west-1"].sent_messages)
