"""Send one numbered notice as a formal letter: look again, print, hand it in once, confirm."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.letter import (
    Letter,
    claimed_items,
    fresh_deadline,
    law_of_country,
    letter_claims,
)
from shared.domain.mail import SendResult
from shared.domain.notice import Channel
from shared.domain.open_items import document_ids_of
from shared.domain.post import PrintJob
from shared.domain.tasks import Task
from shared.ids import derived_id
from shared.usecases.look_again import Due, Stores, look_again, note_result
from shared.usecases.ports.books import ReadsPostings
from shared.usecases.ports.notices import CreatesLinks
from shared.usecases.threatened import threatened

_LINK_CUT = "…"


class Printer(Protocol):
    def letter(self, told: Letter) -> bytes: ...
    def pages(self, pdf: bytes) -> int: ...
    def window(self, told: Letter) -> tuple[str, ...]: ...


class Archive(Protocol):
    def keep_letter(self, entity_id: str, customer_id: str, n: int, pdf: bytes) -> str: ...


class LetterService(Protocol):
    def post(self, job: PrintJob, now: Now) -> SendResult: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that sending a letter needs from outside. public_url is without a slash."""

    stores: Stores
    ledger: ReadsPostings
    links: CreatesLinks
    printer: Printer
    archive: Archive
    service: LetterService
    public_url: str


def send_letter(ports: Ports, entity_id: str, customer_id: str, n: int, now: Now) -> str:
    """Send notice n by post if it still has something to say; return what was done, as a code.

    sent, refused, rejected, uncertain (shared.usecases.look_again.note_result), withdrawn, put_off,
    held, or elsewhere.
    """
    due = look_again(ports.stores, Channel.LETTER, entity_id, customer_id, n, now)
    return due if isinstance(due, str) else _hand_in(ports, due, _letter(ports, due, now), now)


def _letter(ports: Ports, due: Due, now: Now) -> Letter:
    account, entity = due.account, due.entity
    customer = account.customer
    today = now.today(customer.time_zone)
    asked = document_ids_of(due.decision.documents)
    path = ports.links.create(*due.whose[:2], now)
    law, dated_on = law_of_country(customer.country), now.today(entity.time_zone)
    items = claimed_items(account, due.decision.items, asked, today)
    return Letter(
        letter_id=f"{customer.external_id}-{due.notice.n}",
        entity=entity,
        customer=customer,
        law=law,
        dated_on=dated_on,
        as_of=today,
        pay_by=fresh_deadline(dated_on, law, closed_on=due.book.closed_on),
        claims=letter_claims(account.documents, items),
        link=ports.public_url + path,
        interest=threatened(ports.ledger, entity.entity_id, account, asked, due.book, today),
    )


def _hand_in(ports: Ports, due: Due, told: Letter, now: Now) -> str:
    pdf = ports.printer.letter(told)
    place, _, _ = told.link.rpartition("/")
    kept = ports.printer.letter(replace(told, link=f"{place}/{_LINK_CUT}"))
    key = ports.archive.keep_letter(*due.whose, kept)
    entity_id, customer_id, n = due.whose
    job = PrintJob(
        entity_id=entity_id,
        customer_id=customer_id,
        n=n,
        reference=told.letter_id,
        dated_on=told.dated_on,
        address=ports.printer.window(told),
        country=told.customer.country,
        language=told.customer.language,
        sheet=str(told.sheet),
        pages=ports.printer.pages(pdf),
        pdf=pdf,
    )
    fence = ports.stores.new_fence()
    if not ports.stores.deliveries.call(*due.whose, fence, now.wall, ()):
        return "elsewhere"
    result = ports.service.post(job, now)
    task = _task(told, n, result.code, now)
    return note_result(ports.stores, due, fence, result, key, task, now)


def _task(told: Letter, n: int, code: str, now: Now) -> Task:
    customer = told.customer
    return Task(
        task_id=derived_id("letter", customer.customer_id, str(n)),
        kind="bounce",
        customer_id=customer.customer_id,
        title="A letter cannot be posted: look at the address and the print service",
        created_at=now.business,
        due_on=now.today(customer.time_zone) + timedelta(days=1),
        detail=f"Notice {n}: {code}",
        notice=n,
    )
