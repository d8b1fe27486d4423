"""`duecourse connect`: it asks, shows what was found, and imports; the secret is never shown."""

import io
import json
import sys

import pytest

from infra.cli.main import run
from infra.cli.products import PRODUCTS
from shared.runtime import connectors

KEY = "k-7f3a9d"
PATH = "/entities/demo/connections/tryton"
FOUND = {
    "code": "", "says": "", "company": "Seller GmbH", "currency": "EUR", "customers": 30,
    "open_invoices": 120, "warnings": ["Wizards need a password."], "kinds": ["customers"],
    "takes_entries": True, "at": "2026-09-01T00:00:00Z",
}  # fmt: skip
PULLED = {
    "kind": "customers", "as_of": "2026-09-01T00:00:00Z", "pulled_at": "2026-09-01T00:00:00Z",
    "new": 30, "updated": 0, "unchanged": 0, "parked": 0, "known": 30,
}  # fmt: skip


def connection(**more: object) -> dict[str, object]:
    return {
        "name": "tryton", "product": "tryton", "settings": {}, "state": "new", "found": None,
        "trouble": None, "pulled": [], **more,
    }  # fmt: skip


@pytest.fixture
def connect(monkeypatch, capsys):
    def call(secret: str) -> tuple[int, str, str]:
        words = ["connect", "tryton", "--entity", "demo", "--yes", "--secret-stdin"]
        words += ["--set", "url=https://erp.example", "--set", "database=books"]
        monkeypatch.setattr(sys, "argv", ["duecourse", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(secret))
        with pytest.raises(SystemExit) as ended:
            run()
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err

    return call


def test_what_was_found_is_shown_before_the_import_and_the_secret_never(hub, connect):
    hub.answers["PUT", PATH] = (202, connection())
    done = connection(state="new", found=FOUND, pulled=[PULLED])
    hub.answers["GET", PATH] = (200, done)
    hub.answers["POST", f"{PATH}/begin"] = (200, done)
    code, out, err = connect(json.dumps({"key": KEY}))
    assert code == 0, err
    assert "Seller GmbH (EUR): 30 customers, 120 open invoices." in err
    assert "Note: Wizards need a password." in err
    assert "customers" in out and KEY not in out + err
    (_, _, body), *_ = hub.asked
    assert json.loads(body) == {
        "product": "tryton",
        "settings": {"url": "https://erp.example", "database": "books", "company": "1"},
        "secret": {"key": KEY},
    }
    assert [(m, p) for m, p, _ in hub.asked].count(("POST", f"{PATH}/begin")) == 1


def test_a_test_that_failed_imports_nothing_and_says_why(hub, connect):
    hub.answers["PUT", PATH] = (202, connection())
    refused = FOUND | {"code": "erp_access", "says": "Key revoked"}
    hub.answers["GET", PATH] = (200, connection(found=refused))
    code, _, err = connect("{}")
    assert code == 1 and "erp_access: Key revoked" in err
    assert all(method != "POST" for method, _, _ in hub.asked)


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ({"keey": KEY}, "keey: the secret of tryton has key, user, password"),
        ({"user": "hub"}, "the secret on stdin lacks key"),
    ],
)
def test_a_secret_of_wrong_names_is_refused_before_anything_is_kept(hub, connect, secret, said):
    code, out, err = connect(json.dumps(secret))
    assert code == 2 and said in " ".join(err.split()) and KEY not in out + err
    assert hub.asked == []


def test_nobody_there_to_type_a_secret_is_a_wrong_use(hub, duecourse):
    words = ("--set", "url=https://erp.example", "--set", "database=books")
    code, _, err = duecourse("connect", "tryton", "--entity", "demo", *words)
    assert code == 2 and "--secret-stdin" in err and hub.asked == []


def test_sync_shows_how_far_each_connection_is_and_why_one_gives_nothing(hub, duecourse):
    trouble = {"code": "erp_access", "says": "", "since": "2026-09-01T00:00:00Z"}
    found = connection(state="connected", trouble=trouble, pulled=[PULLED])
    hub.answers["GET", "/entities/demo/connections"] = (200, {"items": [found]})
    code, out, _ = duecourse("sync", "show", "--entity", "demo")
    assert code == 0
    assert "gives nothing since 2026-09-01T00:00:00Z: erp_access" in out.replace("\n", " ")


def test_the_command_asks_for_every_product_that_the_hub_speaks_to():
    assert connectors.PRODUCTS.keys() == PRODUCTS.keys()
