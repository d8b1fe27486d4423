"""How a person or a proof answers a mail: by the page of the mail, by JSON, or by raw bytes."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from infra.local.mail.errors import BadControl
from infra.local.mail.inbound import headers_of, reply_to
from infra.local.mail.reply import Reply, json_reply
from infra.local.mail.service import Service
from infra.local.mail.store import Message

AWAY_HEADERS = {"Auto-Submitted": "auto-replied", "X-Autoreply": "yes", "Precedence": "auto_reply"}
AWAY_TEXT = "I am out of the office until Monday. Your mail is not forwarded."
_KNOWN = {"text", "from", "subject", "headers", "attachments", "verdicts"}


def by_page(service: Service, message_id: str, form: dict[str, str]) -> Reply:
    """Answer a mail by the form on its page, and lead back to it."""
    found = _found(service, message_id)
    if form.get("kind") == "away":
        raw, to = reply_to(
            found,
            AWAY_TEXT,
            subject=f"Automatic reply: {found.content.subject}",
            headers=AWAY_HEADERS,
        )
    else:
        text = form.get("text", "").strip()
        if not text:
            raise BadControl("an answer says something")
        raw, to = reply_to(found, text)
    service.inbound.take(raw, to)
    return Reply(303, headers={"Location": f"/mailbox/{message_id}?answered=1"})


def by_json(service: Service, message_id: str, data: dict[str, Any]) -> Reply:
    """Answer a mail as JSON says, and return SES's note of the answer."""
    if set(data) - _KNOWN:
        raise BadControl(f"an answer takes {', '.join(sorted(_KNOWN))}")
    files = [_file(one) for one in data.get("attachments", [])]
    raw, to = reply_to(
        _found(service, message_id),
        str(data.get("text", "")),
        sender=str(data.get("from", "")),
        subject=str(data.get("subject", "")),
        headers={str(n): str(v) for n, v in data.get("headers", {}).items()},
        attachments=files,
    )
    return json_reply(service.inbound.take(raw, to, data.get("verdicts")))


def raw_mail(service: Service, query: dict[str, str], body: bytes) -> Reply:
    """Take any mail in, as bytes; query's to says whom it is for, else its own header does."""
    to = [query["to"]] if query.get("to") else [headers_of(body)["to"]]
    return json_reply(service.inbound.take(body, to))


def _found(service: Service, message_id: str) -> Message:
    found = service.store.get(message_id)
    if found is None:
        raise BadControl("no such message")
    return found


def _file(one: dict[str, str]) -> tuple[str, str, bytes]:
    try:
        return one["filename"], one["content_type"], base64.b64decode(one["data"], validate=True)
    except (KeyError, binascii.Error) as exc:
        raise BadControl("an attachment has filename, content_type and data (base64)") from exc
