"""The API's description, with the refusals that its operations really answer."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from functions.edge.problems import CONTENT_TYPE, codes_of
from functions.operator_api.request_keys import HEADER
from functions.operator_api.schema.problem import Problem
from shared.domain.roles import Role

_SCHEMAS = "#/components/schemas/"
_NEVER_SENT = ("HTTPValidationError", "ResponseValidationError", "ValidationError")
Roles = Mapping[tuple[str, str], Role]
"""The role that an operation needs, by its method in small letters and its path."""


def with_refusals(described: dict[str, Any], roles: Roles) -> dict[str, Any]:
    """Return an OpenAPI description in which each operation names the refusals that it answers."""
    schemas = described["components"]["schemas"]
    for name in _NEVER_SENT:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=_SCHEMAS + "{model}")
    schemas |= problem.pop("$defs") | {Problem.__name__: problem}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            statuses = set(_statuses(method, path, operation, roles[method, path]))
            answers = operation["responses"]
            answers.pop(str(int(HTTPStatus.UNPROCESSABLE_ENTITY)), None)
            answers |= {str(status): _refusal(status) for status in sorted(statuses)}
    return described


def _statuses(method: str, path: str, operation: Mapping[str, Any], role: Role) -> Iterator[int]:
    """Yield the statuses with which an operation may refuse."""
    of_entity, parameters = "{entity}" in path, operation.get("parameters", ())
    if any(parameter["name"] == HEADER for parameter in parameters):
        yield HTTPStatus.BAD_REQUEST
    yield HTTPStatus.UNAUTHORIZED
    if role > Role.VIEWER or not of_entity:
        yield HTTPStatus.FORBIDDEN
    if of_entity or method == "put":
        yield HTTPStatus.NOT_FOUND
    if method != "get":
        yield HTTPStatus.CONFLICT
    if parameters or "requestBody" in operation:
        yield HTTPStatus.UNPROCESSABLE_ENTITY


def _refusal(status: int) -> dict[str, Any]:
    codes = ", ".join(codes_of(status))
    return {
        "description": f"{HTTPStatus(status).phrase}: {codes} or a narrower code",
        "content": {CONTENT_TYPE: {"schema": {"$ref": _SCHEMAS + Problem.__name__}}},
    }
