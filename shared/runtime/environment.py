"""Settings, clients and clocks: all that is read of the world around."""

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from shared import runtime
from shared.adapters import keys
from shared.adapters.raw_json import speak_raw
from shared.adapters.table import Table
from shared.domain.clock import Now
from shared.ids import new_id

if TYPE_CHECKING:
    from shared.adapters.queues import Queues
    from shared.adapters.sandbox_clock import SandboxClock


def setting(name: str) -> str:
    """Return the environment's value of name. A missing one is a broken deployment: KeyError."""
    return os.environ[name]


def reply_mailbox() -> str:
    """Return the mailbox that takes answers to mails, "" where there is none."""
    return os.environ.get("REPLY_MAILBOX", "")


@cache
def client(service: str, attempts_max: int = 3) -> Any:
    """Return the client of an AWS service; attempts_max counts the first call, too."""
    config = Config(
        connect_timeout=2,
        read_timeout=8,
        retries={"mode": "standard", "total_max_attempts": attempts_max},
        parameter_validation=False,
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]  # any service


def signing_s3(read_timeout_s: int) -> Any:
    """Return a client of S3 whose signed addresses hold in the bucket's own region."""
    # a signature for the global host dies on its redirect
    config = Config(
        connect_timeout=2,
        read_timeout=read_timeout_s,
        signature_version="s3v4",
        s3={"addressing_style": "virtual"},
    )
    return boto3.client("s3", config=config)


@cache
def table() -> Table:
    """Return the one table."""
    return Table(speak_raw(runtime.client("dynamodb")), runtime.setting("TABLE_NAME"))


@cache
def queues() -> "Queues":
    """Return the hub's queues; the environment names their URLs <NAME>_QUEUE_URL."""
    from shared.adapters.queues import Queues

    suffix = "_QUEUE_URL"
    urls = {k.removesuffix(suffix): v for k, v in os.environ.items() if k.endswith(suffix)}
    return Queues(runtime.client("sqs"), urls)


def wall() -> datetime:
    """Return this moment by the wall clock alone, for what never asks for the business date."""
    return datetime.now(UTC)


def now() -> Now:
    """Return this moment by both clocks. A handler calls it once per invocation.

    In a sandbox stage the business clock stands as far off the wall clock as the CLOCK item says;
    in production nothing is read and both are the same.
    """
    wall = datetime.now(UTC)
    if runtime.setting("STAGE") != "sandbox":
        return Now(business=wall, wall=wall)
    item = runtime.table().get(keys.clock())
    offset_s = item["offset_s"] if item else 0
    return Now(business=wall + timedelta(seconds=offset_s), wall=wall)


@cache
def sandbox_clock() -> "SandboxClock":
    """Return the movable clock. Only a sandbox stage may ask for it."""
    from shared.adapters.sandbox_clock import SandboxClock

    return SandboxClock(runtime.table())


@cache
def public_url() -> str:
    """Return the base URL that people see, without a trailing slash."""
    parameter = runtime.client("ssm").get_parameter(Name=runtime.setting("PUBLIC_URL_PARAMETER"))
    return str(parameter["Parameter"]["Value"]).rstrip("/")


def fence() -> str:
    """Return a token that no other caller has."""
    return new_id(runtime.wall())
