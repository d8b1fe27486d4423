"""A print service on loopback that takes what Pingen's API takes, and refuses the rest."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

JSON_API = "application/vnd.api+json"
REQUIRED = {"file_original_name", "file_url", "file_url_signature", "address_position", "auto_send"}
CHOICES = {
    "address_position": {"left", "right"},
    "delivery_product": {"cheap", "fast", "bulk", "premium", "registered"},
    "print_mode": {"simplex", "duplex"},
    "print_spectrum": {"grayscale", "color"},
    "auto_send": {True, False},
}


class Pingen(ThreadingHTTPServer):
    """What was asked of it; fail maps a step to the status it answers, or to "hang up".

    say maps a step to what it answers with status 200 and without having done anything.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secret = {"client_id": "hub", "client_secret": "s3cret", "organisation": "org-1"}
        self.files: dict[str, bytes] = {}
        self.letters: dict[str, dict[str, Any]] = {}
        self.by_key: dict[str, tuple[str, str]] = {}
        self.steps: list[str] = []
        self.fail: dict[str, int | str] = {}
        self.say: dict[str, object] = {}

    @property
    def url(self) -> str:
        """Return the address of the API and of the sign-in."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def pingen() -> Iterator[Pingen]:
    """Serve a print service while the context lasts."""
    server = Pingen()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Pingen

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        if self.path == "/auth/access-tokens":
            self._step("token", self._token)
        elif self.path == "/organisations/org-1/deliveries/letters":
            self._step("letter", self._letter)
        else:
            self._answer(404, {})

    def do_GET(self) -> None:
        self._step("place", self._place) if self.path == "/file-upload" else self._answer(404, {})

    def do_PUT(self) -> None:
        self._step("upload", self._upload)

    def _step(self, name: str, act: Any) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.steps.append(name)
        wrong = self.server.fail.get(name)
        if name in self.server.say:
            self._answer(200, self.server.say[name])
        elif wrong == "hang up":
            act(body, silent=True)
            self.close_connection = True
            self.connection.close()
        elif isinstance(wrong, int):
            self._answer(wrong, {"errors": [{"code": "x"}]})
        else:
            act(body, silent=False)

    def _token(self, body: bytes, silent: bool) -> None:
        form = {k: v[0] for k, v in parse_qs(body.decode()).items()}
        kind = self.headers["content-type"] == "application/x-www-form-urlencoded"
        known = {k: self.server.secret[k] for k in ("client_id", "client_secret")}
        good = kind and form == known | {"grant_type": "client_credentials", "scope": "letter"}
        told = {"token_type": "Bearer", "expires_in": 43200, "access_token": "tok"}
        self._answer(200 if good else 401, told if good else {}, silent)

    def _place(self, body: bytes, silent: bool) -> None:
        if not self._signed_in():
            return
        n = len(self.server.files)
        place = {"url": f"{self.server.url}/store/{n}", "url_signature": f"sig-{n}"}
        self._answer(200, {"data": {"type": "file_uploads", "attributes": place}}, silent)

    def _upload(self, body: bytes, silent: bool) -> None:
        if self.headers.get("authorization") or not body.startswith(b"%PDF-"):
            self._answer(403, {})
            return
        self.server.files[f"{self.server.url}{self.path}"] = body
        self._answer(200, {}, silent)

    def _letter(self, body: bytes, silent: bool) -> None:
        if not self._signed_in():
            return
        key = self.headers.get("idempotency-key") or ""
        data = json.loads(body)["data"]
        wrong = _problems(data, self.server.files)
        if self.headers["content-type"] != JSON_API or not re.fullmatch(r"[\w-]{1,64}", key):
            wrong.append("headers")
        if wrong:
            self._answer(422, {"errors": [{"detail": w} for w in wrong]})
            return
        known = self.server.by_key.get(key)
        letter_id = known[0] if known else f"letter-{len(self.server.letters)}"
        self.server.by_key[key] = (letter_id, body.decode())
        self.server.letters.setdefault(letter_id, data["attributes"])
        told = {"id": letter_id, "type": "letters", "attributes": {"status": "validating"}}
        self._answer(201, {"data": told}, silent)

    def _signed_in(self) -> bool:
        good = self.headers.get("authorization") == "Bearer tok"
        if not good or self.headers.get("accept") != JSON_API:
            self._answer(401, {})
        return good

    def _answer(self, status: int, told: object, silent: bool = False) -> None:
        if silent:
            return
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", JSON_API)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _problems(data: dict[str, Any], files: dict[str, bytes]) -> list[str]:
    given = data.get("attributes", {})
    wrong = [f"missing {name}" for name in REQUIRED - given.keys()]
    wrong += [f"unknown {name}" for name in given.keys() - REQUIRED - CHOICES.keys()]
    wrong += [n for n, allowed in CHOICES.items() if n in given and given[n] not in allowed]
    if data.get("type") != "letters":
        wrong.append("type")
    if given.get("auto_send") and "delivery_product" not in given:
        wrong.append("delivery_product")
    url = given.get("file_url", "")
    if url not in files or given.get("file_url_signature") != f"sig-{url.rpartition('/')[2]}":
        wrong.append("file")
    if not 5 <= len(given.get("file_original_name", "")) <= 255:
        wrong.append("file_original_name")
    return wrong
