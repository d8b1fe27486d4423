"""The mailbox: every mail, read in a browser as its receiver would see it."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.local.mail.addresses import readable
from infra.local.mail.reply import PAGE_POLICY, Reply, page
from infra.local.mail.service import Service
from infra.local.mail.store import Message

HERE = Path(__file__).parent
PAGE_SIZE = 50
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
LABELS = {
    "delivered": ("Delivered", "good"),
    "bounce": ("Bounced", "bad"),
    "soft_bounce": ("Soft bounce", "warn"),
    "complaint": ("Marked as spam", "bad"),
    "delay": ("Delivered late", "warn"),
    "auto_reply": ("Auto-reply", "warn"),
    "suppressed": ("Suppressed", "bad"),
    "globally_suppressed": ("Suppressed by SES", "bad"),
    "reject": ("Rejected", "bad"),
}
_HEAD = re.compile(r"<head[^>]*>|<!doctype[^>]*>", re.IGNORECASE)
_CID = re.compile(r"cid:([^\"'\s)>]+)", re.IGNORECASE)


def listing(service: Service, query: dict[str, str]) -> Reply:
    """Return the list, newest first; `to` finds part of a recipient, `q` part of a subject."""
    to, subject = query.get("to", "").strip().lower(), query.get("q", "").strip().lower()
    first = int(query["from"]) if query.get("from", "").isdecimal() else 0
    found = list(
        service.store.newest(
            lambda m: (
                (not to or any(to in address for address in m.recipients))
                and (not subject or subject in m.content.subject.lower())
            )
        )
    )
    search = {key: query[key] for key in ("to", "q") if query.get(key)}
    html = (
        _pages()
        .get_template("list.html.j2")
        .render(
            messages=found[first : first + PAGE_SIZE],
            total=len(found),
            first=first,
            to=query.get("to", ""),
            q=query.get("q", ""),
            newer=_link(search, first - PAGE_SIZE) if first else "",
            older=_link(search, first + PAGE_SIZE) if first + PAGE_SIZE < len(found) else "",
            now=service.clock.business(),
        )
    )
    return page(html)


def mail(service: Service, message_id: str, query: dict[str, str]) -> Reply:
    """Return the page of one mail; answered says that an answer was just sent."""
    found = service.store.get(message_id)
    if found is None:
        return _gone()
    rendered = (
        _pages()
        .get_template("mail.html.j2")
        .render(
            mail=found, may_answer=service.inbound.rule is not None, answered="answered" in query
        )
    )
    return page(rendered)


def mail_html(service: Service, message_id: str) -> Reply:
    """Return the HTML part alone, in a sandbox: links open a new tab, nothing is loaded or run."""
    found = service.store.get(message_id)
    if found is None or not found.content.html:
        return _gone()
    headers = {"Content-Security-Policy": MAIL_POLICY, "Referrer-Policy": "no-referrer"}
    return Reply(200, _shown(found).encode(), "text/html; charset=utf-8", headers)


def attachment(service: Service, message_id: str, index: str) -> Reply:
    """Return one attachment as a download."""
    found = service.store.get(message_id)
    items = found.content.attachments if found else []
    if not index.isdecimal() or int(index) >= len(items):
        return _gone()
    item = items[int(index)]
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(item.filename)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Reply(200, item.data, item.content_type, headers)


def stylesheet() -> Reply:
    """Return the mailbox's style sheet."""
    body = (HERE / "static" / "mailbox.css").read_bytes()
    return Reply(200, body, "text/css; charset=utf-8", {"Cache-Control": "max-age=300"})


def _shown(message: Message) -> str:
    """Return the HTML part with inline pictures put in and links set to open a new tab."""
    inline = {item.content_id: item for item in message.content.attachments if item.content_id}

    def picture(found: re.Match[str]) -> str:
        item = inline.get(found[1])
        if item is None:
            return found[0]
        return f"data:{item.content_type};base64,{base64.b64encode(item.data).decode()}"

    html = _CID.sub(picture, message.content.html)
    base = '<base target="_blank">'
    head = max(_HEAD.finditer(html[:4096]), key=lambda found: found.end(), default=None)
    return html[: head.end()] + base + html[head.end() :] if head else base + html


def _link(search: dict[str, str], first: int) -> str:
    return "/mailbox?" + urlencode({**search, "from": max(0, first)})


def _gone() -> Reply:
    html = _pages().get_template("gone.html.j2").render()
    return page(html, 404)


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["when"] = _when
    pages.filters["readable"] = readable
    pages.filters["pretty"] = lambda data: json.dumps(data, indent=2, ensure_ascii=False)
    pages.filters["size"] = _size
    pages.filters["label"] = lambda outcome: LABELS[outcome]
    pages.globals["policy"] = PAGE_POLICY
    return pages


def _when(instant: datetime) -> str:
    return instant.strftime("%a %-d %b %Y, %H:%M")


def _size(count: int) -> str:
    return f"{count} bytes" if count < 1024 else f"{count / 1024:,.0f} KB"
