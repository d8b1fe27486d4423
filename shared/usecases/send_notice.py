"""Send one numbered notice: look again, call once, confirm."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from shared.domain.account import Account, Channel, DeliveryState, Entity, Notice
from shared.domain.clock import Now
from shared.domain.decide import Decision, decide, still_to_say, without
from shared.domain.escalation import stage_charge_ids
from shared.domain.mail import Envelope, MailEvent, MailEventKind, SendResult, SendState
from shared.domain.messages import MailText, MailView, ReceiptView
from shared.domain.money import Money
from shared.domain.open_items import document_ids_of
from shared.domain.policy import Stage
from shared.domain.policy_book import PolicyBook
from shared.usecases import mail_event
from shared.usecases.sweep import to_send
from shared.usecases.threatened import Ledger, threatened


class Accounts(mail_event.Accounts, Protocol):
    def entity(self, entity_id: str) -> Entity: ...
    def account(self, entity_id: str, customer_id: str) -> Account: ...
    def notice(self, entity_id: str, customer_id: str, n: int) -> Notice: ...


class Policies(Protocol):
    def book(self, entity_id: str, account: Account) -> PolicyBook: ...


class Deliveries(mail_event.Deliveries, Protocol):
    def call(
        self, entity: str, customer_id: str, n: int, fence: str, now_wall: datetime, to: str
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


class Suppressions(mail_event.Suppressions, Protocol):
    def among(self, entity_id: str, addresses: Iterable[str]) -> dict[str, str]: ...


class Texts(Protocol):
    def mail(self, template: str, language: str, view: MailView) -> MailText: ...


class Links(Protocol):
    def create(self, entity_id: str, customer_id: str, now: Now) -> str: ...


class Receipts(Protocol):
    def receipt(self, entity_id: str, payment_id: str) -> ReceiptView: ...


class Mailer(Protocol):
    def send(self, envelope: Envelope, text: MailText) -> SendResult: ...


class Archive(Protocol):
    def keep(self, entity_id: str, customer_id: str, n: int, text: MailText) -> str: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that sending needs from outside."""

    accounts: Accounts
    policies: Policies
    deliveries: Deliveries
    suppressions: Suppressions
    tasks: mail_event.Tasks
    texts: Texts
    links: Links
    receipts: Receipts
    ledger: Ledger
    mailer: Mailer
    archive: Archive
    public_url: str
    new_fence: Callable[[], str]


def send_notice(ports: Ports, entity_id: str, customer_id: str, n: int, now: Now) -> str:
    """Send notice n if it still has something to say; return what was done, as a stable code.

    sent, refused (claimed again), rejected (mail is stopped, a person has a task), uncertain
    (nobody knows: SES's event or an operator will tell), withdrawn, held, suppressed (the address
    is one that nothing is mailed to: mail is stopped, a person has a task), or elsewhere (another
    worker has it or had it).
    """
    notice = ports.accounts.notice(entity_id, customer_id, n)
    if notice.delivery is not DeliveryState.CLAIMED or notice.channel is not Channel.EMAIL:
        return "elsewhere"
    entity = ports.accounts.entity(entity_id)
    if entity.hold_all:
        return "held"
    account = ports.accounts.account(entity_id, customer_id)
    mail = _mail(ports, entity, account, notice, now)
    if isinstance(mail, str):
        ports.deliveries.settle(
            entity_id,
            customer_id,
            n,
            DeliveryState.WITHDRAWN,
            now.wall,
            (DeliveryState.CLAIMED,),
            mail,
        )
        return "withdrawn"
    return _call(ports, Envelope(entity, account.customer, n), mail, now)


def _call(ports: Ports, envelope: Envelope, text: MailText, now: Now) -> str:
    envelope = _without_suppressed_copies(ports, envelope)
    whose = (envelope.entity.entity_id, envelope.customer.customer_id, envelope.notice_n)
    fence = ports.new_fence()
    mail_key = ports.archive.keep(*whose, text)
    if not ports.deliveries.call(*whose, fence, now.wall, envelope.customer.email):
        return _not_called(ports, envelope, now)
    result = ports.mailer.send(envelope, text)
    if result.state is SendState.ACCEPTED:
        ports.deliveries.sent(*whose, fence, now.wall, result.message_id, mail_key)
        return "sent"
    if result.state is SendState.REJECTED:
        return _rejected(ports, envelope, result.code, now)
    if result.state is SendState.REFUSED:
        ports.deliveries.refused(*whose, fence, now.wall, result.code)
        return "refused"
    return "uncertain"


