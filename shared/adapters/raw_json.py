"""DynamoDB's requests and answers as the JSON that they are.

botocore walks every attribute of a request and of an answer along its model, only to build what
json has built already: the values of a typed attribute are texts, lists and maps. Those walks are
most of what a call costs. Binary attributes stay base64 text, as the codec writes and reads them.
Errors are parsed by botocore itself.

This leans on botocore's internals: botocore is pinned, and tests/unit/test_raw_json.py holds both
walks against botocore's own.
"""

import json
from typing import Any

from botocore.parsers import JSONParser, ResponseParserFactory
from botocore.serialize import JSONSerializer


class RawJson(JSONParser):
    """Parses the body of an answer that says success by json.loads alone."""

    def _do_parse(self, response: dict[str, Any], shape: Any) -> dict[str, Any]:
        if response["status_code"] >= 300 or shape is None or not response["body"]:
            return super()._do_parse(response, shape)  # type: ignore[misc, no-any-return]  # not in its types
        known = shape.members
        body = json.loads(response["body"])
        parsed = {name: v for name, v in body.items() if v is not None and name in known}
        self._inject_response_metadata(  # type: ignore[attr-defined]  # not in its types
            parsed, response["headers"]
        )
        return parsed


class RawRequests(JSONSerializer):
    """Writes the parameters of a call as they are given."""

    def _serialize(
        self, serialized: dict[str, Any], value: Any, shape: Any, key: Any = None
    ) -> None:
        serialized.update(value)


class _Factory(ResponseParserFactory):
    def __init__(self) -> None:
        super().__init__()
        self._raw = RawJson()

    def create_parser(self, protocol_name: str) -> Any:
        return self._raw if protocol_name == "json" else super().create_parser(protocol_name)


def speak_raw(client: Any) -> Any:
    """Let a DynamoDB client of boto3 ask and answer in raw JSON, unvalidated, and return it."""
    client._serializer = RawRequests()
    client._endpoint._response_parser_factory = _Factory()
    return client
