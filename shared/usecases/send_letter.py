"""Send one numbered notice as a formal letter: look again, print, hand it in once, confirm."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.account import Account, Channel, DeliveryState, Entity, Notice
from shared.domain.clock import Now
from shared.domain.decide import Decision
from shared.domain.letter import Letter, claimed_items, formal_letter, law_of_country
from shared.domain.mail import SendResult, SendState
from shared.domain.open_items import document_ids_of
from shared.domain.policy_book import PolicyBook
from shared.domain.post import PrintJob
from shared.domain.tasks import Task
from shared.ids import derived_id
from shared.usecases.put_off_notice import only_waits
from shared.usecases.second_look import second_look
from shared.usecases.threatened import Ledger, threatened

_LINK_CUT = "…"


class Accounts(Protocol):
    def entity(self, entity_id: str) -> Entity: ...
    def account(self, entity_id: str, customer_id: str) -> Account: ...
    def notice(self, entity_id: str, customer_id: str, n: int) -> Notice: ...


class Policies(Protocol):
    def book(self, entity_id: str, account: Account) -> PolicyBook: ...


class Deliveries(Protocol):
    def call(
        self,
        entity: str,
        customer_id: str,
        n: int,
        fence: str,
        now_wall: datetime,
        to: tuple[str, ...],
    ) -> bool: ...
    def refused(
        self, entity: str, customer_id: str, n: int, fence: str, wall: datetime, code: str
    ) -> None: ...
    def sent(
        self,
        entity: str,
        customer_id: str,
        n: int,
        fence: str,
        wall: datetime,
        message_id: str,
        mail_key: str,
    ) -> None: ...
    def settle(
        self,
        entity: str,
        customer_id: str,
        n: int,
        state: DeliveryState,
        wall: datetime,
        allowed: tuple[DeliveryState, ...],
        code: str = "",
    ) -> bool: ...


class Tasks(Protocol):
    def open(self, entity_id: str, task: Task) -> bool: ...


class Links(Protocol):
    def create(self, entity_id: str, customer_id: str, now: Now) -> str: ...


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

    accounts: Accounts
    policies: Policies
    deliveries: Deliveries
    tasks: Tasks
    ledger: Ledger
    links: Links
    printer: Printer
    archive: Archive
    service: LetterService
    public_url: str
    new_fence: Callable[[], str]


def send_letter(ports: Ports, entity_id: str, customer_id: str, n: int, now: Now) -> str:
    """Send notice n by post if it still has something to say; return what was done, as a code.

    sent, refused (claimed again), rejected (a person has a task), uncertain (nobody knows: an
    operator will tell), withdrawn, put_off, held, or elsewhere (another worker has it or had it).
    """
    notice = ports.accounts.notice(entity_id, customer_id, n)
    if notice.delivery is not DeliveryState.CLAIMED or notice.channel is not Channel.LETTER:
        return "elsewhere"
    entity = ports.accounts.entity(entity_id)
    if entity.hold_all or notice.waits_for_approval:
        return "held"
    account = ports.accounts.account(entity_id, customer_id)
    book = ports.policies.book(entity_id, account)
    decision = second_look(account, notice, book, now)
    if isinstance(decision, str):
        if notice.approved_by and only_waits(account, notice, book, now):
            return "put_off"
        claimed, withdrawn = (DeliveryState.CLAIMED,), DeliveryState.WITHDRAWN
        ports.deliveries.settle(entity_id, customer_id, n, withdrawn, now.wall, claimed, decision)
        return "withdrawn"
    told = _letter(ports, entity, account, notice, decision, book, now)
    return _hand_in(ports, told, notice, now)


def _letter(
    ports: Ports,
    entity: Entity,
    account: Account,
    notice: Notice,
    decision: Decision,
    book: PolicyBook,
    now: Now,
) -> Letter:
    customer = account.customer
    today = now.today(customer.time_zone)
    asked = document_ids_of(decision.documents)
    items = claimed_items(account, decision.items, asked, today)
    law = law_of_country(customer.country)
    path = ports.links.create(entity.entity_id, customer.customer_id, now)
    reference = f"{customer.external_id}-{notice.n}"
    dated_on = now.today(entity.time_zone)
    letter = formal_letter(
        reference,
        entity,
        customer,
        account.documents,
        items,
        law,
        dated_on,
        today,
        link=ports.public_url + path,
    )
    interest = threatened(ports.ledger, entity.entity_id, account, asked, book, today)
    return replace(letter, interest=interest)


def _hand_in(ports: Ports, told: Letter, notice: Notice, now: Now) -> str:
    whose = (told.entity.entity_id, told.customer.customer_id, notice.n)
    pdf = ports.printer.letter(told)
    place, _, _ = told.link.rpartition("/")
    kept = ports.printer.letter(replace(told, link=f"{place}/{_LINK_CUT}"))
    key = ports.archive.keep_letter(*whose, kept)
    job = PrintJob(
        entity_id=whose[0],
        customer_id=whose[1],
        n=notice.n,
        reference=told.letter_id,
        dated_on=told.dated_on,
        address=ports.printer.window(told),
        country=told.customer.country,
        language=told.customer.language,
        sheet=str(told.sheet),
        pages=ports.printer.pages(pdf),
        pdf=pdf,
    )
    fence = ports.new_fence()
    if not ports.deliveries.call(*whose, fence, now.wall, ()):
        return "elsewhere"
    result = ports.service.post(job, now)
    if result.state is SendState.ACCEPTED:
        ports.deliveries.sent(*whose, fence, now.wall, result.message_id, key)
        return "sent"
    if result.state is SendState.REFUSED:
        ports.deliveries.refused(*whose, fence, now.wall, result.code)
        return "refused"
    if result.state is SendState.REJECTED:
        return _rejected(ports, told, notice, result.code, now)
    return "uncertain"


def _rejected(ports: Ports, told: Letter, notice: Notice, code: str, now: Now) -> str:
    """Give a person the task, and count the stage as done: silence is not notice."""
    customer = told.customer
    task = Task(
        task_id=derived_id("letter", customer.customer_id, str(notice.n)),
        kind="bounce",
        customer_id=customer.customer_id,
        title="A letter cannot be posted: look at the address and the print service",
        created_at=now.business,
        due_on=now.today(customer.time_zone) + timedelta(days=1),
        detail=f"Notice {notice.n}: {code}",
        notice=notice.n,
    )
    whose = (told.entity.entity_id, customer.customer_id, notice.n)
    ports.tasks.open(whose[0], task)
    calling, bounced = (DeliveryState.CALLING,), DeliveryState.BOUNCED
    ports.deliveries.settle(*whose, bounced, now.wall, calling, code)
    return "rejected"
