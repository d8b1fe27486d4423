"""What a notice says by mail, as things stand now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.account import Account
from shared.domain.autopay_mail import announcement
from shared.domain.clock import Now
from shared.domain.decide import Decision
from shared.domain.entity import Entity
from shared.domain.escalation import stage_charge_ids
from shared.domain.mail_facts import with_answer, with_facts, with_open
from shared.domain.messages import (
    REMINDERS,
    AnswerView,
    Attachment,
    MailText,
    MailView,
    ReceiptView,
)
from shared.domain.money import Money
from shared.domain.notice import AUTOPAY, Notice
from shared.domain.open_items import all_open_items, document_ids_of
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Stage
from shared.domain.statement_of_account import Statement, statement_of_open
from shared.usecases.ports.books import ReadsPostings
from shared.usecases.ports.notices import CreatesLinks
from shared.usecases.ports.policies import ReadsBook
from shared.usecases.second_look import second_look
from shared.usecases.threatened import threatened

STATEMENT_ITEMS_MAX = 500
ATTACHED_BYTES_MAX = 2_000_000
"""Longer statements are not attached: the link shows them."""


class Texts(Protocol):
    def mail(self, template: str, language: str, view: MailView) -> MailText: ...


class Links(CreatesLinks, Protocol):
    def create_sign_in(self, entity_id: str, customer_id: str, now: Now) -> str: ...


class Receipts(Protocol):
    def receipt(self, entity_id: str, payment_id: str) -> ReceiptView: ...


class Disputes(Protocol):
    def answer(self, entity_id: str, customer_id: str, dispute_id: str) -> AnswerView: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that the words of a mail need from outside."""

    policies: ReadsBook
    texts: Texts
    links: Links
    receipts: Receipts
    disputes: Disputes
    ledger: ReadsPostings
    print_statement: Callable[[Statement], bytes]
    public_url: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in words, and the stage that it speaks for: None for a receipt, an answer or a link.

    said are the open items that it asks for. stop_url is where reminders can be stopped, or "".
    """

    text: MailText
    stage: Stage | None = None
    said: tuple[str, ...] = ()
    stop_url: str = ""


def write_mail(
    ports: Ports, entity: Entity, account: Account, notice: Notice, now: Now
) -> Mail | str:
    """Return the mail of notice as things stand now, or the code why nothing is left to say."""
    customer = account.customer
    if customer.internal:
        return "internal"
    if customer.mail_stopped or not customer.email:
        return "mail_stopped"
    today = now.today(customer.time_zone)
    view = MailView(entity=entity, customer=customer, items=(), today=today, link="")
    if notice.kind == "receipt":
        payment = ports.receipts.receipt(entity.entity_id, notice.payment_id)
        view = with_open(replace(view, payment=payment), account)
    if notice.kind == "answer":
        whose = (entity.entity_id, customer.customer_id)
        view = with_answer(view, account, ports.disputes.answer(*whose, notice.dispute_id))
    if notice.kind not in ("stage", AUTOPAY):
        return _written(ports, notice.kind, view, now)
    book = ports.policies.book(entity.entity_id, account)
    if notice.kind == AUTOPAY:
        announced = announcement(view, account, notice, book.customer_policy.autopay)
        return announced if isinstance(announced, str) else _written(ports, AUTOPAY, announced, now)
    decision = second_look(account, notice, book, now)
    if isinstance(decision, str):
        return decision
    stage = _tone(decision, notice, book)
    asked = document_ids_of(decision.documents)
    view = replace(
        view,
        items=decision.items,
        tone=stage.tone or "",
        fees=_fees(account, decision, stage),
        interest=threatened(ports.ledger, entity.entity_id, account, asked, book, today),
    )
    view = with_facts(view, account, decision, book, notice.plans_over)
    statement = _statement(ports, entity, account, stage, now)
    view = replace(view, statement=bool(statement))
    mail = _written(ports, stage.template, view, now)
    text = replace(mail.text, attachments=statement)
    return replace(mail, text=text, stage=stage, said=decision.documents)


def _tone(decision: Decision, notice: Notice, book: PolicyBook) -> Stage:
    """Return the stage that sets the tone: never a harder one than was claimed."""
    stage = decision.stage if decision.stage else book.customer_policy.stages[0]
    claimed = book.stage(notice.policy, notice.stage)
    return claimed if claimed is not None and claimed.position < stage.position else stage


def _written(ports: Ports, template: str, view: MailView, now: Now) -> Mail:
    create = ports.links.create_sign_in if template == "sign_in" else ports.links.create
    path = create(view.entity.entity_id, view.customer.customer_id, now)
    link = ports.public_url + path
    stop_url = f"{link}/stop" if template in REMINDERS else ""
    linked = replace(view, link=link, stop_link=stop_url)
    return Mail(ports.texts.mail(template, view.customer.language, linked), stop_url=stop_url)


def _statement(
    ports: Ports, entity: Entity, account: Account, stage: Stage, now: Now
) -> tuple[Attachment, ...]:
    """Return the statement of account where stage attaches one and it is not too large."""
    if not stage.statement or len(all_open_items(account.documents)) > STATEMENT_ITEMS_MAX:
        return ()
    today = now.today(account.customer.time_zone)
    pdf = ports.print_statement(statement_of_open(entity, account, today))
    name = f"statement-{today.isoformat()}.pdf"
    fits = len(pdf) <= ATTACHED_BYTES_MAX
    return (Attachment(name, "application/pdf", pdf),) if fits else ()


def _fees(account: Account, decision: Decision, stage: Stage) -> tuple[tuple[str, Money], ...]:
    documents = document_ids_of(decision.documents)
    made = {charge_id for i in documents for charge_id in stage_charge_ids(i, stage)}
    charges = (d for d in account.documents if d.document_id in made and d.stage_done == stage.id)
    return tuple((charge.number, charge.total) for charge in charges)
