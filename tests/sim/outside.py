"""The world outside but for the gateway: a mail service and the ERP's folder, in memory.

Each keeps its own record of what really happened; the checks compare it with our books.
"""

import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from shared.domain.mail import Envelope, MailEvent, MailEventKind, SendResult, SendState
from shared.domain.messages import MailText, MailView
from shared.domain.writeback import Writeback
from tests.sim.faults import Crash


@dataclass(slots=True)
class Outages:
    """Whether an answer is lost, drawn from the seed; calm once the faults are off."""

    chance: random.Random
    of_thousand: int = 40

    def happens(self) -> bool:
        return self.chance.randrange(1000) < self.of_thousand


@dataclass(slots=True)
class MailService:
    """SES: takes a mail, refuses it, or is not heard of again; tells of it by events."""

    outages: Outages
    delivered: Counter[tuple[str, int]] = field(default_factory=Counter)
    said: list[tuple[str, int, dict[str, int]]] = field(default_factory=list)
    events: list[MailEvent] = field(default_factory=list)

    def send(self, envelope: Envelope, text: MailText) -> SendResult:
        whose = (envelope.customer.customer_id, envelope.notice_n)
        self.said.append((*whose, json.loads(text.text)))
        if self.outages.happens():
            return SendResult(SendState.REFUSED, code="Throttling")
        lost = self.outages.happens()
        if lost and self.outages.chance.random() < 0.5:
            return SendResult(SendState.UNCERTAIN)
        self.delivered[whose] += 1
        for kind in (MailEventKind.SENT, MailEventKind.DELIVERED):
            self.events.append(MailEvent(envelope.entity.entity_id, *whose, kind, "m"))
        if self.outages.happens():
            raise Crash
        return SendResult(SendState.UNCERTAIN if lost else SendState.ACCEPTED, "m")

    def mail(self, template: str, language: str, view: MailView) -> MailText:
        """Return what the mail asks for, by document, as a text that can be read again."""
        asked = {item.document_id: item.payable.minor for item in view.items}
        return MailText(subject=template, html="", text=json.dumps(asked))

    def create_sign_in(self, *_: Any) -> str:
        """Return a sign-in; what it opens is proved elsewhere."""
        return "/p/sign-in"

    def create(self, *_: Any) -> str:
        """Return a link; what links may open is proved elsewhere."""
        return "/p/link"

    def keep(self, *_: Any) -> str:
        """Return where the mail is kept."""
        return "mails/kept"


@dataclass(slots=True)
class Folder:
    """The ERP's folder and the store of papers: a file of one name is written once."""

    files: dict[tuple[str, str, int], Writeback] = field(default_factory=dict)

    def put(self, entity_id: str, note: Writeback) -> bool:
        name = (note.payment_id, note.document_id, note.step)
        first = self.files.setdefault(name, replace(note, pending=True))
        assert first == replace(note, pending=True), "one file, two contents"
        return first is not note

    def pdf(self, *_: Any) -> bytes:
        return b"pdf"

    def put_pdf(
        self, entity_id: str, customer_id: str, document_id: str, version: int, body: bytes
    ) -> str:
        return f"invoices/{document_id}-{version}.pdf"

    def put_object(self, **_: Any) -> None:
        return None
