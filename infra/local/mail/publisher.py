"""Publishes events to SNS in the background: in order for each destination, until accepted."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from infra.local.mail.events import ACCOUNT
from infra.local.mail.store import LOST, PUBLISHED, UNHEARD, Event, Message

SUBJECT = "Amazon SES Email Event Notification"
RETRY_FIRST_S, RETRY_MOST_S = 0.1, 2.0
KINDS = ("Send", "Delivery", "Bounce", "Complaint", "Reject", "DeliveryDelay")


class Topic(Protocol):
    """Where events are published: boto3's SNS client, or a stand-in in a test."""

    def publish(self, **call: Any) -> dict[str, Any]:
        """Publish one notification."""


@dataclass(frozen=True)
class Destination:
    """The SNS topic that hears the events of one configuration set."""

    configuration_set: str
    topic_arn: str
    endpoint_url: str
    region: str
    kinds: tuple[str, ...] = KINDS

    def to_json(self) -> dict[str, Any]:
        """Return the destination as JSON values."""
        return {
            "configuration_set": self.configuration_set,
            "sns_topic_arn": self.topic_arn,
            "endpoint_url": self.endpoint_url,
            "region": self.region,
            "event_types": list(self.kinds),
        }


@dataclass(frozen=True)
class Job:
    """One event to publish, `copies` times."""

    message: Message
    event: Event
    copies: int


class Publisher:
    """One thread per configuration set; a topic that refuses is asked again until it accepts."""

    def __init__(self, on_change: Callable[[Message], None]) -> None:
        self._changed = Condition()
        self._lines: dict[str, _Line] = {}
        self._on_change = on_change
        self._paused = False
        self.published = 0
        self.failed_attempts = 0
        self.closing = False

    def connect(self, destination: Destination) -> None:
        """Give a configuration set its destination, or another one."""
        with self._changed:
            line = self._lines.get(destination.configuration_set)
            if line is None:
                line = _Line(self, destination)
                self._lines[destination.configuration_set] = line
                Thread(target=line.run, daemon=True).start()
            else:
                line.redirect(destination)
            self._changed.notify_all()

    def disconnect(self, configuration_set: str) -> bool:
        """Take a destination away with what it has not heard; say whether there was one."""
        with self._changed:
            line = self._lines.pop(configuration_set, None)
            if line is not None:
                line.closed = True
                line.jobs.clear()
                self._changed.notify_all()
        return line is not None

    def destinations(self) -> list[Destination]:
        """Return the destinations, by configuration set."""
        with self._changed:
            return [self._lines[name].destination for name in sorted(self._lines)]

    def enqueue(self, message: Message, events: Iterable[Event], copies: int = 1) -> None:
        """Queue a mail's events in this order; those nobody listens to are marked so."""
        with self._changed:
            line = self._lines.get(message.configuration_set)
            for event in events:
                if event.state == LOST:
                    continue
                if line is None or event.kind not in line.destination.kinds:
                    event.state = UNHEARD
                else:
                    line.jobs.append(Job(message, event, copies))
            self._changed.notify_all()

    def pause(self, paused: bool) -> None:
        """Stop publishing, or go on where it stopped."""
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def pending(self) -> int:
        """Return how many events are not accepted by their topic yet."""
        with self._changed:
            return sum(len(line.jobs) for line in self._lines.values())

    def wait_idle(self, timeout_s: float) -> bool:
        """Return True as soon as nothing is pending, False after the timeout."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not any(line.jobs for line in self._lines.values()), timeout_s
            )

    def clear(self) -> None:
        """Drop what is pending."""
        with self._changed:
            for line in self._lines.values():
                line.jobs.clear()
            self._changed.notify_all()

    def close(self) -> None:
        """Stop the threads."""
        with self._changed:
            self.closing = True
            self._changed.notify_all()

    def next_job(self, line: _Line) -> Job | None:
        """Return a line's oldest job when it may be published, or None at the end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.closing or line.closed or (line.jobs and not self._paused)
            )
            return None if self.closing or line.closed else line.jobs[0]

    def refused(self, job: Job, wait_s: float) -> None:
        """Count a failed attempt and wait before the next."""
        with self._changed:
            self.failed_attempts += 1
            job.event.attempts += 1
            self._changed.wait_for(lambda: self.closing, wait_s)

    def accepted(self, line: _Line, job: Job, sns_message_id: str) -> None:
        """Take a published event off its line."""
        job.event.attempts += 1
        job.event.sns_message_id = sns_message_id
        job.event.state = PUBLISHED
        self._on_change(job.message)
        with self._changed:
            self.published += job.copies
            if line.jobs and line.jobs[0] is job:
                line.jobs.popleft()
            self._changed.notify_all()


class _Line:
    """The events of one configuration set, one after the other."""

    def __init__(self, publisher: Publisher, destination: Destination) -> None:
        self.jobs: deque[Job] = deque()
        self.destination = destination
        self.closed = False
        self._publisher = publisher
        self._topic: Topic | None = None

    def redirect(self, destination: Destination) -> None:
        """Publish to another topic from now on."""
        self.destination = destination
        self._topic = None

    def run(self) -> None:
        """Publish until the publisher closes."""
        wait_s = RETRY_FIRST_S
        while (job := self._publisher.next_job(self)) is not None:
            try:
                sns_message_id = self._publish(job)
            except (BotoCoreError, ClientError, ResponseParserError, OSError):
                self._publisher.refused(job, wait_s)
                wait_s = min(wait_s * 2, RETRY_MOST_S)
                continue
            wait_s = RETRY_FIRST_S
            self._publisher.accepted(self, job, sns_message_id)

    def _publish(self, job: Job) -> str:
        destination = self.destination
        topic = self._topic or sns_client(destination)
        self._topic = topic
        answer: dict[str, Any] = {}
        for _ in range(job.copies):
            answer = topic.publish(
                TopicArn=destination.topic_arn,
                Subject=SUBJECT,
                Message=json.dumps(job.event.payload),
            )
        return str(answer.get("MessageId", ""))


def sns_client(destination: Destination) -> Topic:
    """Return an SNS client for a destination's endpoint; its calls are tried once each."""
    client: Topic = boto3.session.Session().client(
        "sns",
        endpoint_url=destination.endpoint_url,
        region_name=destination.region,
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", ACCOUNT),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "local"),
        aws_session_token=os.environ.get("AWS_SESSION_TOKEN"),
        config=Config(
            retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=30, proxies={}
        ),
    )
    return client
