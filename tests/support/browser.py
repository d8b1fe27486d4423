"""A browser as the portal's handler sees it: payload v2 in, cookies kept, forms sent."""

import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from functions.portal.handler import ROUTES, handler

ORIGIN = "https://pay.seller.example"
CONTEXT = SimpleNamespace(
    function_name="portal",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:portal",
    aws_request_id="1",
)


class Browser:
    """Keeps cookies between requests. Answers are the handler's own."""

    def __init__(self, language: str = "") -> None:
        self.cookies: dict[str, str] = {}
        self._headers = {"accept-language": language} if language else {}

    def get(self, address: str) -> dict[str, Any]:
        """Return the answer to GET address (a path, with its query)."""
        return self._send("GET", address, None, {})

    def post(
        self, address: str, fields: list[tuple[str, str]], origin: str = ORIGIN
    ) -> dict[str, Any]:
        """Return the answer to a form of fields posted from origin ("" sends none)."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        headers |= {"origin": origin} if origin else {}
        return self._send("POST", address, urlencode(fields), headers)

    def submit(self, page: str, action: str, fields: list[tuple[str, str]]) -> dict[str, Any]:
        """Return the answer to the form of page, with its CSRF token and fields."""
        return self.post(action, [("csrf", csrf_of(page)), *fields])

    def _send(
        self, method: str, address: str, body: str | None, headers: dict[str, str]
    ) -> dict[str, Any]:
        parts = urlsplit(address)
        route, parameters = route_of(method, parts.path)
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": route,
            "rawPath": parts.path,
            "headers": self._headers | headers,
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
            "pathParameters": parameters,
            "queryStringParameters": dict(parse_qsl(parts.query)),
            "requestContext": {"http": {"method": method}},
            "isBase64Encoded": False,
        }
        if body is not None:
            event["body"] = body
        answer = handler(event, CONTEXT)
        for cookie in answer.get("cookies", []):
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return dict(answer)


def csrf_of(page: str) -> str:
    """Return the CSRF token of the forms of page."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found, "the page has no form of a session"
    return found[1]


def route_of(method: str, path: str) -> tuple[str, dict[str, str]]:
    """Return the portal's route for a request, and what its path names."""
    for route in ROUTES:
        verb, template = route.split(" ")
        pattern = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", template)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        match = re.fullmatch(pattern, path)
        if verb == method and match:
            return route, match.groupdict()
    raise AssertionError(f"no route for {method} {path}")
