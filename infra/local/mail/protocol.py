"""Requests checked against botocore's own model of SES v2: routes, required members, types.

AWS itself skips members it does not know; here they are an error, since a misspelt
member that is silently dropped is what a local cloud is there to find.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.session
from botocore.model import (
    ListShape,
    MapShape,
    OperationModel,
    ServiceModel,
    Shape,
    StructureShape,
)

from infra.local.mail.clock import parse_instant
from infra.local.mail.errors import SesError, bad_request

_NAMES = {
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number",
    "long": "a whole number",
    "double": "a number",
    "float": "a number",
    "list": "a list",
    "map": "an object",
    "structure": "an object",
    "blob": "a base64 string",
    "timestamp": "a time",
}


@dataclass(frozen=True)
class Call:
    """One request that fits the model: the operation and its members as Python values."""

    operation: str
    params: dict[str, Any]


class SesModel:
    """SES v2 as botocore describes it."""

    def __init__(self) -> None:
        session = botocore.session.get_session()
        self.service: ServiceModel = session.get_service_model("sesv2")
        self._routes = sorted(
            (self._route(self.service.operation_model(n)) for n in self.service.operation_names),
            key=lambda route: route[3],
        )

    def read(self, method: str, path: str, query: str, body: bytes) -> Call:
        """Return the call that a request makes, or raise the error SES would answer."""
        operation, labels = self._match(method, path)
        shape = operation.input_shape
        if shape is None:
            return Call(operation.name, {})
        params = _from_labels_and_query(shape, labels, query)
        params.update(_from_body(shape, body))
        check(shape, params, operation.name)
        return Call(operation.name, params)

    def check_answer(self, operation: str, answer: dict[str, Any]) -> None:
        """Raise when an answer does not fit the model's output shape."""
        shape = self.service.operation_model(operation).output_shape
        if shape is not None:
            check(shape, json.loads(json.dumps(answer)), operation + "Response")

    def status_of(self, code: str) -> int | None:
        """Return the HTTP status of a modelled error code, or None for another code."""
        if code not in self.service.shape_names:
            return None
        error = self.service.shape_for(code).metadata.get("error") or {}
        status = error.get("httpStatusCode")
        return int(status) if status else None

    def _match(self, method: str, path: str) -> tuple[OperationModel, dict[str, str]]:
        for verb, pattern, operation, _ in self._routes:
            found = pattern.fullmatch(path) if verb == method else None
            if found:
                labels = {name: unquote(value) for name, value in found.groupdict().items()}
                return operation, labels
        raise SesError("UnknownOperationException", f"{method} {path} is not SES v2", 404)

    @staticmethod
    def _route(operation: OperationModel) -> tuple[str, re.Pattern[str], OperationModel, int]:
        uri = operation.http["requestUri"].partition("?")[0]
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(uri))
        return operation.http["method"], re.compile(pattern), operation, uri.count("{")


def check(shape: Shape, value: Any, where: str) -> None:
    """Raise SES's error when a wire value does not fit a shape; blobs are base64 text."""
    _CHECKS[shape.type_name](shape, value, where)


def _from_labels_and_query(
    shape: StructureShape, labels: dict[str, str], query: str
) -> dict[str, Any]:
    given = parse_qs(query, keep_blank_values=True)
    params: dict[str, Any] = {}
    for name, member in shape.members.items():
        place = member.serialization.get("location")
        wire = member.serialization.get("name", name)
        if place == "uri" and wire in labels:
            params[name] = labels[wire]
        elif place == "querystring" and wire in given:
            values = given.pop(wire)
            params[name] = values if member.type_name == "list" else _typed(member, values[-1])
    if given:
        raise bad_request(f"Unknown query parameter: {', '.join(sorted(given))}")
    return params


def _typed(shape: Shape, text: str) -> Any:
    if shape.type_name in ("integer", "long"):
        try:
            return int(text)
        except ValueError:
            return text
    return {"true": True, "false": False}.get(text, text) if shape.type_name == "boolean" else text


def _from_body(shape: StructureShape, body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        data = json.loads(body)
    except ValueError as exc:
        raise SesError("SerializationException", "The body is not JSON") from exc
    if not isinstance(data, dict):
        raise SesError("SerializationException", "The body is not a JSON object")
    members = {
        member.serialization.get("name", name): name
        for name, member in shape.members.items()
        if "location" not in member.serialization
    }
    return {members.get(wire, wire): value for wire, value in data.items() if value is not None}


def _structure(shape: StructureShape, value: Any, where: str) -> None:
    _is(shape, isinstance(value, dict), where)
    unknown = sorted(set(value) - set(shape.members))
    if unknown:
        raise bad_request(f"Unknown parameter in {where}: {', '.join(unknown)}")
    missing = sorted(name for name in shape.required_members if value.get(name) is None)
    if missing:
        raise bad_request(f"Missing required parameter in {where}: {', '.join(missing)}")
    if shape.metadata.get("union") and len(value) != 1:
        raise bad_request(f"{where} takes exactly one of {', '.join(shape.members)}")
    for name, item in value.items():
        if item is not None:
            check(shape.members[name], item, f"{where}.{name}")


def _list(shape: ListShape, value: Any, where: str) -> None:
    _is(shape, isinstance(value, list), where)
    _bounds(shape, len(value), where, "items")
    for index, item in enumerate(value):
        check(shape.member, item, f"{where}[{index}]")


def _map(shape: MapShape, value: Any, where: str) -> None:
    _is(shape, isinstance(value, dict), where)
    for key, item in value.items():
        check(shape.key, key, f"{where} key")
        check(shape.value, item, f"{where}.{key}")


def _string(shape: Shape, value: Any, where: str) -> None:
    _is(shape, isinstance(value, str), where)
    _bounds(shape, len(value), where, "characters")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        raise bad_request(f"{where} must be one of {', '.join(allowed)}")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        raise bad_request(f"{where} does not match {pattern}")


def _whole(shape: Shape, value: Any, where: str) -> None:
    _is(shape, isinstance(value, int) and not isinstance(value, bool), where)
    _bounds(shape, value, where, "")


def _number(shape: Shape, value: Any, where: str) -> None:
    _is(shape, isinstance(value, int | float) and not isinstance(value, bool), where)


def _boolean(shape: Shape, value: Any, where: str) -> None:
    _is(shape, isinstance(value, bool), where)


def _blob(shape: Shape, value: Any, where: str) -> None:
    _is(shape, isinstance(value, str), where)
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise SesError("SerializationException", f"{where} is not base64") from exc


def _timestamp(shape: Shape, value: Any, where: str) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return
    _is(shape, isinstance(value, str), where)
    try:
        parse_instant(value)
    except ValueError as exc:
        raise SesError("SerializationException", f"{where} is not a time") from exc


def _is(shape: Shape, fits: bool, where: str) -> None:
    if not fits:
        raise SesError("SerializationException", f"{where} must be {_NAMES[shape.type_name]}")


def _bounds(shape: Shape, size: int, where: str, unit: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        raise bad_request(f"{where} must be at least {low} {unit}".rstrip())
    if high is not None and size > high:
        raise bad_request(f"{where} must be at most {high} {unit}".rstrip())


_CHECKS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "character": _string,
    "integer": _whole,
    "long": _whole,
    "double": _number,
    "float": _number,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}
