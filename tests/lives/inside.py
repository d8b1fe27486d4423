"""The hub in this process: its real functions and composition root, AWS in memory, one test clock.

Which queue leads to which function, which settings there are and what the schedules say is read
from template.yaml, so that what a life goes through is what is deployed.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parseaddr
from functools import cache
from importlib import import_module
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from shared import runtime
from shared.adapters.codec import decode_item
from shared.domain.clock import Now
from shared.domain.roles import Principal, Role
from shared.errors import WriteConflict
from shared.runtime import environment as world
from tests.lives.aws import Files, Json, Mail, Queues, Settings, ShortMessages, services
from tests.sim.balance import Balance
from tests.sim.gateway import Gateway
from tests.sim.outside import Outages
from tests.support import operators
from tests.support.dynamodb_model import DynamoModel
from tests.support.replies import answer, note
from tests.support.template import template

URL = "https://pay.seller.example"
ENTITY = "seller"
_ATTEMPTS_MAX = 4
_SETTINGS = {
    "STAGE": "sandbox",
    "MAIL_FROM": "billing@seller.example",
    "CONFIGURATION_SET": "hub",
    "LINK_DAYS": "30",
    "SMS_ORIGINATION": "SELLER",
    "REPLY_MAILBOX": "answers@reply.seller.example",
    "CHECKOUT_ORIGIN": "https://pay",
    "STRIPE_API_BASE": "https://api.stripe.com",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}


class Inside:
    """One hub of its own. Everything is asked of it as from outside: HTTP calls and files."""

    url = URL

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.table = DynamoModel()
        vars(self.table)["_endpoint"] = SimpleNamespace()  # of boto3's clients; the hub tunes it
        self.queues = Queues(lambda: self.now)
        self.files = Files()
        self.mail = Mail(lambda: self.now, self._hear)
        self.short = ShortMessages(lambda: self.now)
        outages = Outages(Random(1), of_thousand=0)
        self.gateway = Gateway(outages, self.now, Balance(Random(1)))
        self.events_lost = False
        self._changes: list[Json] = []
        self._tried: dict[str, int] = {}
        self._drops = 0
        self.table.tell(self._note)

    @contextmanager
    def running(self) -> Iterator["Inside"]:
        """Stand in for AWS while the context lasts."""
        root = services(
            dynamodb=self.table,
            sqs=self.queues,
            s3=self.files,
            sesv2=self.mail,
            ssm=Settings(URL),
            secretsmanager=Settings(URL),
            pinpoint_sms_voice_v2=self.short,
        )
        clerk = Principal("olga", "Olga", {"*": Role.ADMIN})
        environment = {name: _setting(name, value) for name, value in _variables().items()}
        with (
            patch.dict(os.environ, environment | _SETTINGS),
            patch.object(world, "boto3", root),
            patch.object(runtime, "now", lambda: Now(self.now, self.now)),
            patch.object(runtime, "wall", lambda: self.now),
            patch.object(runtime, "gateway", self._gateway),
            patch.object(runtime, "tokens", lambda: SimpleNamespace(principal=lambda *_: clerk)),
        ):
            _forget()
            try:
                yield self
            finally:
                _forget()

    def at(self, instant: datetime) -> None:
        """Move the clock to an instant."""
        self.now = self.gateway.clock = instant

    def api(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Return the JSON of a call of the operator API. Raises Refused with its problem."""
        asked = "&".join(f"{k}={v}" for k, v in query.items())
        answer = operators.call("x", method, f"/{path}" + (f"?{asked}" if asked else ""), body)
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {answer.text}")
        return answer.json

    def api_keyed(self, key: str, method: str, path: str, body: Any) -> Any:
        """Do as api() for a request that moves money and therefore has a name."""
        answer = operators.call("x", method, f"/{path}", body, {"idempotency-key": key})
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {answer.text}")
        return answer.json

    def mail_fate(self, address: str, outcome: str) -> None:
        """Say what becomes of mail to an address from now on."""
        self.mail.service.suppression.clear()
        self.mail.service.addresses.set(address, outcome)

    def mail_refuses(self) -> None:
        """Let the mail service throttle every call."""
        fault = {"kind": "refuse", "error": "TooManyRequestsException", "status": 429}
        self.mail.service.faults.add(fault)

    def mail_rejects(self) -> None:
        """Let the mail service take no mail as it is, for good."""
        fault = {"kind": "refuse", "error": "BadRequestException", "status": 400}
        self.mail.service.faults.add(fault)

    def mail_falls_silent(self) -> None:
        """Let the mail service take every mail, and nobody hear of it."""
        self.mail.service.faults.add({"kind": "lose_answer"})
        self.events_lost = True

    def mail_works(self) -> None:
        self.mail.service.faults.clear()
        self.events_lost = False

    def request(
        self, method: str, url: str, body: str = "", headers: Any = None
    ) -> SimpleNamespace:
        """Return the answer of a page, with status, headers and text; a path is one of ours."""
        parts = urlsplit(url)
        route, names = _route(method, parts.path)
        sent = operators.event(method, url, dict(headers or {}), body or None)
        sent |= {"routeKey": route, "pathParameters": names}
        sent["queryStringParameters"] = dict(parse_qsl(parts.query)) or None
        sent["cookies"] = [c for c in [(headers or {}).get("cookie", "")] if c]
        answer = _call("functions.portal.handler.handler", sent)
        told = {k.lower(): v for k, v in answer.get("headers", {}).items()}
        if answer.get("cookies"):
            told["set-cookie"] = answer["cookies"][0]
        return SimpleNamespace(
            status=answer["statusCode"], headers=told, text=answer.get("body", "")
        )

    def drop(self, name: str, content: str) -> None:
        """Drop a file as the ERP does; every row of it must be good."""
        self._drops += 1
        key = f"in/{ENTITY}/{self._drops}-{name}"
        tag = self.files.put_object(Bucket="DropBucket", Key=key, Body=content.encode())["ETag"]
        stored = {"key": key, "eTag": tag, "sequencer": f"{self._drops:016X}"}
        record = {"eventTime": f"{self.now:%Y-%m-%dT%H:%M:%S.000Z}", "s3": {"object": stored}}
        self._queue("SyncQueue", {"Records": [record]})
        self.deliver()
        told = self.api("GET", f"entities/{ENTITY}/imports", limit="1")["items"][0]
        assert told["state"] == "done" and not told["problems"], told

    def tick(self) -> None:
        """Do what the schedules do, to the end."""
        self.gateway.expire_old()
        self.webhooks()
        for queue, message in _schedules():
            self._queue(queue, message)
        self.deliver()

    def deliver(self) -> None:
        """Carry messages and the table's stream until nothing waits that may be taken now."""
        later = []
        self._relay()
        while (letter := self.queues.take()) is not None:
            handler = _handlers().get(letter.queue)
            if handler is None:
                continue
            record = _record(letter.queue, letter.body)
            try:
                _call(handler, {"Records": [record]})
            except BatchProcessingError as failed:
                later.append(letter)
                self._tried[letter.body] = self._tried.get(letter.body, 0) + 1
                if self._tried[letter.body] == _ATTEMPTS_MAX:
                    raise AssertionError(f"{handler} gave up on {letter.body}") from failed
            self._relay()
        self.queues.waiting += later

    def mails(self) -> list[Json]:
        """Return every mail that left, oldest first, as the mailbox shows it."""
        return [message.facts() for message in self.mail.messages]

    def tasks(self, _: str) -> list[Json]:
        """Return every task that people were given, done ones too."""
        found = (decode_item(item) for item in self.table.items())
        return [item for item in found if item.get("type") == "TASK"]

    def texts(self) -> list[tuple[datetime, Json]]:
        """Return every short message that left."""
        return self.short.taken

    def letters(self) -> dict[str, bytes]:
        """Return what lies in the folder for the printer."""
        found = self.files.stored.items()
        return {k: o["Body"] for (_, k), o in found if k.startswith("letters/")}

    def pay(self, page: str, *, by_debit: bool = False) -> None:
        """Pay on the gateway's page, by card or by a debit that takes days."""
        self.gateway.pay(page.rpartition("/")[2], "processing" if by_debit else "succeeded")
        self.webhooks()

    def webhooks(self) -> None:
        """Let the hub hear what the gateway has to say."""
        from shared.usecases import receive_webhook
        from tests.sim.hub import _read_event

        ports = receive_webhook.Ports(
            lambda *_: None, _read_event, runtime.inbox(), runtime.queues(), livemode=False
        )
        for told in self.gateway.webhooks:
            body = json.dumps(told).encode()
            receive_webhook.receive_webhook(ports, ENTITY, body, "", self.now)
        self.gateway.webhooks.clear()
        self.deliver()

    def answer(self, text: str, mail: Json, headers: dict[str, str]) -> None:
        """Answer a mail to wherever it asks for answers."""
        self._drops += 1
        name, to = f"m{self._drops}", parseaddr(mail["reply_to"][0])[1]
        raw = answer(text, to, f"Re: {mail['subject']}", mail["to"][0], headers, name=name)
        self.files.put_object(Bucket="RepliesBucket", Key=f"in/{name}", Body=raw)
        self.queues.send_message(QueueUrl="RepliesQueue", MessageBody=note(name, to))
        self.deliver()

    def _gateway(self) -> Gateway:
        return self.gateway

    def _hear(self, event: Json) -> None:
        if not self.events_lost:
            self._queue("MailEventsQueue", event)

    def _queue(self, queue: str, message: Json) -> None:
        self.queues.send_message(QueueUrl=queue, MessageBody=json.dumps(message))

    def _note(self, operation: str, _: Any, touched: Any, error: str, __: Any) -> None:
        if error or operation.startswith(("Get", "BatchGet", "Query", "Scan")):
            return
        for before, after in touched:
            if before is not after and after is not None:
                verb = "INSERT" if before is None else "MODIFY"
                keys = {k: after[k] for k in ("pk", "sk")}
                images = {"Keys": keys, "NewImage": after} | (
                    {"OldImage": before} if before else {}
                )
                self._changes.append({"eventName": verb, "dynamodb": images})

    def _relay(self) -> None:
        if self._changes:
            records, self._changes = [c for c in self._changes if _wanted(c)], []
            try:
                _call("functions.stream_relay.handler.handler", {"Records": records})
            except WriteConflict:
                self._changes = records