def _without_suppressed_copies(ports: Ports, envelope: Envelope) -> Envelope:
    """Return envelope without the copies that nobody wants or that reach nobody."""
    customer = envelope.customer
    if not customer.cc:
        return envelope
    off = ports.suppressions.among(envelope.entity.entity_id, customer.cc)
    kept = tuple(address for address in customer.cc if address not in off)
    return replace(envelope, customer=replace(customer, cc=kept))


def _not_called(ports: Ports, envelope: Envelope, now: Now) -> str:
    """Withdraw the notice and stop the mail where the address is on the list of those."""
    entity_id, customer = envelope.entity.entity_id, envelope.customer
    if not ports.suppressions.among(entity_id, (customer.email,)):
        return "elsewhere"
    claimed = (DeliveryState.CLAIMED,)
    whose = (entity_id, customer.customer_id, envelope.notice_n)
    if not ports.deliveries.settle(
        *whose, DeliveryState.WITHDRAWN, now.wall, claimed, "suppressed"
    ):
        return "elsewhere"
    _rejected(ports, envelope, "suppressed", now)
    return "suppressed"


def _rejected(ports: Ports, envelope: Envelope, code: str, now: Now) -> str:
    """Stop the mail and give a person the task: this one will never go out as it is."""
    event = MailEvent(
        entity_id=envelope.entity.entity_id,
        customer_id=envelope.customer.customer_id,
        n=envelope.notice_n,
        kind=MailEventKind.REJECTED,
        message_id="",
        detail=code,
    )
    mail_event.note_mail_event(
        ports.accounts, ports.deliveries, ports.suppressions, ports.tasks, event, now
    )
    return "rejected"


def _mail(
    ports: Ports, entity: Entity, account: Account, notice: Notice, now: Now
) -> MailText | str:
    """Return the text as things stand now, or the code why there is nothing left to say."""
    customer = account.customer
    if customer.mail_stopped or not customer.email:
        return "mail_stopped"
    today = now.today(customer.time_zone)
    view = MailView(entity=entity, customer=customer, items=(), today=today, link="")
    template = notice.kind
    if notice.kind == "stage":
        book = ports.policies.book(entity.entity_id, account)
        decision = second_look(account, notice, book, now)
        if isinstance(decision, str):
            return decision
        stage = decision.stage if decision.stage else book.customer_policy.stages[0]
        claimed = book.stage(notice.policy, notice.stage)
        if claimed is not None and claimed.position < stage.position:
            stage = claimed
        template = stage.template
        fees = _fees(account, decision, stage)
        asked = document_ids_of(decision.documents)
        interest = threatened(ports.ledger, entity.entity_id, account, asked, book, today)
        view = MailView(entity, customer, decision.items, today, "", fees, interest=interest)
    elif notice.kind == "receipt":
        payment = ports.receipts.receipt(entity.entity_id, notice.payment_id)
        view = replace(view, payment=payment)
    path = ports.links.create(entity.entity_id, customer.customer_id, now)
    linked = replace(view, link=ports.public_url + path)
    return ports.texts.mail(template, customer.language, linked)


def second_look(account: Account, notice: Notice, book: PolicyBook, now: Now) -> Decision | str:
    """Return the decision as if notice had never been claimed, or the code why there is none.

    Where later notices took all that it asks for further, it is superseded.
    """
    if not still_to_say(notice, account):
        return "superseded"
    zone = account.customer.time_zone
    found = decide(without(notice, account), book, now.today(zone), now.time_of_day(zone))
    decision = to_send(found)
    if decision is None or decision.stage is None or decision.stage.channel is not notice.channel:
        return "nothing_left_to_ask"
    return decision


def _fees(account: Account, decision: Decision, stage: Stage) -> tuple[tuple[str, Money], ...]:
    documents = document_ids_of(decision.documents)
    made = {charge_id for i in documents for charge_id in stage_charge_ids(i, stage)}
    charges = (d for d in account.documents if d.document_id in made and d.stage_done == stage.id)
    return tuple((charge.number, charge.total) for charge in charges)
