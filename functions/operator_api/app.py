"""The operator API as one resolver: its routes, its errors and its description."""

import json
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

from functions.edge.problems import CONTENT_TYPE, problem, status_of
from functions.operator_api import (
    routes_adjustments,
    routes_agreements,
    routes_approvals,
    routes_autopay,
    routes_books,
    routes_calls,
    routes_charges,
    routes_connections,
    routes_customers,
    routes_decisions,
    routes_documents,
    routes_drift,
    routes_entities,
    routes_figures,
    routes_imports,
    routes_invoices,
    routes_journal,
    routes_links,
    routes_mailing,
    routes_notices,
    routes_payments,
    routes_policies,
    routes_recurrences,
    routes_statements,
    routes_sweeps,
    routes_work,
    routes_writebacks,
    trail,
)
from functions.operator_api.description import with_refusals
from functions.operator_api.refusals import fields
from functions.operator_api.request_keys import unnamed
from functions.operator_api.unknown import told
from shared.adapters.policy_yaml import PolicyInvalid
from shared.domain.roles import Role
from shared.errors import HubError, NotFound

ROUTERS = (
    routes_entities.router,
    routes_policies.router,
    routes_imports.router,
    routes_connections.router,
    routes_customers.router,
    routes_documents.router,
    routes_invoices.router,
    routes_payments.router,
    routes_adjustments.router,
    routes_charges.router,
    routes_agreements.router,
    routes_approvals.router,
    routes_autopay.router,
    routes_calls.router,
    routes_recurrences.router,
    routes_work.router,
    routes_writebacks.router,
    routes_drift.router,
    routes_sweeps.router,
    routes_decisions.router,
    routes_figures.router,
    routes_books.router,
    routes_journal.router,
    routes_links.router,
    routes_mailing.router,
    routes_notices.router,
    routes_statements.router,
)
_SECURITY = {"bearer": HTTPBearer(bearerFormat="JWT")}


@cache
def app() -> APIGatewayHttpResolver:
    """Return the resolver with every route."""
    resolver = APIGatewayHttpResolver(enable_validation=True)
    for router in ROUTERS:
        resolver.include_router(router)
    resolver.use([trail.note_route])
    resolver.exception_handler(PolicyInvalid)(_policy_invalid)
    resolver.exception_handler(HubError)(answer)
    resolver.exception_handler(RequestValidationError)(_invalid)
    resolver.exception_handler(NotFoundError)(lambda _: answer(NotFound(path="api")))
    resolver.get("/api/v1/openapi.json", include_in_schema=False)(_openapi)
    return resolver


def answer(error: HubError, **more: Any) -> Response[str]:
    """Return error as problem details."""
    if isinstance(error, NotFound):
        more |= {"detail": told(error)}
    return _problem(status_of(error), problem(error) | more)


@cache
def openapi_text() -> str:
    """Return the API's description (OpenAPI 3.1) as JSON text."""
    described = app().get_openapi_json_schema(
        title="Duecourse operator API",
        version="1",
        openapi_version="3.1.0",
        description="Amounts are decimal text, dates ISO 8601, instants UTC. Errors are problem "
        "details (RFC 9457) with a stable code.",
        security_schemes=_SECURITY,
        security=[{"bearer": []}],
    )
    return json.dumps(with_refusals(json.loads(described), _roles()), separators=(",", ":"))


def _roles() -> dict[tuple[str, str], Role]:
    """Return the role that each operation needs, by method and path as the description has them."""
    resolver = app()
    return {
        (route.method.lower(), route.openapi_path): route.func.required_role
        for route in [*resolver._static_routes, *resolver._dynamic_routes]
    }


def _openapi() -> Response[str]:
    return Response(200, "application/json", openapi_text())


_openapi.required_role = Role.VIEWER  # read by tests


def _policy_invalid(error: PolicyInvalid) -> Response[str]:
    problems = [
        {"line": p.line, "column": p.column, "field": p.field, "message": p.message}
        for p in error.problems
    ]
    return answer(error, problems=problems)


def _invalid(error: RequestValidationError) -> Response[str]:
    nameless = unnamed(error.errors())
    if nameless is not None:
        return answer(nameless)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "code": "invalid_input",
        "detail": "Correct the named fields and try again.",
        "retryable": False,
        "fields": fields(error.errors()),
    }
    return _problem(int(status), body)


def _problem(status: int, body: dict[str, Any]) -> Response[str]:
    return Response(status, CONTENT_TYPE, json.dumps(body))
