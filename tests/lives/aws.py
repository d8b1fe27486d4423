"""AWS in memory, as far as the hub calls it: queues, files, parameters, mail and short messages.

Each stand-in takes boto3's keyword calls and keeps what it was given. The mail service is the one
of infra/local/mail, without its port: it checks a request as SES does and keeps the mail whole.
"""

import hashlib
import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from infra.local.mail.account import OPERATIONS
from infra.local.mail.clock import Clock
from infra.local.mail.errors import SesError
from infra.local.mail.events import Sender
from infra.local.mail.rate import SendQuota
from infra.local.mail.sending import send_email
from infra.local.mail.service import Service
from infra.local.mail.store import LOST, Message, Query

Json = dict[str, Any]
_PER_S = 1_000_000.0
_CALLER = Sender("eu-west-1", "hub", "127.0.0.1")


@dataclass(frozen=True)
class Letter:
    """A message that waits in a queue, and from when on it may be taken."""

    queue: str
    body: str
    due: datetime


@dataclass
class Queues:
    """SQS. A queue's URL is its name."""

    clock: Callable[[], datetime]
    waiting: list[Letter] = field(default_factory=list)

    def send_message_batch(self, QueueUrl: str, Entries: list[Json]) -> Json:
        for entry in Entries:
            self.send_message(QueueUrl=QueueUrl, **{k: v for k, v in entry.items() if k != "Id"})
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries], "Failed": []}

    def send_message(self, **sent: Any) -> Json:
        due = self.clock() + timedelta(seconds=sent.get("DelaySeconds", 0))
        self.waiting.append(Letter(sent["QueueUrl"], sent["MessageBody"], due))
        return {"MessageId": str(len(self.waiting))}

    def take(self) -> Letter | None:
        """Take the oldest message that is due out, or return None."""
        now = self.clock()
        for place, letter in enumerate(self.waiting):
            if letter.due <= now:
                return self.waiting.pop(place)
        return None


@dataclass
class Files:
    """S3: every bucket in one place."""

    stored: dict[tuple[str, str], Json] = field(default_factory=dict)

    def put_object(self, **put: Any) -> Json:
        body = put["Body"] if isinstance(put["Body"], bytes) else put["Body"].read()
        place = (put["Bucket"], put["Key"])
        if put.get("IfNoneMatch") and place in self.stored:
            raise _refused("PutObject", "PreconditionFailed", 412)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self.stored[place] = {"Body": body, "ETag": tag, "Metadata": put.get("Metadata", {})}
        return {"ETag": tag}

    def get_object(self, **asked: Any) -> Json:
        found = self.head_object(**asked)
        body = self.stored[asked["Bucket"], asked["Key"]]["Body"]
        return found | {"Body": io.BytesIO(body)}

    def head_object(self, **asked: Any) -> Json:
        found = self.stored.get((asked["Bucket"], asked["Key"]))
        if found is None or asked.get("IfMatch", found["ETag"]) != found["ETag"]:
            raise _refused("GetObject", "NoSuchKey", 404)
        return found | {"ContentLength": len(found["Body"])}

    def delete_object(self, **asked: Any) -> Json:
        self.stored.pop((asked["Bucket"], asked["Key"]), None)
        return {}

    def list_objects_v2(self, **asked: Any) -> Json:
        names = sorted(k for b, k in self.stored if b == asked["Bucket"])
        found = [n for n in names if n.startswith(asked.get("Prefix", ""))]
        return {"Contents": [{"Key": n} for n in found], "KeyCount": len(found)}

    def generate_presigned_url(self, _: str, Params: Json, **__: Any) -> str:
        return f"https://files.example/{Params['Bucket']}/{Params['Key']}"


class Mail:
    """SES on one clock. hear is told of each event of a mail, unless events are lost."""

    def __init__(self, clock: Callable[[], datetime], hear: Callable[[Json], None]) -> None:
        self.service = Service(region="eu-west-1")
        self.service.clock = _Still(clock)
        self.service.quota = SendQuota(_PER_S, _PER_S * 86_400)
        self.service.verify("seller.example")
        self.service.configuration_sets.add("hub")
        self._hear = hear

    @property
    def messages(self) -> list[Message]:
        """Return every mail that was taken, oldest first."""
        return self.service.store.find(Query())

    def send_email(self, **request: Any) -> Json:
        known = Query(after_seq=self.service.store.last_seq())
        answer = self._answer("SendEmail", lambda: send_email(self.service, request, _CALLER))
        for message in self.service.store.find(known):
            for event in message.events:
                if event.state != LOST:
                    self._hear(event.payload)
        return answer

    def __getattr__(self, name: str) -> Callable[..., Json]:
        operation = "".join(part.title() for part in name.split("_"))
        if operation not in OPERATIONS:
            raise AttributeError(name)
        work = OPERATIONS[operation]
        return lambda **request: self._answer(operation, lambda: work(self.service, request))

    def _answer(self, operation: str, work: Callable[[], Json]) -> Json:
        try:
            return work()
        except SesError as exc:
            status = self.service.model.status_of(exc.code) or exc.status
            raise _refused(operation, exc.code, status, exc.message) from None


class _Still(Clock):
    """Both clocks of the mail service are the life's."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def wall(self) -> datetime:
        return self._clock()

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class ShortMessages:
    """AWS End User Messaging: takes every short message."""

    clock: Callable[[], datetime]
    taken: list[tuple[datetime, Json]] = field(default_factory=list)

    def send_text_message(self, **request: Any) -> Json:
        self.taken.append((self.clock(), request))
        return {"MessageId": f"sms-{len(self.taken)}"}


class Settings:
    """SSM and Secrets Manager: what a deployment was given."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def get_parameter(self, **_: Any) -> Json:
        return {"Parameter": {"Value": self._public_url}}

    def get_secret_value(self, **_: Any) -> Json:
        return {"SecretString": json.dumps({"api_key": "sk_test", "webhook_secrets": ["whsec"]})}


def services(**made: Any) -> SimpleNamespace:
    """Return what stands where the module boto3 would: client(name) gives the stand-in."""
    return SimpleNamespace(client=lambda name, **_: made[name.replace("-", "_")])


def _refused(operation: str, code: str, status: int, message: str = "") -> ClientError:
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)
