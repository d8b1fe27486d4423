"""An ERP in memory, connected: its changes come in through the real handler."""

import json

import boto3

from shared import runtime
from shared.domain.connection import Connection, ConnectionState
from tests.integration.drops import ERP_SYNC
from tests.integration.hub import invoke

ERP = "books"


def connect(name: str = ERP) -> None:
    """Write a connection that is connected; whatever it speaks to, the test says."""
    connection = Connection(name, "reference", {}, "", ConnectionState.CONNECTED)
    runtime.connections().create("demo", connection)


def sync(**more: object) -> None:
    """Ask for a sync of the connection and carry every message to its end."""
    tell(kind="pull", entity="demo", connection=ERP, **more)
    carry()


def tell(**body: object) -> None:
    """Carry one message to the handler."""
    assert invoke(ERP_SYNC, [json.dumps(body)]) == {"batchItemFailures": []}


def carry() -> int:
    """Carry what waits in the queue to the handler until nothing does; return how much."""
    sqs, url, carried = boto3.client("sqs"), runtime.setting("SYNC_QUEUE_URL"), 0
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            assert invoke(ERP_SYNC, [message["Body"]]) == {"batchItemFailures": []}
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            carried += 1
    return carried
