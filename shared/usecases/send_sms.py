"""Send one numbered notice as a text message: look again, call once, confirm."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.escalation import stage_charge_ids
from shared.domain.letter import claimed_items
from shared.domain.mail import SendResult
from shared.domain.messages import MailText
from shared.domain.money import Money, total
from shared.domain.notice import Channel, DeliveryState
from shared.domain.open_items import document_ids_of
from shared.domain.phone import e164
from shared.domain.sms import SmsView
from shared.usecases.look_again import Due, Stores, give_up, look_again, note_result
from shared.usecases.ports.notices import CreatesLinks
from shared.usecases.sms_event import failed_task

_OPTED_OUT = "opted_out"


class Suppressions(Protocol):
    def add(self, entity_id: str, address: str, reason: str, wall: datetime) -> bool: ...
    def among(self, entity_id: str, addresses: Iterable[str]) -> dict[str, str]: ...


class Texts(Protocol):
    def sms(self, view: SmsView) -> str: ...


class Archive(Protocol):
    def keep(self, entity_id: str, customer_id: str, n: int, text: MailText) -> str: ...


class SmsSender(Protocol):
    def send(
        self, entity_id: str, customer_id: str, n: int, phone: str, text: str
    ) -> SendResult: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that sending a text message needs from outside."""

    stores: Stores
    suppressions: Suppressions
    texts: Texts
    links: CreatesLinks
    sender: SmsSender
    archive: Archive
    public_url: str


def send_sms(ports: Ports, entity_id: str, customer_id: str, n: int, now: Now) -> str:
    """Send notice n by text message if it still has something to say; return what was done.

    sent, refused, rejected, uncertain (shared.usecases.look_again.note_result), suppressed (the
    number is one that nothing is sent to: a person has a task), withdrawn, put_off, held, or
    elsewhere.
    """
    due = look_again(ports.stores, Channel.SMS, entity_id, customer_id, n, now)
    if isinstance(due, str):
        return due
    customer = due.account.customer
    phone = e164(customer.phone)
    text = _text(ports, due, now)
    kept = ports.archive.keep(*due.whose, MailText("SMS", "", text))
    fence = ports.stores.new_fence()
    if not ports.stores.deliveries.call(*due.whose, fence, now.wall, (phone,)):
        if not ports.suppressions.among(entity_id, (phone,)):
            return "elsewhere"
        task = failed_task(customer, n, "suppressed", now)
        give_up(ports.stores, due, "suppressed", task, DeliveryState.CLAIMED, now)
        return "suppressed"
    result = ports.sender.send(*due.whose, phone, text)
    if result.code == _OPTED_OUT:
        ports.suppressions.add(entity_id, phone, _OPTED_OUT, now.wall)
    task = failed_task(customer, n, result.code, now)
    return note_result(ports.stores, due, fence, result, kept, task, now)


def _text(ports: Ports, due: Due, now: Now) -> str:
    account, decision = due.account, due.decision
    today = now.today(account.customer.time_zone)
    asked = document_ids_of(decision.documents)
    items = claimed_items(account, decision.items, asked, today)
    stage = due.book.stage(due.notice.policy, due.notice.stage)
    made = (
        {i for document_id in asked for i in stage_charge_ids(document_id, stage)} if stage else ()
    )
    path = ports.links.create(*due.whose[:2], now)
    view = SmsView(
        entity=due.entity,
        customer=account.customer,
        amounts=_by_currency(item.payable for item in items),
        fees=_by_currency(item.payable for item in items if item.document_id in made),
        since=min(item.due_on for item in items if item.document_id in decision.documents),
        today=today,
        link=ports.public_url + path,
    )
    return ports.texts.sms(view)


def _by_currency(amounts: Iterable[Money]) -> tuple[Money, ...]:
    found = list(amounts)
    currencies = sorted({money.currency for money in found})
    return tuple(total((m for m in found if m.currency == c), c) for c in currencies)
