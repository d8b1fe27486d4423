"""HTTP on loopback: SES under /v2, commands under /_config, mails under /api and /mailbox."""

from __future__ import annotations

import json
import re
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.mail import account, answering, api, control, mailbox
from infra.local.mail.errors import BadControl, CutConnection, SesError
from infra.local.mail.events import Sender
from infra.local.mail.protocol import Call
from infra.local.mail.reply import Reply, json_reply
from infra.local.mail.sending import send_email
from infra.local.mail.service import Service

BODY_MAX_BYTES = 60 * 1024 * 1024
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
_SIGNED_FOR_SES = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/ses/aws4_request,.*"
)
_ANSWER_PAGE = re.compile(r"/mailbox/([^/]+)/answer")
_ANSWER_JSON = re.compile(r"/api/messages/([^/]+)/reply")
_VIEWS = (
    (re.compile(r"/mailbox/static/mailbox\.css"), lambda service, query: mailbox.stylesheet()),
    (re.compile(r"/mailbox/?"), mailbox.listing),
    (re.compile(r"/mailbox/([^/]+)"), lambda s, q, i: mailbox.mail(s, i, q)),
    (re.compile(r"/mailbox/([^/]+)/html"), lambda s, q, i: mailbox.mail_html(s, i)),
    (
        re.compile(r"/mailbox/([^/]+)/attachments/([^/]+)"),
        lambda s, q, i, n: mailbox.attachment(s, i, n),
    ),
    (re.compile(r"/api/messages"), api.messages),
    (re.compile(r"/api/messages/([^/]+)"), lambda s, q, i: api.message(s, i)),
    (re.compile(r"/api/messages/([^/]+)/raw"), lambda s, q, i: api.raw(s, i)),
    (re.compile(r"/health"), lambda service, query: json_reply({"status": "ok"})),
    (re.compile(r"/favicon\.ico"), lambda service, query: Reply(204)),
    (re.compile(r"/"), lambda service, query: Reply(303, headers={"Location": "/mailbox"})),
)


class MailServer(ThreadingHTTPServer):
    """The local SES on a loopback port."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, service: Service) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.service = service

    @property
    def port(self) -> int:
        """Return the port that is bound."""
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about clients that went away; a proof kills them on purpose."""
        self.service.count("connections_dropped_by_client")


class Handler(BaseHTTPRequestHandler):
    """One connection; HTTP/1.1 kept alive, as the SDK uses it."""

    server: MailServer
    protocol_version = "HTTP/1.1"
    server_version = "local-ses"
    sys_version = ""
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer a GET."""
        self._serve()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: paths hold addresses."""

    def _serve(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or 0)
            if length > BODY_MAX_BYTES:
                self.close_connection = True
                self._send(json_reply({"message": "the body is too large"}, 413))
                return
            self._send(self._reply(self.rfile.read(length)))
        except CutConnection:
            self.close_connection = True

    def _reply(self, body: bytes) -> Reply:
        path, _, query = self.path.partition("?")
        if not (self.headers.get("Host") or "").startswith(LOOPBACK_NAMES):
            return json_reply({"message": "only loopback names are served"}, 403)
        if path.startswith("/v2/"):
            return self._ses(path, query, body)
        try:
            if path.startswith("/_config/"):
                return self._control(path, query, body)
            if self.command == "POST":
                return self._answer(path, dict(parse_qsl(query)), body)
            return self._view(path, dict(parse_qsl(query)))
        except BadControl as exc:
            return json_reply({"error": str(exc)}, 400)

    def _ses(self, path: str, query: str, body: bytes) -> Reply:
        service = self.server.service
        request_id = str(uuid.uuid4())
        try:
            signed = _SIGNED_FOR_SES.match(self.headers.get("Authorization") or "")
            if signed is None:
                raise SesError(
                    "MissingAuthenticationTokenException",
                    "The request is not signed for the service ses",
                    403,
                )
            call = service.model.read(self.command, path, query, body)
            caller = Sender(service.region, signed["key"], self.client_address[0])
            answer = _carry_out(service, call, caller)
            service.model.check_answer(call.operation, answer)
            return json_reply(answer, headers={"x-amzn-RequestId": request_id})
        except SesError as exc:
            status = service.model.status_of(exc.code) or exc.status
            return json_reply(
                {"message": exc.message},
                exc.status if exc.status != 400 else status,
                {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": exc.code},
            )

    def _answer(self, path: str, query: dict[str, str], body: bytes) -> Reply:
        """Take in a mail that somebody sends to us, as an answer or as it is."""
        service, own = self.server.service, f"http://{self.headers.get('Host')}"
        if self.headers.get("Origin", own) not in (own, "null"):
            raise BadControl("only the mailbox's own pages may send a form")
        if path == "/api/inbound":
            return answering.raw_mail(service, query, body)
        by_page = _ANSWER_PAGE.fullmatch(path)
        if by_page:
            form = dict(parse_qsl(body.decode(errors="replace")))
            return answering.by_page(service, unquote(by_page[1]), form)
        by_json = _ANSWER_JSON.fullmatch(path)
        if by_json:
            return answering.by_json(service, unquote(by_json[1]), _json(body))
        return json_reply({"error": f"no such page: {self.command} {path}"}, 404)

    def _control(self, path: str, query: str, body: bytes) -> Reply:
        if body and self.headers.get_content_type() != "application/json":
            raise BadControl("send Content-Type: application/json")
        data = _json(body)
        name = path.removeprefix("/_config/").rstrip("/")
        service = self.server.service
        return json_reply(control.run(service, self.command, name, dict(parse_qsl(query)), data))

    def _view(self, path: str, query: dict[str, str]) -> Reply:
        if self.command in ("GET", "HEAD"):
            for pattern, view in _VIEWS:
                found = pattern.fullmatch(path)
                if found:
                    return view(self.server.service, query, *map(unquote, found.groups()))
        return json_reply({"error": f"no such page: {self.command} {path}"}, 404)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in {"Cache-Control": "no-store", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)


def _json(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body) if body else {}
    except ValueError as exc:
        raise BadControl("the body is not JSON") from exc
    if not isinstance(data, dict):
        raise BadControl("the body is not a JSON object")
    return data


def _carry_out(service: Service, call: Call, caller: Sender) -> dict[str, Any]:
    if call.operation == "SendEmail":
        return send_email(service, call.params, caller)
    operation = account.OPERATIONS.get(call.operation)
    if operation is None:
        served = ", ".join(sorted([*account.OPERATIONS, "SendEmail"]))
        raise SesError(
            "BadRequestException",
            f"{call.operation} is not served by the local SES; it serves {served}",
        )
    return operation(service, call.params)
