"""Payload format 2.0: from a request to a Lambda event, from a result to a response."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.edge.routes import Match

_TEXT = re.compile(r"^(text/.*|application/(.*\+)?(json|xml)|application/javascript)$")
_OURS = {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}


@dataclass(frozen=True)
class Request:
    """An HTTP request as it arrived; header names may repeat."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str
    protocol: str = "HTTP/1.1"


@dataclass(frozen=True)
class Response:
    """An HTTP response to write: header names may repeat (`set-cookie`)."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def event(
    request: Request,
    match: Match,
    *,
    claims: Mapping[str, Any] | None,
    request_id: str,
    api_id: str,
    account_id: str,
    now: datetime,
) -> dict[str, Any]:
    """Return the event that an HTTP API hands to a function. `now` is an aware UTC instant."""
    headers = _joined_headers(request.headers)
    cookies = [part.strip() for part in headers.pop("cookie", "").split(";") if part.strip()]
    domain = headers.get("host", "localhost")
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": unquote(request.path),
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": account_id,
            "apiId": api_id,
            "domainName": domain,
            "domainPrefix": domain.split(".")[0],
            "http": {
                "method": request.method,
                "path": unquote(request.path),
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": match.route.key,
            "stage": "$default",
            "time": now.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        made["cookies"] = cookies
    if request.query:
        made["queryStringParameters"] = _joined_query(request.query)
    if match.path_parameters:
        made["pathParameters"] = match.path_parameters
    if claims is not None:
        flat = {name: _claim_text(value) for name, value in claims.items()}
        made["requestContext"]["authorizer"] = {"jwt": {"claims": flat, "scopes": None}}
    if request.body:
        made["body"], made["isBase64Encoded"] = _body(request.body, headers.get("content-type", ""))
    return made


def response(result: Any) -> Response:
    """Return the HTTP response for what a function returned; a malformed one is a 500, as on AWS.

    A result without `statusCode` is the body itself: 200, JSON.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        body = json.dumps(result, ensure_ascii=False).encode()
        return Response(200, [("content-type", "application/json")], body)
    try:
        status = int(result["statusCode"])
        text = result.get("body") or ""
        encoded = bool(result.get("isBase64Encoded"))
        body = base64.b64decode(text, validate=True) if encoded else text.encode()
        headers = [
            (str(name).lower(), _header_text(value))
            for name, value in (result.get("headers") or {}).items()
            if str(name).lower() not in _OURS
        ]
        headers += [("set-cookie", str(cookie)) for cookie in result.get("cookies") or ()]
    except (AttributeError, TypeError, ValueError, binascii.Error):
        return message(500, "Internal Server Error")
    if not 100 <= status <= 599:
        return message(500, "Internal Server Error")
    if body and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    return Response(status, headers, body)


def message(status: int, text: str) -> Response:
    """Return one of API Gateway's own answers, such as 404 `{"message":"Not Found"}`."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return Response(status, [("content-type", "application/json")], body)


def _joined_headers(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        lowered = name.lower()
        between = "; " if lowered == "cookie" else ","
        joined[lowered] = f"{joined[lowered]}{between}{value}" if lowered in joined else value
    return joined


def _joined_query(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, content_type: str) -> tuple[str, bool]:
    kind = content_type.split(";")[0].strip().lower()
    if not kind or _TEXT.match(kind):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def _claim_text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{' '.join(str(part) for part in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _header_text(value: Any) -> str:
    text = _claim_text(value) if isinstance(value, bool) else str(value)
    if "\r" in text or "\n" in text:
        raise ValueError("a header value holds a line break")
    return text
