"""The local SES as a process of its own, boto3 clients for it, and a topic that listens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import boto3
import pytest
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[3]
SENDER = "Seller Billing <billing@seller.example>"
SET = "notices"


@dataclass
class Mail:
    """The running local SES, spoken to over HTTP only."""

    url: str
    process: subprocess.Popen[str]

    def get(self, path: str, **query: Any) -> Any:
        """GET JSON."""
        address = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        with urllib.request.urlopen(address, timeout=30) as answer:
            return json.load(answer)

    def page(self, path: str) -> tuple[str, Any]:
        """GET a page: its text and its headers."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return answer.read().decode(), answer.headers

    def config(self, command: str, **data: Any) -> Any:
        """POST a command under /_config."""
        request = urllib.request.Request(
            f"{self.url}/_config/{command}",
            json.dumps(data).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def ses(self, **config: Any) -> Any:
        """Return a boto3 client that tries each call once, as the hub's does."""
        return boto3.client(
            "sesv2",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}, **config),
        )

    def messages(self, **query: Any) -> list[dict[str, Any]]:
        """Return the mails in the mailbox."""
        return list(self.get("/api/messages", **query)["messages"])


@dataclass
class Topic:
    """A stand-in for SNS that parses the query protocol and keeps what is published."""

    url: str = ""
    published: list[dict[str, str]] = field(default_factory=list)
    refuse: int = 0

    def events(self) -> list[dict[str, Any]]:
        """Return the SES events in the order they came."""
        return [json.loads(call["Message"]) for call in self.published]


def call(to: str = "Ann <ann@buyer.example>", **more: Any) -> dict[str, Any]:
    """Return the members of an ordinary SendEmail call."""
    return {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": [to]},
        "Content": {
            "Simple": {
                "Subject": {"Data": "Invoice 1001"},
                "Body": {"Text": {"Data": "Please pay."}, "Html": {"Data": "<p>Please pay.</p>"}},
            }
        },
        "EmailTags": [{"Name": "notice", "Value": "demo-c1-00000001"}],
        "ConfigurationSetName": SET,
    } | more


@pytest.fixture(scope="session")
def running() -> Iterator[Mail]:
    """Start one local SES for all tests; it must end by SIGTERM with status 0."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "infra.local.mail", "--port", "0"),
            *("--identity", "seller.example", "--configuration-set", SET),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        yield Mail(ready["url"], process)
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0
        process.stdout.close()


@pytest.fixture
def mail(running: Mail) -> Mail:
    """Return the local SES with an empty mailbox, no faults and room to send."""
    running.config("reset")
    running.config("rate", max_send_rate=1000, max_24_hour_send=-1)
    return running


@pytest.fixture
def ses(mail: Mail) -> Any:
    """Return a boto3 client for it."""
    return mail.ses()


@pytest.fixture
def topic(mail: Mail) -> Iterator[Topic]:
    """Connect the configuration set to a topic that listens on loopback."""
    heard = Topic()

    class Listener(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            assert fields["Action"] == "Publish"
            if heard.refuse:
                heard.refuse -= 1
                self._answer(500, "an answer that is not XML")
                return
            heard.published.append(fields)
            number = len(heard.published)
            self._answer(
                200,
                "<PublishResponse><PublishResult>"
                f"<MessageId>sns-{number}</MessageId></PublishResult></PublishResponse>",
            )

        def _answer(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    heard.url = f"http://127.0.0.1:{server.server_address[1]}"
    mail.config(
        "event-destination",
        configuration_set=SET,
        sns_topic_arn="arn:aws:sns:us-east-1:000000000000:mail-events",
        endpoint_url=heard.url,
        region="us-east-1",
    )
    yield heard
    mail.config("event-destination/clear", configuration_set=SET)
    server.shutdown()
    server.server_close()