class Refused(Exception):
    """The hub said no; the message holds its problem."""


def _call(handler: str, event: Json) -> Any:
    module, _, name = handler.rpartition(".")
    context = SimpleNamespace(
        function_name="hub",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:hub",
        aws_request_id="r",
        get_remaining_time_in_millis=lambda: 60_000,
    )
    return getattr(import_module(module), name)(event, context)


def _record(queue: str, body: str) -> Json:
    return {
        "messageId": "1",
        "receiptHandle": "1",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": "g"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue}",
        "awsRegion": "eu-west-1",
    }


def _forget() -> None:
    for name in dir(runtime):
        made = getattr(runtime, name)
        if hasattr(made, "cache_clear") and name != "templates":
            made.cache_clear()


@cache
def _template() -> Json:
    return template()


@cache
def _variables() -> Mapping[str, Any]:
    """Return the settings of all functions, each as the template has it."""
    found = _template()
    functions = [r for r in found["Resources"].values() if r["Type"].endswith("Function")]
    groups = [found["Globals"]["Function"], *(f["Properties"] for f in functions)]
    merged: dict[str, Any] = {}
    for group in groups:
        merged |= group.get("Environment", {}).get("Variables", {})
    return merged


def _setting(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    (verb, of), *_ = value.items()
    if verb == "Ref":
        return str(_template()["Parameters"].get(of, {}).get("Default", of))
    return of if verb == "GetAtt" and isinstance(of, str) else name.lower()


@cache
def _handlers() -> Mapping[str, str]:
    """Return the handler behind each queue."""
    found = {}
    for resource in _template()["Resources"].values():
        properties = resource.get("Properties", {})
        for source in (properties.get("Events") or {}).values():
            if source["Type"] == "SQS":
                found[_named(source["Properties"]["Queue"])] = properties["Handler"]
    return found


@cache
def _schedules() -> tuple[tuple[str, Json], ...]:
    """Return what each schedule of the day's work says, and to which queue; nights aside."""
    found = []
    for resource in _template()["Resources"].values():
        if resource["Type"] == "AWS::Scheduler::Schedule":
            target = resource["Properties"]["Target"]
            queue = _named(target["Arn"])
            if queue != "BooksQueue":
                found.append((queue, json.loads(target["Input"])))
    return tuple(found)


@cache
def _stream_filters() -> tuple[Json, ...]:
    """Return what the relay's stream lets through."""
    source = _template()["Resources"]["StreamRelay"]["Properties"]["Events"]
    filters = next(e["Properties"]["FilterCriteria"]["Filters"] for e in source.values())
    return tuple(json.loads(one["Pattern"]) for one in filters)


def _wanted(record: Json) -> bool:
    return any(_fits(record, pattern) for pattern in _stream_filters())


def _fits(value: Any, pattern: Any) -> bool:
    """Return whether value fits an event pattern: {"exists": true}, {"suffix": ...} or a text."""
    if isinstance(pattern, dict):
        return all(_fits((value or {}).get(name), part) for name, part in pattern.items())
    for wanted in pattern:
        if isinstance(wanted, dict) and "suffix" in wanted:
            if isinstance(value, str) and value.endswith(wanted["suffix"]):
                return True
        elif isinstance(wanted, dict):
            if (value is not None) == wanted["exists"]:
                return True
        elif value == wanted:
            return True
    return False


def _named(reference: Any) -> str:
    return str(reference["GetAtt"]).partition(".")[0]


def _route(method: str, path: str) -> tuple[str, dict[str, str]]:
    from functions.portal.handler import ROUTES

    for route in ROUTES:
        verb, _, pattern = route.partition(" ")
        names = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern).replace("{proxy+}", "(?P<proxy>.+)")
        found = re.fullmatch(names, path)
        if verb == method and found:
            return route, found.groupdict()
    raise AssertionError(f"no page {method} {path}")
