"""The event that a function is given and the response made of what it returns."""

from datetime import UTC, datetime

import pytest

from infra.local.edge import payload
from infra.local.edge.routes import Match, Route

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)


def _event(request: payload.Request, claims: dict | None = None) -> dict:
    match = Match(Route("POST", "/p/{entity}", "portal"), {"entity": "demo"})
    return payload.event(
        request,
        match,
        claims=claims,
        request_id="r1",
        api_id="api1",
        account_id="000000000000",
        now=NOW,
    )


def _request(
    *headers: tuple[str, str], body: bytes = b"", query: str = "", path: str = "/p/demo"
) -> payload.Request:
    return payload.Request("POST", path, query, headers, body, "127.0.0.1")


def test_cookies_become_a_list_and_leave_the_headers() -> None:
    event = _event(_request(("Cookie", "a=1; b=2"), ("X-Thing", "x"), ("x-thing", "y")))
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["headers"] == {"x-thing": "x,y"}


def test_the_query_is_given_raw_and_joined() -> None:
    event = _event(_request(query="a=1&a=2&b=&c=%20"))
    assert event["rawQueryString"] == "a=1&a=2&b=&c=%20"
    assert event["queryStringParameters"] == {"a": "1,2", "b": "", "c": " "}


def test_the_request_context_names_route_time_and_source() -> None:
    context = _event(_request(("Host", "127.0.0.1:80"), ("User-Agent", "ua")))["requestContext"]
    assert context["routeKey"] == "POST /p/{entity}"
    assert context["stage"] == "$default"
    assert context["time"] == "01/Mar/2026:12:30:05 +0000"
    assert context["timeEpoch"] == int(NOW.timestamp() * 1000)
    assert context["http"]["sourceIp"] == "127.0.0.1"
    assert "authorizer" not in context


@pytest.mark.parametrize(
    ("content_type", "body", "is_base64"),
    [
        ("application/json; charset=utf-8", b'{"a": 1}', False),
        ("application/problem+json", b"{}", False),
        ("text/csv", b"a,b", False),
        ("application/x-www-form-urlencoded", b"a=1", True),
        ("application/octet-stream", b"\x00", True),
        ("application/json", b"\xff\xfe", True),
    ],
)
def test_only_texts_arrive_as_text(content_type: str, body: bytes, is_base64: bool) -> None:
    assert (
        _event(_request(("content-type", content_type), body=body))["isBase64Encoded"] is is_base64
    )


def test_an_empty_body_is_left_out() -> None:
    assert "body" not in _event(_request())


def test_claims_are_texts_as_an_http_api_writes_them() -> None:
    claims = {"cognito:groups": ["demo:clerk", "x:viewer"], "exp": 5, "email_verified": True}
    event = _event(_request(), claims)
    assert event["requestContext"]["authorizer"]["jwt"]["claims"] == {
        "cognito:groups": "[demo:clerk x:viewer]",
        "exp": "5",
        "email_verified": "true",
    }


def test_a_full_result_becomes_status_headers_cookies_and_bytes() -> None:
    made = payload.response(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "image/png", "Content-Length": "9"},
            "cookies": ["a=1", "b=2"],
            "body": "AAE=",
            "isBase64Encoded": True,
        }
    )
    assert made.status == 201
    assert made.body == b"\x00\x01"
    assert made.headers == [
        ("content-type", "image/png"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ]


@pytest.mark.parametrize("result", [{"hello": "plain"}, ["a"], "text", None])
def test_a_plain_result_is_the_body_as_json(result: object) -> None:
    made = payload.response(result)
    assert (made.status, made.headers) == (200, [("content-type", "application/json")])


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "soon"},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "body": "%%%", "isBase64Encoded": True},
        {"statusCode": 9},
        {"statusCode": 200, "headers": {"x": "a\r\nset-cookie: b"}},
        {"statusCode": 200, "headers": ["x"]},
    ],
)
def test_a_malformed_result_is_a_500(result: dict) -> None:
    made = payload.response(result)
    assert (made.status, made.body) == (500, b'{"message":"Internal Server Error"}')
