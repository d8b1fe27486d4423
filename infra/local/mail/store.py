"""The mails and what became of them, in memory, and as files when a directory is given."""

from __future__ import annotations

import json
import uuid
from bisect import insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Condition, Lock
from typing import Any

from infra.local.mail import mime
from infra.local.mail.addresses import bare, fits, readable
from infra.local.mail.clock import iso_millis, parse_instant
from infra.local.mail.errors import SesError

PENDING, PUBLISHED, LOST, UNHEARD = "pending", "published", "lost", "no destination"


@dataclass
class Event:
    """One SES event of a mail and whether it was published."""

    kind: str
    recipients: list[str]
    payload: dict[str, Any]
    business_time: datetime
    wall_time: datetime
    state: str = PENDING
    attempts: int = 0
    sns_message_id: str = ""


@dataclass
class Message:
    """One accepted mail, whole, and its events."""

    seq: int
    message_id: str
    business_time: datetime
    wall_time: datetime
    sender: str
    reply_to: list[str]
    to: list[str]
    cc: list[str]
    bcc: list[str]
    recipients: list[str]
    tags: dict[str, str]
    configuration_set: str
    raw: bytes
    content: mime.Content
    outcomes: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """Return everything but the raw bytes, as JSON values."""
        return {
            "seq": self.seq,
            "id": self.message_id,
            "message_id": self.message_id,
            "business_time": iso_millis(self.business_time),
            "wall_time": iso_millis(self.wall_time),
            "from": readable(self.sender),
            "reply_to": [readable(item) for item in self.reply_to],
            "to": [readable(item) for item in self.to],
            "cc": [readable(item) for item in self.cc],
            "bcc": [readable(item) for item in self.bcc],
            "recipients": self.recipients,
            "subject": self.content.subject,
            "html": self.content.html,
            "text": self.content.text,
            "headers": [{"name": n, "value": v} for n, v in self.content.headers],
            "tags": self.tags,
            "configuration_set": self.configuration_set,
            "attachments": [
                {
                    "index": index,
                    "filename": item.filename,
                    "content_type": item.content_type,
                    "content_id": item.content_id,
                    "inline": item.inline,
                    "size_bytes": len(item.data),
                }
                for index, item in enumerate(self.content.attachments)
            ],
            "outcomes": self.outcomes,
            "events": [
                {
                    "type": event.kind,
                    "recipients": event.recipients,
                    "business_time": iso_millis(event.business_time),
                    "wall_time": iso_millis(event.wall_time),
                    "state": event.state,
                    "attempts": event.attempts,
                    "sns_message_id": event.sns_message_id,
                    "payload": event.payload,
                }
                for event in self.events
            ],
        }


@dataclass(frozen=True)
class Query:
    """Which mails are asked for; an empty value asks for all."""

    to: str = ""
    subject: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    after_seq: int = 0

    def matches(self, message: Message) -> bool:
        """Say whether a mail is asked for: `to` is a whole address, or a pattern with *."""
        return (
            message.seq > self.after_seq
            and (not self.to or any(fits(self.to, address) for address in message.recipients))
            and (not self.subject or self.subject.lower() in message.content.subject.lower())
            and (self.since is None or message.business_time >= self.since)
            and all(fits(value, message.tags.get(name, "")) for name, value in self.tags)
        )


