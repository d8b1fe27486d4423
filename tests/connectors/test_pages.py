"""What every connector makes of a web page: an address that is not the ERP's, a wrong database."""

from http.server import BaseHTTPRequestHandler

import pytest

from shared.domain.connection import Connection
from shared.errors import ErpUnreadable
from shared.runtime.connectors import PRODUCTS, connector_of
from tests.connectors.secrets import KeptSecret
from tests.connectors.served import Served

PAGE = b"<!doctype html><html><title>Not Found</title><h1>Not Found</h1><p>Try again.</p></html>"
SETTINGS = {
    "database": "wrong", "company": "1", "user": "hub", "bank_journal": "1", "erp_id": "erp_id",
    "general_journal": "2", "tenant_id": "tenant", "realm_id": "realm",
}  # fmt: skip


class Pages(BaseHTTPRequestHandler):
    """Answers everything with a page."""

    status = 404

    def log_message(self, *_: object) -> None:
        return

    def do_any(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(self.status)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    do_GET = do_POST = do_any


class Secret(KeptSecret):
    """Lets in by whatever a product calls it."""

    def value(self):
        return {"key": "key", "token": "token"}


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_a_web_page_is_told_in_words_and_never_as_it_came(monkeypatch, product, status):
    monkeypatch.setenv("STAGE", "production")
    with Served(type("Handler", (Pages,), {"status": status})) as server:
        known = {name: SETTINGS[name] for name in PRODUCTS[product].settings if name in SETTINGS}
        places = {name: server.base for name in PRODUCTS[product].settings if "url" in name}
        connection = Connection("books", product, known | places, "secret")
        with pytest.raises(ErpUnreadable) as told:
            connector_of(connection, Secret()).check()
    said = str(told.value.facts["said"])
    assert f"was answered by a web page ({status}): Not Found. Try again" in said
    assert said.startswith(server.base)
    assert "<" not in said
