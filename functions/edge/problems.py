"""The hub's errors as problem details (RFC 9457). The one place that knows their statuses."""

from http import HTTPStatus
from typing import Any

from shared.domain.gateway import GatewayRefused, GatewayUnavailable
from shared.errors import (
    Conflict,
    CurrencyMismatch,
    HubError,
    InvalidInput,
    NotAllowed,
    NotFound,
    RequestUnnamed,
    Unauthenticated,
    WriteConflict,
)

CONTENT_TYPE = "application/problem+json"
_STATUS: dict[type[HubError], int] = {
    RequestUnnamed: 400,
    Unauthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    WriteConflict: 409,
    CurrencyMismatch: 422,
    InvalidInput: 422,
    GatewayRefused: 502,
    GatewayUnavailable: 503,
}
_WITHOUT_FACTS = (NotFound, Unauthenticated)


def status_of(error: HubError) -> int:
    """Return the HTTP status of error: its own class's, else its nearest base's, else 422."""
    return next((_STATUS[c] for c in type(error).__mro__ if c in _STATUS), 422)


def codes_of(status: int) -> list[str]:
    """Return the codes of the errors that are answered with status, narrower ones aside."""
    return sorted(known.code for known, answered in _STATUS.items() if answered == status)


def problem(error: HubError) -> dict[str, Any]:
    """Return the body for error.

    What is unknown and what belongs to somebody else read the same: no facts are told there.
    """
    status = status_of(error)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": error.code,
        "detail": error.help,
        "retryable": error.retryable,
    }
    if error.facts and not isinstance(error, _WITHOUT_FACTS):
        body["facts"] = error.facts
    return body
