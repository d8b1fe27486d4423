"""A boto3 client of DynamoDB whose network is a function: what a call costs without the wire."""

from collections.abc import Callable
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from shared.adapters.raw_json import speak_raw

Answer = Callable[[str, bytes], bytes]
"""Returns the body that answers an operation's body."""


def cut_client(answer: Answer, *, raw: bool) -> Any:
    """Return a client that answer speaks for: as the hub makes it (raw), or as boto3 does."""
    made = boto3.client(
        "dynamodb",
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
        config=Config(parameter_validation=not raw, retries={"total_max_attempts": 1}),
    )

    def send(request: Any, **_: Any) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        headers = {"x-amzn-RequestId": "R", "Content-Type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, 200, headers, _Body(answer(operation, request.body)))

    made.meta.events.register("before-send.dynamodb", send)
    return speak_raw(made) if raw else made


class _Body:
    """What AWSResponse reads a body from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> list[bytes]:
        return [self._content]
