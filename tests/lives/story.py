"""A life as text: what was said to the customer, when and how, and what happened around it."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from pypdf import PdfReader

from tests.lives.life import Life

Json = dict[str, Any]
_BAR = "    | "
_SECRETS = (
    (re.compile(r"/l/\S+"), "/l/…"),
    (re.compile(r"/s/\S+"), "/s/…"),
    (re.compile(r"\bpi_\S+"), "pi_…"),
    (re.compile(r"https?://[^\s/]+/p/[a-z0-9-]+/"), "https://pay.seller.example/p/seller/"),
    (re.compile(r"\b01[0-9A-HJKMNP-TV-Z]{24}\b"), "…"),
)
_SAME_FROM = 3
"""So many last lines that were said before are worth leaving out."""


@dataclass(frozen=True)
class Entry:
    """One thing of a story; mail says that it counts as a message to the customer."""

    at: datetime
    order: int
    lines: tuple[str, ...]
    message: bool = False


@dataclass(frozen=True)
class Story:
    """A life as it was lived, and how many messages the customer got."""

    text: str
    messages: int


def tell(life: Life) -> Story:
    """Return the story of a life that was lived."""
    scenario = life.scenario
    zone = ZoneInfo(scenario.customer["time_zone"])
    timeline = life.api("GET", "customers/C1/timeline")["items"]
    entries = [Entry(at, 0, (f"* {said}",)) for at, said in life.happened]
    entries += _mails(life, timeline)
    entries += _around(timeline, zone)
    entries += _tasks(life)
    entries += _elsewhere(life)
    entries.sort(key=lambda e: (e.at.replace(minute=0, second=0, microsecond=0), e.order, e.at))
    head = _head(life)
    body: list[str] = []
    for entry in entries:
        local = entry.at.astimezone(zone)
        first, *others = entry.lines
        body += ["", f"{local:%Y-%m-%d %a %H:%M}  {first}", *others]
    messages = sum(entry.message for entry in entries)
    text = "\n".join([*head, *body, "", *_end(life, messages)]) + "\n"
    return Story(_plain(text), messages)


def _plain(text: str) -> str:
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _head(life: Life) -> list[str]:
    scenario, customer = life.scenario, life.scenario.customer
    lines = [scenario.title, "=" * len(scenario.title)]
    lines += [scenario.about, ""]
    whom = f"{customer['name']}, {customer['time_zone']}, language {customer['language']}"
    lines.append(f"Customer: {whom}")
    for invoice in scenario.invoices:
        terms = f", {invoice.terms}" if invoice.terms else ""
        told = f"{invoice.total} {invoice.currency}, issued {invoice.issued}, due {invoice.due}"
        lines.append(f"Invoice {invoice.number}: {told}{terms}")
    return lines


def _mails(life: Life, timeline: list[Json]) -> list[Entry]:
    """Return the mails that left, by the mailbox, and the notices that never did, by the hub."""
    notices = {e["facts"]["n"]: e for e in timeline if e["kind"] == "notice"}
    entries: list[Entry] = []
    seen: set[int] = set()
    before: list[tuple[int, list[str]]] = []
    for number, mail in enumerate(life.hub.mails(), 1):
        n = int(mail["tags"].get("notice", 0))
        seen.add(n)
        notice = notices.get(n, {"title": "?", "state": "?", "facts": {"channel": "email"}})
        to = ", ".join(mail["to"]) + (f" (cc {', '.join(mail['cc'])})" if mail["cc"] else "")
        state = notice["state"]
        fate = "" if state == "sent" else f", {state}"
        files = [f"attached: {a['filename']}" for a in mail["attachments"]]
        said = _plain(mail["text"]).rstrip().splitlines()
        lines = [f"MAIL {number} to {to}: {notice['title']}{fate}", f"    {mail['subject']}"]
        lines += [f"    {name}" for name in files]
        lines += [_BAR.rstrip(), *(_BAR + line for line in _shortened(said, before)), _BAR.rstrip()]
        before.append((number, said))
        at = datetime.fromisoformat(mail["business_time"])
        entries.append(Entry(at, 3, tuple(lines), message=True))
    for n, notice in notices.items():
        if n not in seen and _never_said(notice):
            code = notice["facts"]["code"]
            told = f"(not said: {notice['title']}, {notice['state']}{f', {code}' if code else ''})"
            entries.append(Entry(_instant(notice["at"]), 4, (told,)))
    return entries


def _never_said(notice: Json) -> bool:
    channel, state = notice["facts"]["channel"], notice["state"]
    return channel == "email" or (channel in ("sms", "letter") and state != "sent")


def _shortened(said: list[str], before: list[tuple[int, list[str]]]) -> list[str]:
    """Return a mail's lines without an ending that an earlier mail of this life had."""
    best, whose = 0, 0
    for number, earlier in before:
        same = 0
        while same < min(len(said), len(earlier)) and said[-1 - same] == earlier[-1 - same]:
            same += 1
        if same > best:
            best, whose = same, number
    while best and said[-best].strip() == "":
        best -= 1
    if sum(1 for line in said[len(said) - best :] if line.strip()) < _SAME_FROM:
        return said
    return [*said[: len(said) - best], f"(… and the last lines of mail {whose})"]


