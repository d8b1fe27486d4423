"""Send one numbered notice: look again, call once, confirm."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.mail import Envelope, MailEvent, MailEventKind, SendResult, SendState
from shared.domain.messages import MailText
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.domain.notices import done_as_said
from shared.domain.recipients import Recipients, only_the_customer, recipients
from shared.domain.replies import ReplyTag, reply_address
from shared.domain.stage import Stage
from shared.usecases import mail_event, set_aside, write_mail
from shared.usecases.ports.accounts import AccountsAndNotices, ReadsCustomer
from shared.usecases.ports.tasks import OpensTasks
from shared.usecases.take_back_untold import Untold, take_back_untold

_ATTEMPTS_MAX = 3


class Accounts(AccountsAndNotices, ReadsCustomer, Protocol):
    """Accounts and what they were told, and the customer whom an event of a mail is about."""


class Deliveries(set_aside.Deliveries, mail_event.Deliveries, Protocol):
    pass


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
    tasks: OpensTasks
    words: write_mail.Ports
    untold: Untold
    mailer: Mailer
    archive: Archive
    new_fence: Callable[[], str]
    wait_turn: Callable[[int], bool]
    reply_mailbox: str = ""


def send_notice(ports: Ports, entity_id: str, customer_id: str, n: int, now: Now) -> str:
    """Send notice n if it still has something to say; return what was done, as a stable code.

    sent, busy (it stays claimed: too many wait for their turn), refused (claimed again), rejected
    (mail is stopped, a person has a task), uncertain (nobody knows: SES's event or an operator will
    tell), withdrawn, put_off (somebody agreed, and it only waits), held, suppressed (its addresses
    are ones that nothing is mailed to: mail is stopped, a person has a task), or elsewhere (another
    worker has it or had it).
    """
    notice = ports.accounts.notice(entity_id, customer_id, n)
    if notice.delivery is not DeliveryState.CLAIMED or notice.channel is not Channel.EMAIL:
        return "elsewhere"
    if notice.waits_for_approval or _is_held(ports.accounts.entity(entity_id), notice):
        return "held"
    turns, missing = 0, 1
    for _ in range(_ATTEMPTS_MAX):
        if missing > 0 and not ports.wait_turn(missing):
            return "busy"
        turns += max(missing, 0)
        done = _look_and_call(ports, entity_id, customer_id, notice, turns, now)
        if isinstance(done, str):
            return done
        missing = done - turns
    return "elsewhere"


def _is_held(entity: Entity, notice: Notice) -> bool:
    """Return whether notice waits: what asks for money also while the ERP's facts are old."""
    asks = notice.kind == "stage"
    return bool(entity.hold_all or entity.mail_paused or (asks and entity.erp_stale))


def _look_and_call(
    ports: Ports, entity_id: str, customer_id: str, notice: Notice, turns: int, now: Now
) -> str | int:
    """Do what is to be done with notice as things stand now, since waiting for a turn takes long.

    Returns for how many people a turn is needed where that is more than turns, or where one of them
    wants no mail since: it is to be looked at again.
    """
    n = notice.n
    entity = ports.accounts.entity(entity_id)
    if _is_held(entity, notice):
        return "held"
    account = ports.accounts.account(entity_id, customer_id)
    mail = write_mail.write_mail(ports.words, entity, account, notice, now)
    if isinstance(mail, str):
        book = ports.words.policies.book(entity_id, account)
        what = (entity, account, notice, book, mail, now)
        return set_aside.set_aside(ports.deliveries, ports.untold, *what)
    tag = ReplyTag(entity_id, customer_id, n)
    mailbox = ports.reply_mailbox
    envelope = Envelope(
        entity=entity,
        customer=account.customer,
        notice_n=n,
        recipients=_recipients(account, notice, mail.stage),
        reply_to=reply_address(mailbox, tag) if mailbox else entity.contact_email,
        stop_url=mail.stop_url,
    )
    wanted = (envelope.recipients, only_the_customer(account.customer))
    off = ports.suppressions.among(entity_id, {a for some in wanted for a in some.all})
    named, own = (some.without({address.lower() for address in off}) for some in wanted)
    reached = (
        named if named.to else Recipients(own.to, named.without({a.lower() for a in own.to}).cc)
    )
    if not reached.to:
        return _suppressed(ports, envelope, notice, now)
    if len(reached.all) > turns:
        return len(reached.all)
    envelope = replace(envelope, recipients=reached)
    return _call(ports, envelope, notice, mail.text, _left_done(account, notice, mail), now)


def _recipients(account: Account, notice: Notice, stage: Stage | None) -> Recipients:
    if notice.kind == "sign_in":
        return only_the_customer(account.customer)
    return recipients(account.customer, stage)


def _left_done(account: Account, notice: Notice, mail: write_mail.Mail) -> Mapping[str, int] | None:
    """Return what is done with notice where mail leaves out some of what it was claimed for.

    None where nothing is left out, and where a later notice has taken the positions over.
    """
    if mail.stage is None or account.newest_notice is None or account.newest_notice.n != notice.n:
        return None
    done = done_as_said(notice, mail.said)
    return done if done != notice.done_after else None


def _call(
    ports: Ports,
    envelope: Envelope,
    notice: Notice,
    text: MailText,
    done: Mapping[str, int] | None,
    now: Now,
) -> str | int:
    """Win the right to call the mail service, call it, and note the answer.

    The claim checks each address once more: returns how many there are where one fell away.
    """
    entity_id = envelope.entity.entity_id
    whose = (entity_id, envelope.customer.customer_id, envelope.notice_n)
    fence, to = ports.new_fence(), envelope.recipients
    mail_key = ports.archive.keep(*whose, text)
    if not ports.deliveries.call(*whose, fence, now.wall, to.to, done, to.cc):
        return len(to.all) if ports.suppressions.among(entity_id, to.all) else "elsewhere"
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


def _suppressed(ports: Ports, envelope: Envelope, notice: Notice, now: Now) -> str:
    """Withdraw the notice and stop the mail: there is nobody left to write to."""
    claimed = (DeliveryState.CLAIMED,)
    whose = (envelope.entity.entity_id, envelope.customer.customer_id, envelope.notice_n)
    take_back_untold(ports.untold, *whose[:2], notice, now)
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
    stores = (ports.accounts, ports.deliveries, ports.suppressions, ports.tasks, ports.untold)
    mail_event.note_mail_event(*stores, event, now)
    return "rejected"
