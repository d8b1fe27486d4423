"""Send one numbered notice: look again, call once, confirm."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.mail import Envelope, MailEvent, MailEventKind, SendResult, SendState
from shared.domain.messages import MailText
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.domain.notices import done_as_said
from shared.domain.recipients import Recipients, recipients
from shared.domain.replies import ReplyTag, reply_address
from shared.usecases import mail_event, write_mail
from shared.usecases.put_off_notice import waits_until

_ATTEMPTS_MAX = 3


class Accounts(mail_event.Accounts, Protocol):
    def entity(self, entity_id: str) -> Entity: ...
    def account(self, entity_id: str, customer_id: str) -> Account: ...
    def notice(self, entity_id: str, customer_id: str, n: int) -> Notice: ...


class Deliveries(mail_event.Deliveries, Protocol):
    def call(
        self,
        entity: str,
        customer_id: str,
        n: int,
        fence: str,
        now_wall: datetime,
        to: tuple[str, ...],
        done: Mapping[str, int] | None = None,
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
    def put_off(
        self, entity: Entity, customer_id: str, n: int, day: date, now: Now, code: str
    ) -> bool: ...
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


class Mailer(Protocol):
    def send(self, envelope: Envelope, text: MailText) -> SendResult: ...


class Archive(Protocol):
    def keep(self, entity_id: str, customer_id: str, n: int, text: MailText) -> str: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that sending needs from outside.

    wait_turn waits until a mail to so many people may be handed over, and returns False where that
    would take too long. reply_mailbox is the address under which answers come back to the hub, ""
    where none does.
    """

    accounts: Accounts
    deliveries: Deliveries
    suppressions: Suppressions
    tasks: mail_event.Tasks
    words: write_mail.Ports
    mailer: Mailer
    archive: Archive
    new_fence: Callable[[], str]
    wait_turn: Callable[[int], bool]
    reply_mailbox: str = ""


def send_notice(ports: Ports, entity_id: str, customer_id: str, n: int, now: Now) -> str:
    """Send notice n if it still has something to say; return what was done, as a stable code.

    sent, busy (it stays claimed: too many wait for their turn), refused (claimed again), rejected
    (mail is stopped, a person has a task), uncertain (nobody knows: SES's event or an operator will
    tell), withdrawn, held, suppressed (its addresses are ones that nothing is mailed to: mail is
    stopped, a person has a task), or elsewhere (another worker has it or had it).
    """
    notice = ports.accounts.notice(entity_id, customer_id, n)
    if notice.delivery is not DeliveryState.CLAIMED or notice.channel is not Channel.EMAIL:
        return "elsewhere"
    entity = ports.accounts.entity(entity_id)
    if entity.hold_all or entity.mail_paused:
        return "held"
    account = ports.accounts.account(entity_id, customer_id)
    mail = write_mail.write_mail(ports.words, entity, account, notice, now)
    if isinstance(mail, str):
        return _withdrawn(ports, entity, account, notice, mail, now)
    tag = ReplyTag(entity_id, customer_id, n)
    mailbox = ports.reply_mailbox
    envelope = Envelope(
        entity=entity,
        customer=account.customer,
        notice_n=n,
        recipients=recipients(account.customer, mail.stage),
        reply_to=reply_address(mailbox, tag) if mailbox else entity.contact_email,
        stop_url=mail.stop_url,
    )
    return _call(ports, envelope, mail.text, _left_done(account, notice, mail), now)


def _left_done(account: Account, notice: Notice, mail: write_mail.Mail) -> Mapping[str, int] | None:
    """Return what is done with notice where mail leaves out some of what it was claimed for.

    None where nothing is left out, and where a later notice has taken the positions over.
    """
    if mail.stage is None or account.newest_notice is None or account.newest_notice.n != notice.n:
        return None
    done = done_as_said(notice, mail.said)
    return done if done != notice.done_after else None


def _withdrawn(
    ports: Ports, entity: Entity, account: Account, notice: Notice, code: str, now: Now
) -> str:
    """Close the notice; where it only has to wait, a sweep looks again on the day it may go out."""
    entity_id, customer_id = entity.entity_id, account.customer.customer_id
    book = ports.words.policies.book(entity_id, account)
    day = waits_until(account, notice, book, now) if notice.kind == "stage" else None
    if day is not None:
        ports.deliveries.put_off(entity, customer_id, notice.n, day, now, code)
        return "withdrawn"
    claimed, withdrawn = (DeliveryState.CLAIMED,), DeliveryState.WITHDRAWN
    ports.deliveries.settle(entity_id, customer_id, notice.n, withdrawn, now.wall, claimed, code)
    return "withdrawn"


def _call(
    ports: Ports, envelope: Envelope, text: MailText, done: Mapping[str, int] | None, now: Now
) -> str:
    whose = (envelope.entity.entity_id, envelope.customer.customer_id, envelope.notice_n)
    fence = ports.new_fence()
    mail_key = ports.archive.keep(*whose, text)
    reached = _called(ports, envelope, fence, done, now)
    if not isinstance(reached, Recipients):
        return reached
    result = ports.mailer.send(replace(envelope, recipients=reached), text)
    if result.state is SendState.ACCEPTED:
        ports.deliveries.sent(*whose, fence, now.wall, result.message_id, mail_key)
        return "sent"
    if result.state is SendState.REJECTED:
        return _rejected(ports, envelope, result.code, now)
    if result.state is SendState.REFUSED:
        ports.deliveries.refused(*whose, fence, now.wall, result.code)
        return "refused"
    return "uncertain"


def _called(
    ports: Ports, envelope: Envelope, fence: str, done: Mapping[str, int] | None, now: Now
) -> Recipients | str:
    """Win the right to call the mail service, and return whom to write to, or what was done.

    Addresses that nobody wants mailed are left out; the claim itself checks the others once more.
    """
    entity_id = envelope.entity.entity_id
    whose = (entity_id, envelope.customer.customer_id, envelope.notice_n)
    for _ in range(_ATTEMPTS_MAX):
        off = ports.suppressions.among(entity_id, envelope.recipients.all)
        reached = envelope.recipients.without({address.lower() for address in off})
        if not reached.to:
            return _suppressed(ports, envelope, now)
        if not ports.wait_turn(len(reached.all)):
            return "busy"
        if ports.deliveries.call(*whose, fence, now.wall, reached.all, done):
            return reached
        if not ports.suppressions.among(entity_id, reached.all):
            return "elsewhere"
    return "elsewhere"


def _suppressed(ports: Ports, envelope: Envelope, now: Now) -> str:
    """Withdraw the notice and stop the mail: there is nobody left to write to."""
    claimed = (DeliveryState.CLAIMED,)
    whose = (envelope.entity.entity_id, envelope.customer.customer_id, envelope.notice_n)
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
