"""Mails that come in: an answer by page, by JSON and as bytes, into the bucket and to the topic."""

from __future__ import annotations

import base64
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from shared.adapters.reply_inbox import received
from shared.adapters.reply_mail import read_reply
from shared.domain.replies import Written

from .conftest import Mail, call

ANSWERS = "answers+demo.c1.1@reply.seller.example"


class Cloud(ThreadingHTTPServer):
    """A stand-in for S3 and SNS that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.notes: list[dict[str, Any]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Cloud

    def do_PUT(self) -> None:
        self.server.objects[self.path.partition("?")[0]] = self._body()
        self._answer(b"")

    def do_POST(self) -> None:
        form = parse_qs(self._body().decode())
        self.server.notes.append(json.loads(form["Message"][0]))
        self._answer(
            b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult>"
            b"</PublishResponse>"
        )

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in (self.headers.get("Content-Encoding") or ""):
            first, _, rest = body.partition(b"\r\n")
            return rest[: int(first, 16)]
        return body

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def cloud(mail: Mail) -> Iterator[Cloud]:
    server = Cloud()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    mail.config(
        "inbound",
        domain="reply.seller.example",
        bucket="replies",
        prefix="in/",
        sns_topic_arn="arn:aws:sns:eu-west-1:000000000000:replies",
        endpoint_url=f"http://127.0.0.1:{server.server_address[1]}",
        region="eu-west-1",
    )
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def sent(mail: Mail, ses: Any) -> str:
    return str(ses.send_email(**call(ReplyToAddresses=[ANSWERS]))["MessageId"])


def post(mail: Mail, path: str, body: bytes, **headers: str) -> Any:
    request = urllib.request.Request(mail.url + path, body, headers)
    return urllib.request.urlopen(request, timeout=30)


def test_an_answer_by_json_is_a_mail_that_the_hub_can_read(
    mail: Mail, cloud: Cloud, sent: str
) -> None:
    file = {
        "filename": "proof.pdf",
        "content_type": "application/pdf",
        "data": base64.b64encode(b"%PDF-").decode(),
    }
    body = json.dumps({"text": "INV-1 is paid.", "attachments": [file]}).encode()
    post(mail, f"/api/messages/{sent}/reply", body, **{"Content-Type": "application/json"})
    (note,) = cloud.notes
    told = received(note)
    assert told is not None
    assert (told.recipients, told.suspicious) == ((ANSWERS,), False)
    reply = read_reply(cloud.objects[f"/replies/{told.key}"], told.recipients)
    assert (reply.sender, reply.written) == ("ann@buyer.example", Written.BY_PERSON)
    assert reply.subject == "Re: Invoice 1001"
    assert reply.text.startswith("INV-1 is paid.")
    assert "> Please pay." in reply.text


def test_the_page_sends_what_a_person_writes_and_an_out_of_office_reply(
    mail: Mail, cloud: Cloud, sent: str
) -> None:
    page, _ = mail.page(f"/mailbox/{sent}")
    assert "Answer as the receiver" in page
    for form in ({"kind": "person", "text": "Please wait."}, {"kind": "away"}):
        with post(mail, f"/mailbox/{sent}/answer", urlencode(form).encode()) as answered:
            assert "The answer is on its way" in answered.read().decode()
    written = [read_reply(raw, (ANSWERS,)).written for _, raw in sorted(cloud.objects.items())]
    assert sorted(written) == [Written.BY_AUTO_REPLY, Written.BY_PERSON]


def test_a_verdict_can_be_given(mail: Mail, cloud: Cloud, sent: str) -> None:
    body = json.dumps({"text": "x", "verdicts": {"spamVerdict": "FAIL"}}).encode()
    post(mail, f"/api/messages/{sent}/reply", body, **{"Content-Type": "application/json"})
    told = received(cloud.notes[0])
    assert told is not None
    assert told.suspicious


def test_bytes_are_taken_as_they_are(mail: Mail, cloud: Cloud) -> None:
    raw = f"From: ann@buyer.example\r\nTo: {ANSWERS}\r\nSubject: \xff\r\n\r\nhi".encode("latin-1")
    post(mail, "/api/inbound", raw, **{"Content-Type": "message/rfc822"})
    assert list(cloud.objects.values()) == [raw]


def test_what_no_rule_is_for_is_refused(mail: Mail, cloud: Cloud) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(mail, "/api/inbound?to=somebody@else.example", b"Subject: x\r\n\r\nhi")
    assert refused.value.code == 400
    assert cloud.notes == []


def test_another_site_cannot_send_an_answer(mail: Mail, cloud: Cloud, sent: str) -> None:
    form = urlencode({"kind": "away"}).encode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(mail, f"/mailbox/{sent}/answer", form, Origin="https://evil.example")
    assert refused.value.code == 400
