"""SendEmail: checks, holds, faults, quota, acceptance, events, answer; in SES's order."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from infra.local.mail import events, mime
from infra.local.mail.addresses import bare, split_list
from infra.local.mail.clock import iso_millis
from infra.local.mail.errors import CutConnection, SesError, bad_request
from infra.local.mail.faults import STATUS, Facts, Fault
from infra.local.mail.service import Service
from infra.local.mail.store import LOST, Message, new_message_id

RECIPIENTS_MAX = 50
SIZE_MAX_BYTES = 40 * 1024 * 1024
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
REASONS = {"bounce": "BOUNCE", "complaint": "COMPLAINT"}


class Draft:
    """A SendEmail call put together: who, what, with which tags; nothing decided yet."""

    def __init__(self, params: dict[str, Any]) -> None:
        content = params["Content"]
        kinds = [kind for kind in ("Simple", "Raw", "Template") if content.get(kind) is not None]
        if len(kinds) != 1:
            raise bad_request("Content takes exactly one of Simple, Raw and Template")
        if kinds == ["Template"]:
            raise bad_request(
                "Template content is not served by the local SES; send Simple or Raw content"
            )
        self.configuration_set = str(params.get("ConfigurationSetName") or "")
        self.tags = {tag["Name"]: tag["Value"] for tag in params.get("EmailTags") or []}
        if len(self.tags) != len(params.get("EmailTags") or []):
            raise bad_request("A message tag appears more than once")
        destination = params.get("Destination") or {}
        self.to = list(destination.get("ToAddresses") or [])
        self.cc = list(destination.get("CcAddresses") or [])
        self.bcc = list(destination.get("BccAddresses") or [])
        self.reply_to = list(params.get("ReplyToAddresses") or [])
        self.sender = str(params.get("FromEmailAddress") or "")
        if kinds == ["Simple"]:
            if not self.sender:
                raise bad_request("Missing required parameter in SendEmail: FromEmailAddress")
            self._check_addresses()
            self.mail = mime.build(params)
        else:
            self.mail = mime.parse_raw(content["Raw"]["Data"])
            self._take_from_headers(self.mail)
            self._check_addresses()
        for name, value in self.tags.items():
            if not TAG.fullmatch(name) or not TAG.fullmatch(value):
                raise bad_request(
                    f"Message tag {name}: a name and a value take 1 to 256 of A-Z a-z 0-9 _ -"
                )
        if not 0 < len(self.recipients) <= RECIPIENTS_MAX:
            raise bad_request(f"A message takes 1 to {RECIPIENTS_MAX} recipients")

    def _check_addresses(self) -> None:
        self.sender_address = bare(self.sender)
        for address in self.reply_to:
            bare(address)
        self.recipients = list(dict.fromkeys(map(bare, [*self.to, *self.cc, *self.bcc])))

    def _take_from_headers(self, mail: EmailMessage) -> None:
        """Fill what Raw content says in headers; the call's own parameters count first."""
        self.sender = self.sender or _raw_header(mail, "From")
        self.reply_to = self.reply_to or split_list(_raw_header(mail, "Reply-To"))
        if not (self.to or self.cc or self.bcc):
            self.to = split_list(_raw_header(mail, "To"))
            self.cc = split_list(_raw_header(mail, "Cc"))
            self.bcc = split_list(_raw_header(mail, "Bcc"))
        self.configuration_set = self.configuration_set or _raw_header(
            mail, "X-SES-CONFIGURATION-SET"
        )
        for pair in _raw_header(mail, "X-SES-MESSAGE-TAGS").split(","):
            name, equals, value = pair.strip().partition("=")
            if equals:
                self.tags.setdefault(name, value)


def send_email(service: Service, params: dict[str, Any], caller: events.Sender) -> dict[str, Any]:
    """Accept a mail and return SES's answer, or do what a hold or a fault says instead."""
    facts = facts_of(params)
    call: dict[str, Any] = {
        **facts.to_json(),
        "arrived": iso_millis(service.clock.wall()),
        "ended": "",
        "result": "under way",
        "message_id": "",
    }
    service.calls.append(call)
    service.enter_send()
    try:
        service.holds.wait("before", facts)
        message = _accept(service, params, facts, caller)
        call["message_id"] = message.message_id
        service.holds.wait("after", facts, message.message_id)
        _delay(service, facts, "after")
        if service.faults.take("lose_answer", facts):
            raise CutConnection
        call["result"] = "accepted"
        return {"MessageId": message.message_id}
    except SesError as exc:
        call["result"] = exc.code
        service.count(f"refused_{exc.code}")
        raise
    except CutConnection:
        lost = bool(call["message_id"])
        call["result"] = "answer lost" if lost else "cut before accepting"
        service.count("answers_lost" if lost else "cut_before_accepting")
        raise
    finally:
        call["ended"] = iso_millis(service.clock.wall())
        service.leave_send()


