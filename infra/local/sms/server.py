"""HTTP on loopback: SendTextMessage at /, the texts under /api, commands under /_config."""

from __future__ import annotations

import json
import re
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl

import botocore.session

from infra.local.mail.errors import SesError
from infra.local.mail.protocol import check
from infra.local.mail.publisher import Destination
from infra.local.sms.events import publish, record

TARGET = "PinpointSMSVoiceV2.SendTextMessage"
_BODY_MAX_BYTES = 64 * 1024
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
_SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/[^/]+/sms-voice/aws4_request,.*")
_GSM_ONLY = re.compile(r"[\x20-\x7e\n\r£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€]*")
_SINGLE, _PART, _SINGLE_WIDE, _PART_WIDE = 160, 153, 70, 67


class SmsServer(ThreadingHTTPServer):
    """The local text messages on a loopback port.

    fault is what the next calls meet: {"status": 400, "code": "ThrottlingException"}, or
    {"lose": "answer"}, or {"event": "TEXT_UNREACHABLE"}, or {"lose": "event"}.
    """

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        model = botocore.session.get_session().get_service_model("pinpoint-sms-voice-v2")
        self.operation = model.operation_model("SendTextMessage")
        self.texts: list[dict[str, Any]] = []
        self.destinations: dict[str, Destination] = {}
        self.opted_out: set[str] = set()
        self.fault: dict[str, Any] = {}
        self.publishing = 0
        self.lock = Lock()

    @property
    def port(self) -> int:
        """Return the port that is bound."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Return the address that is served."""
        return f"http://127.0.0.1:{self.port}"

    def tell(self, text: dict[str, Any], kind: str) -> None:
        """Publish what becomes of a text, in the background."""
        destination = self.destinations.get(text["configuration_set"])
        if destination is None:
            return
        with self.lock:
            self.publishing += 1

        def work() -> None:
            try:
                publish(destination, record(text, kind))
            finally:
                with self.lock:
                    self.publishing -= 1

        Thread(target=work, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: SmsServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "local-sms"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the texts name people."""

    def do_GET(self) -> None:
        """Answer a GET: is it idle, and which texts there are."""
        path, _, query = self.path.partition("?")
        if path == "/_config/idle":
            self._answer(200, {"idle": not self.server.publishing})
        elif path == "/api/messages":
            wanted = dict(parse_qsl(query)).get("to")
            found = [t for t in self.server.texts if wanted in (None, t["to"])]
            self._answer(200, {"messages": found})
        else:
            self._answer(404, {"message": "no such page"})

    def do_POST(self) -> None:
        """Answer a call of the service, or a command."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > _BODY_MAX_BYTES:
            self.close_connection = True
            self._answer(413, {"message": "the body is too large"})
            return
        body = self.rfile.read(length)
        if not (self.headers.get("Host") or "").startswith(_LOOPBACK_NAMES):
            self._answer(403, {"message": "only loopback names are served"})
        elif self.path == "/":
            self._send_text(body)
        else:
            self._command(json.loads(body or b"{}"))

    def _command(self, data: dict[str, Any]) -> None:
        server, name = self.server, self.path.removeprefix("/_config/")
        if name == "event-destination":
            known = Destination(
                data["configuration_set"],
                data["sns_topic_arn"],
                data["endpoint_url"],
                data["region"],
            )
            server.destinations[known.configuration_set] = known
        elif name == "fault":
            server.fault = data
        elif name == "opt-out":
            server.opted_out.add(data["number"])
        elif name == "reset":
            server.texts.clear()
            server.opted_out.clear()
            server.fault = {}
        else:
            self._answer(404, {"message": f"no such command: {name}"})
            return
        self._answer(200, {})

    def _send_text(self, body: bytes) -> None:
        fault = self.server.fault
        try:
            asked = self._checked(body)
        except SesError as refused:
            self._refuse(refused.code, refused.message, refused.status)
            return
        if "status" in fault:
            self._refuse(fault.get("code", "ThrottlingException"), "as told", fault["status"])
            return
        if asked["DestinationPhoneNumber"] in self.server.opted_out:
            reason = {"Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"}
            self._refuse("ConflictException", "The destination phone number opted out", 400, reason)
            return
        text = _text(asked)
        self.server.texts.append(text)
        if fault.get("lose") != "event":
            self.server.tell(text, "TEXT_SENT")
            self.server.tell(text, fault.get("event", "TEXT_DELIVERED"))
        if fault.get("lose") == "answer":
            self.close_connection = True
            return
        self._answer(200, {"MessageId": text["id"]})

    def _checked(self, body: bytes) -> dict[str, Any]:
        if _SIGNED.match(self.headers.get("Authorization") or "") is None:
            message = "The request is not signed for the service sms-voice"
            raise SesError("MissingAuthenticationTokenException", message, 403)
        if self.headers.get("X-Amz-Target") != TARGET:
            raise SesError("UnknownOperationException", f"only {TARGET} is served", 404)
        asked: dict[str, Any] = json.loads(body)
        try:
            check(self.server.operation.input_shape, asked, "SendTextMessage")
        except SesError as wrong:
            raise SesError("ValidationException", wrong.message) from wrong
        name = asked.get("ConfigurationSetName")
        if name and name not in self.server.destinations:
            raise SesError("ResourceNotFoundException", f"no configuration set {name}")
        return asked

    def _refuse(
        self, code: str, message: str, status: int, more: dict[str, Any] | None = None
    ) -> None:
        told = {"__type": f"com.amazonaws.sms#{code}", "Message": message, **(more or {})}
        self._answer(status, told, {"x-amzn-ErrorType": code})

    def _answer(
        self, status: int, told: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        body = json.dumps(told, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _text(asked: dict[str, Any]) -> dict[str, Any]:
    body = asked["MessageBody"]
    gsm = _GSM_ONLY.fullmatch(body) is not None
    length = len(body) + (sum(c in "^{}\\[~]|€" for c in body) if gsm else 0)
    single, part = (_SINGLE, _PART) if gsm else (_SINGLE_WIDE, _PART_WIDE)
    return {
        "id": str(uuid.uuid4()),
        "at_ms": int(time.time() * 1000),
        "to": asked["DestinationPhoneNumber"],
        "from": asked.get("OriginationIdentity", ""),
        "body": body,
        "gsm": gsm,
        "parts": 1 if length <= single else -(-length // part),
        "message_type": asked.get("MessageType", "TRANSACTIONAL"),
        "configuration_set": asked.get("ConfigurationSetName", ""),
        "context": asked.get("Context", {}),
    }
