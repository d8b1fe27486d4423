"""Operators who sign in, and their calls as the HTTP API hands them over."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from infra.local.identity.tokens import Issuer, Operator

AUDIENCE = "operators"
ADMIN = Operator("ada", "ada@operators.example", ("*:admin",))


def operator(*groups: str) -> Operator:
    """Return an operator in groups such as demo:viewer."""
    return Operator("olga", "olga@operators.example", groups)


@contextmanager
def issuer(key_file: Path) -> Iterator[Issuer]:
    """Serve one issuer's keys on loopback while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(self.server.issuer.jwks()).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    server.issuer = Issuer.open(url, AUDIENCE, key_file)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def event(
    method: str,
    address: str,
    headers: dict[str, str] | None = None,
    body: str | None = None,
    cookies: list[str] | None = None,
) -> dict[str, Any]:
    """Return the payload that the HTTP API sends for a call (format 2.0)."""
    parts = urlsplit(address)
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    return {
        "version": "2.0",
        "routeKey": "ANY /api/v1/{proxy+}",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": {"host": "hub.example", **(headers or {})},
        "queryStringParameters": query or None,
        "cookies": cookies or [],
        "requestContext": {
            "http": {"method": method, "path": parts.path, "sourceIp": "192.0.2.1"},
            "stage": "$default",
            "requestId": "r",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def invoke(sent: dict[str, Any]) -> SimpleNamespace:
    """Call the handler; the answer has status, headers, json (None where it is none) and text."""
    from functions.operator_api.handler import handler

    context = SimpleNamespace(
        function_name="OperatorApi",
        memory_limit_in_mb=1024,
        invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:OperatorApi",
        aws_request_id="r",
    )
    answer = handler(sent, context)
    headers = {k.lower(): v for k, v in (answer.get("headers") or {}).items()}
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = values[0]
    text = answer.get("body") or ""
    kind = headers.get("content-type") or ""
    return SimpleNamespace(
        status=answer["statusCode"],
        headers=headers,
        cookies=answer.get("cookies") or [],
        text=text,
        json=json.loads(text) if "json" in kind else None,
    )


def call(
    token: str | None,
    method: str,
    path: str,
    body: object = None,
    more: dict[str, str] | None = None,
) -> SimpleNamespace:
    """Call /api/v1 + path with a token and a JSON body (a string is sent as it is).

    more are further headers.
    """
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    headers |= more or {}
    if isinstance(body, str):
        headers["content-type"], text = "application/yaml", body
    else:
        headers["content-type"], text = (
            "application/json",
            None if body is None else json.dumps(body),
        )
    return invoke(event(method, f"/api/v1{path}", headers, text))