def facts_of(params: dict[str, Any]) -> Facts:
    """Return what rules may look at, without refusing anything."""
    destination = params.get("Destination") or {}
    given = [
        address
        for key in ("ToAddresses", "CcAddresses", "BccAddresses")
        for address in destination.get(key) or []
    ]
    content = params.get("Content") or {}
    subject = ((content.get("Simple") or {}).get("Subject") or {}).get("Data", "")
    sender = params.get("FromEmailAddress") or ""
    if content.get("Raw"):
        with suppress(SesError):
            mail = mime.parse_raw(content["Raw"]["Data"])
            subject = str(mail["Subject"] or "")
            sender = sender or _raw_header(mail, "From")
            given = given or split_list(_raw_header(mail, "To"))
    return Facts(
        sender=parseaddr(sender)[1].lower(),
        recipients=tuple(parseaddr(address)[1].lower() for address in given),
        subject=subject,
        tags=tuple((tag["Name"], tag["Value"]) for tag in params.get("EmailTags") or []),
        configuration_set=str(params.get("ConfigurationSetName") or ""),
    )


def _accept(
    service: Service, params: dict[str, Any], facts: Facts, caller: events.Sender
) -> Message:
    _delay(service, facts, "before")
    if service.faults.take("cut", facts):
        raise CutConnection
    refusal = service.faults.take("refuse", facts)
    if refusal:
        raise _refusal(service, refusal)
    draft = Draft(params)
    if not service.may_send_from(draft.sender_address):
        raise SesError(
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region "
            f"{service.region.upper()}: {draft.sender_address}",
        )
    if draft.configuration_set:
        service.need_configuration_set(draft.configuration_set)
    service.quota.take(len(draft.recipients), service.clock.monotonic())
    message = _store(service, draft)
    _emit(service, message, facts, caller)
    service.count("accepted")
    service.count("recipients", len(message.recipients))
    return message


def _store(service: Service, draft: Draft) -> Message:
    wall, business = service.clock.wall(), service.clock.business()
    message_id = new_message_id(wall)
    raw = mime.stamp(draft.mail, message_id, _mail_host(service.region), business)
    if len(raw) > SIZE_MAX_BYTES:
        raise SesError("MessageRejected", "Message length is more than 40 MB")
    outcomes = {address: service.addresses.outcome(address) for address in draft.recipients}
    if events.EICAR in raw:
        outcomes = dict.fromkeys(outcomes, "reject")
    return Message(
        seq=service.store.next_seq(),
        message_id=message_id,
        business_time=business,
        wall_time=wall,
        sender=draft.sender,
        reply_to=draft.reply_to,
        to=draft.to,
        cc=draft.cc,
        bcc=draft.bcc,
        recipients=draft.recipients,
        tags=draft.tags,
        configuration_set=draft.configuration_set,
        raw=raw,
        content=mime.read(raw),
        outcomes=outcomes,
    )


def _emit(service: Service, message: Message, facts: Facts, caller: events.Sender) -> None:
    message.events = events.of_mail(message, caller, service.clock)
    losing = service.faults.take("lose_events", facts)
    for event in message.events:
        if losing and (not losing.events or event.kind in losing.events):
            event.state = LOST
            service.count("events_lost")
    ordered = message.events
    if service.faults.take("reverse_events", facts):
        ordered = ordered[::-1]
    copies = 2 if service.faults.take("repeat_events", facts) else 1
    service.store.add(message)
    service.publisher.enqueue(message, ordered, copies)
    service.store.save(message)
    _learn_suppression(service, message)


def _learn_suppression(service: Service, message: Message) -> None:
    """Suppress what bounced for good or complained; simulator addresses are never suppressed."""
    for event in message.events:
        found = event.payload.get("bounce") or event.payload.get("complaint") or {}
        for address in event.recipients:
            reason = REASONS.get(message.outcomes.get(address, ""))
            if found and reason and not address.endswith("@simulator.amazonses.com"):
                attributes = {"MessageId": message.message_id, "FeedbackId": found["feedbackId"]}
                service.suppression.put(address, reason, event.wall_time, attributes)


def _delay(service: Service, facts: Facts, when: str) -> None:
    fault = service.faults.take(f"delay_{when}", facts)
    if fault:
        time.sleep(fault.seconds)


def _refusal(service: Service, fault: Fault) -> SesError:
    status = fault.status or service.model.status_of(fault.error) or STATUS.get(fault.error, 400)
    return SesError(fault.error, fault.message, status)


def _raw_header(mail: EmailMessage, name: str) -> str:
    found = next((v for k, v in mail.raw_items() if k.lower() == name.lower()), "")
    return " ".join(str(found).split())


def _mail_host(region: str) -> str:
    return "email.amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"
