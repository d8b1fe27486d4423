"""HTML over HTTP: what a browser sent, what it gets back, and the headers that keep it safe."""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from shared.errors import HubError

Answer = dict[str, Any]
Form = Mapping[str, list[str]]

BODY_BYTES_MAX = 64 * 1024
FIELDS_MAX = 1000
_TAG = re.compile(r"([a-zA-Z]{1,8})(?:-[a-zA-Z0-9-]{1,30})?\s*(?:;\s*q=([01](?:\.[0-9]{1,3})?))?")


class BodyTooLarge(HubError):
    """More was sent than any form of ours holds."""

    code = "body_too_large"
    help = "Send less."


class NotAForm(HubError):
    """The body is not what a form of ours sends."""

    code = "not_a_form"
    help = "Send the form of the page."


class ForeignForm(HubError):
    """The form was not made by a page of ours for this session."""

    code = "foreign_form"
    help = "Load the page again and repeat the last step."


def form(event: Mapping[str, Any]) -> Form:
    """Return the fields of a form by name, each with all its values.

    Raises BodyTooLarge, and NotAForm for anything but a URL-encoded form in UTF-8.
    """
    body = event.get("body") or ""
    if len(body) > BODY_BYTES_MAX * 4 // 3:
        raise BodyTooLarge()
    kind = header(event, "content-type").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise NotAForm()
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body
        text = raw.decode() if isinstance(raw, bytes) else raw
        return parse_qs(text, keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError as exc:  # not base64, not UTF-8, or too many fields
        raise NotAForm() from exc


def header(event: Mapping[str, Any], name: str) -> str:
    """Return the header of that lower-case name, "" where it was not sent."""
    return str((event.get("headers") or {}).get(name, ""))


def query(event: Mapping[str, Any], name: str) -> str:
    """Return the query parameter of that name, "" where it was not sent."""
    return str((event.get("queryStringParameters") or {}).get(name, ""))


def cookie(event: Mapping[str, Any], name: str) -> str:
    """Return the value of a cookie, "" where it was not sent."""
    prefix = name + "="
    found = (c for c in event.get("cookies") or () if c.startswith(prefix))
    return str(next(found, prefix))[len(prefix) :]


def host_cookie(name: str, value: str) -> str:
    """Return the cookie that only this host gets back, over TLS, and no script reads."""
    return f"__Host-{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"


def no_cookie(name: str) -> str:
    """Return what makes the browser forget the cookie of host_cookie()."""
    return host_cookie(name, "") + "; Max-Age=0"


def require_same_origin(event: Mapping[str, Any], public_url: str) -> None:
    """Raise ForeignForm unless the browser says that a page of public_url sent the form."""
    if header(event, "origin") != public_url:
        raise ForeignForm()


def languages(event: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the two-letter languages that the browser asks for, the most wanted first."""
    wanted = []
    for part in header(event, "accept-language")[:200].split(","):
        match = _TAG.fullmatch(part.strip())
        if match:
            wanted.append((-float(match[2] or 1), match[1].lower()))
    return tuple(language for _, language in sorted(wanted, key=lambda w: w[0]))


def html(
    body: str, status: int = 200, *, cookies: Iterable[str] = (), forms_to: str = ""
) -> Answer:
    """Return a page. forms_to is the one foreign origin that its forms may lead to, or ""."""
    made = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
    return _answer(status, body, made, cookies, forms_to)


def see_other(location: str, *, cookies: Iterable[str] = ()) -> Answer:
    """Return the answer that makes the browser GET location."""
    return _answer(303, "", {"location": location, "cache-control": "no-store"}, cookies, "")


def public_file(body: bytes, content_type: str, seconds: int) -> Answer:
    """Return a file that anybody may keep for so many seconds."""
    made = {"content-type": content_type, "cache-control": f"public, max-age={seconds}"}
    return _answer(200, body.decode(), made, (), "")


def private_file(body: str, content_type: str, name: str) -> Answer:
    """Return a file for the visitor alone, to be saved under name (ASCII, no quotes)."""
    made = {
        "content-type": content_type,
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
    return _answer(200, body, made, (), "")


def segment(text: str) -> str:
    """Return text as one segment of a path."""
    return quote(text, safe="")


def _answer(
    status: int, body: str, headers: dict[str, str], cookies: Iterable[str], forms_to: str
) -> Answer:
    form_action = f"form-action 'self' {forms_to}".strip()
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"{form_action}; base-uri 'none'; frame-ancestors 'none'"
    )
    safe = {
        "content-security-policy": policy,
        # no-referrer would make browsers send "Origin: null" with our own forms
        "referrer-policy": "same-origin",
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    answer: Answer = {"statusCode": status, "headers": headers | safe, "body": body}
    if cookies:
        answer["cookies"] = list(cookies)
    return answer