def _around(timeline: list[Json], zone: ZoneInfo) -> list[Entry]:
    """Return what was charged."""
    entries = []
    for event in timeline:
        facts = event["facts"]
        if event["kind"] == "charge":
            day = datetime.combine(date.fromisoformat(event["at"]), time(8), zone)
            told = f"CHARGE {event['title']}: {facts['total']} {facts['currency']}"
            entries.append(Entry(day, 1, (f"{told}, due {facts['due_on']}",)))
    return entries


def _tasks(life: Life) -> list[Entry]:
    """Return what people were given to do."""
    entries = []
    for task in life.hub.tasks(life.customer_id):
        told = f"TASK for the company's people ({task['kind']}): {task['title']}"
        lines = (told, f"    {task['detail']}") if task["detail"] else (told,)
        entries.append(Entry(_instant(task["created_at"]), 4, lines))
    return entries


def _elsewhere(life: Life) -> list[Entry]:
    """Return short messages and letters, by what the services outside were given."""
    entries = []
    for at, request in life.hub.texts():
        told = f"SMS to {request['DestinationPhoneNumber']}"
        entries.append(Entry(at, 3, (told, _BAR + request["MessageBody"]), message=True))
    for key, body in sorted(life.hub.letters().items()):
        if not key.endswith(".json"):
            continue
        item = json.loads(body)
        pages = PdfReader(BytesIO(life.hub.letters()[key.removesuffix("json") + "pdf"])).pages
        printed = _unbroken("\n".join(page.extract_text() for page in pages)).splitlines()
        told = f"LETTER to the post, {item['pages']} page(s): {item['address'][0]}"
        lines = (told, *(_BAR + line for line in printed if line.strip()))
        entries.append(Entry(_instant(item["made_at"]), 3, lines, message=True))
    return entries


def _unbroken(printed: str) -> str:
    """Return printed text without the rest of a link that goes on on the next line."""
    return re.sub(r"(/l/[\w-]+)\n([\w-]+)\n", r"\1\2\n", printed)


def _end(life: Life, messages: int) -> list[str]:
    documents = life.documents()
    lines = [f"In the end, {life.scenario.last}:"]
    for number, document in sorted(documents.items()):
        left, total = document["open"], document["total"]
        state = document["state"]
        rest = "" if state in ("paid", "void") else f", {left['amount']} open"
        lines.append(f"  {number}: {total['amount']} {total['currency']}, {state}{rest}")
    what = "message" if messages == 1 else "messages"
    return [*lines, f"{messages} {what} to the customer."]


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
