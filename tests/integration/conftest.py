"""The functions' world in memory: moto, the table of template.yaml, fake credentials."""

import inspect
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from shared import runtime
from shared.adapters.table import Table
from tests.support.kept_clients import KeptClients
from tests.support.moto_answers import answer_reads_as_they_are
from tests.support.moto_inserts import insert_as_dynamodb_does
from tests.support.moto_pace import quicken
from tests.support.moto_transactions import undo_item_by_item
from tests.support.template import table_properties

PUBLIC_URL = "https://pay.seller.example"
QUEUES = (
    "PLAN",
    "SWEEP",
    "NOTICE",
    "ESCALATION",
    "DOCUMENT",
    "PAYMENT",
    "JANITOR",
    "GENERATION",
    "BOOKS",
    "SYNC",
)

KEPT = {"templates", "texts", "printer"}
"""What knows words and fonts only, nothing of the account: slow to make, the same in every test."""


def _forget(module: ModuleType) -> None:
    for name, made in inspect.getmembers(module, lambda m: hasattr(m, "cache_clear")):
        if name not in KEPT:
            made.cache_clear()


@cache
def _session() -> KeptClients:
    """Return one session for all tests: a new one reads the descriptions of all services again."""
    return KeptClients()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account: table, buckets, queues and the functions' environment."""
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "STAGE": "sandbox",
        "TABLE_NAME": "hub",
        "DOCUMENTS_BUCKET": "documents",
        "DROP_BUCKET": "drop",
        "REPLIES_BUCKET": "replies",
        "MAIL_FROM": "billing@seller.example",
        "CONFIGURATION_SET": "hub",
        "PUBLIC_URL_PARAMETER": "/hub/public-url",
        "STRIPE_SECRET": "hub/stripe",
        "ERP_SECRETS": "hub/erp",
        "STRIPE_API_BASE": "https://api.stripe.com",
        "CHECKOUT_ORIGIN": "https://checkout.stripe.com",
        "SMS_ORIGINATION": "arn:aws:sms-voice:eu-west-1:123456789012:phone-number/phone-1",
        "SMS_CONFIGURATION_SET": "hub-sms",
        "LETTER_SERVICE": "folder",
        "PINGEN_SECRET": "hub/pingen",
        "PINGEN_API_BASE": "https://api.pingen.com",
        "PINGEN_IDENTITY_BASE": "https://identity.pingen.com",
        "LINK_DAYS": "30",
        "TOKEN_LOGOUT_URL": "",
        "LOGIN_CALLBACK": "http://localhost:18417/",
        "POWERTOOLS_SERVICE_NAME": "duecourse",
        "POWERTOOLS_METRICS_NAMESPACE": "Duecourse",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    insert_as_dynamodb_does(monkeypatch)
    answer_reads_as_they_are(monkeypatch)
    undo_item_by_item(monkeypatch)
    quicken(monkeypatch)
    monkeypatch.setattr("shared.adapters.send_pace.SendPace._rate", lambda *_: 10_000.0)
    with mock_aws(), _session().lending() as session, patch("boto3.DEFAULT_SESSION", session):
        sqs, s3 = boto3.client("sqs"), boto3.client("s3")
        for name in QUEUES:
            url = sqs.create_queue(QueueName=name.lower())["QueueUrl"]
            monkeypatch.setenv(f"{name}_QUEUE_URL", url)
        fifo = sqs.create_queue(QueueName="writeback.fifo", Attributes={"FifoQueue": "true"})
        monkeypatch.setenv("WRITEBACK_QUEUE_URL", fifo["QueueUrl"])
        for bucket in ("documents", "drop", "replies"):
            where = {"LocationConstraint": "eu-west-1"}
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        ssm = boto3.client("ssm")
        ssm.put_parameter(Name="/hub/public-url", Value=PUBLIC_URL, Type="String")
        boto3.client("sesv2").create_email_identity(EmailIdentity="billing@seller.example")
        boto3.client("dynamodb").create_table(TableName="hub", **table_properties())
        _forget(runtime)
        yield
        _forget(runtime)


@pytest.fixture
def table(cloud: None) -> Table:
    """The one table, empty."""
    return runtime.table()