class Store:
    """All accepted mails, oldest first."""

    def __init__(self, directory: Path | None) -> None:
        self.changed = Condition()
        self._directory = directory
        self._writing = Lock()
        self._messages: list[Message] = []
        self._by_id: dict[str, Message] = {}
        self._seq = 0
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            for path in sorted(directory.glob("*.json")):
                self._keep(_load(path))

    def next_seq(self) -> int:
        """Return the next number of a mail; numbers only grow."""
        with self.changed:
            self._seq += 1
            return self._seq

    def add(self, message: Message) -> None:
        """Keep a mail; `save` writes its facts once its events are settled or queued."""
        with self.changed:
            self._keep(message)
            self.changed.notify_all()
        if self._directory is not None:
            (self._directory / f"{_stem(message)}.eml").write_bytes(message.raw)

    def save(self, message: Message) -> None:
        """Write a mail's facts to the directory, after its events changed."""
        if self._directory is None:
            return
        path = self._directory / f"{_stem(message)}.json"
        with self._writing:
            facts = message.facts() | {"from": message.sender, "reply_to": message.reply_to}
            facts |= {"to": message.to, "cc": message.cc, "bcc": message.bcc}
            for derived in ("html", "text", "headers", "attachments", "subject"):
                del facts[derived]
            part = path.with_suffix(".part")
            part.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
            part.replace(path)

    def get(self, message_id: str) -> Message | None:
        """Return a mail by SES message id, or None."""
        with self.changed:
            return self._by_id.get(message_id)

    def find(self, query: Query, limit: int | None = None) -> list[Message]:
        """Return the mails asked for, oldest first."""
        with self.changed:
            first = max(0, len(self._messages) - (self._seq - query.after_seq))
            found: list[Message] = []
            for message in self._messages[first:]:
                if query.matches(message):
                    found.append(message)
                    if limit is not None and len(found) >= limit:
                        break
            return found

    def newest(self, wanted: Callable[[Message], bool]) -> Iterator[Message]:
        """Yield the mails that are wanted, newest first."""
        with self.changed:
            messages = self._messages[::-1]
        return (message for message in messages if wanted(message))

    def wait(self, query: Query, timeout_s: float) -> None:
        """Return when at least one mail fits the query, or after the timeout."""
        with self.changed:
            self.changed.wait_for(lambda: any(map(query.matches, self._messages)), timeout_s)

    def last_seq(self) -> int:
        """Return the number of the newest mail, 0 when there was none."""
        with self.changed:
            return self._messages[-1].seq if self._messages else 0

    def clear(self) -> None:
        """Forget every mail; numbers go on."""
        with self.changed:
            if self._directory is not None:
                for message in self._messages:
                    for suffix in (".eml", ".json"):
                        (self._directory / (_stem(message) + suffix)).unlink(missing_ok=True)
            self._messages.clear()
            self._by_id.clear()

    def _keep(self, message: Message) -> None:
        insort(self._messages, message, key=lambda kept: kept.seq)
        self._by_id[message.message_id] = message
        self._seq = max(self._seq, message.seq)


class Suppression:
    """The account's suppression list: address -> (reason, when, message id, feedback id)."""

    def __init__(self) -> None:
        self.changed = Condition()
        self._entries: dict[str, dict[str, Any]] = {}

    def put(self, address: str, reason: str, at: datetime, attributes: dict[str, str]) -> None:
        """Suppress an address, or say anew why."""
        with self.changed:
            self._entries[bare(address)] = {
                "EmailAddress": bare(address),
                "Reason": reason,
                "LastUpdateTime": at.timestamp(),
                **({"Attributes": attributes} if attributes else {}),
            }

    def get(self, address: str) -> dict[str, Any]:
        """Return an entry, or raise SES's NotFoundException."""
        with self.changed:
            entry = self._entries.get(bare(address))
        if entry is None:
            raise SesError(
                "NotFoundException",
                f"Email address {bare(address)} does not exist on your suppression list.",
                404,
            )
        return entry

    def remove(self, address: str) -> None:
        """Take an address off the list, or raise SES's NotFoundException."""
        with self.changed:
            self.get(address)
            del self._entries[bare(address)]

    def holds(self, address: str) -> bool:
        """Say whether a bare address is suppressed."""
        with self.changed:
            return address in self._entries

    def all(self) -> list[dict[str, Any]]:
        """Return every entry, by address."""
        with self.changed:
            return [self._entries[address] for address in sorted(self._entries)]

    def clear(self) -> None:
        """Empty the list."""
        with self.changed:
            self._entries.clear()


def new_message_id(wall: datetime) -> str:
    """Return an id as SES makes them: 0100, the milliseconds in hex, a UUID, 000000."""
    return f"0100{int(wall.timestamp() * 1000):012x}-{uuid.uuid4()}-000000"


def _stem(message: Message) -> str:
    return f"{message.seq:08d}-{message.message_id}"


def _load(path: Path) -> Message:
    facts = json.loads(path.read_text(encoding="utf-8"))
    raw = path.with_suffix(".eml").read_bytes()
    events = [
        Event(
            kind=event["type"],
            recipients=event["recipients"],
            payload=event["payload"],
            business_time=parse_instant(event["business_time"]),
            wall_time=parse_instant(event["wall_time"]),
            state=LOST if event["state"] == PENDING else event["state"],
            attempts=event["attempts"],
            sns_message_id=event["sns_message_id"],
        )
        for event in facts["events"]
    ]
    return Message(
        seq=facts["seq"],
        message_id=facts["message_id"],
        business_time=parse_instant(facts["business_time"]),
        wall_time=parse_instant(facts["wall_time"]),
        sender=facts["from"],
        reply_to=facts["reply_to"],
        to=facts["to"],
        cc=facts["cc"],
        bcc=facts["bcc"],
        recipients=facts["recipients"],
        tags=facts["tags"],
        configuration_set=facts["configuration_set"],
        raw=raw,
        content=mime.read(raw),
        outcomes=facts["outcomes"],
        events=events,
    )
