"""`duecourse connect`: it asks, shows what was found, and imports; the secret is never shown."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

from infra.cli.errors import Exit
from infra.cli.main import run
from infra.cli.products import PRODUCTS
from shared.domain.connection import Connection
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
    "new": 30, "updated": 0, "unchanged": 0, "parked": 0, "known": 30, "pages": 1,
    "cursor": "2026-09-01T00:00:00.123456/30/and/more", "age_s": 12_000, "too_old": False,
}  # fmt: skip


def connection(**more: object) -> dict[str, object]:
    return {
        "name": "tryton", "product": "tryton", "settings": {}, "state": "new", "found": None,
        "trouble": None, "pulled": [], "since": "2026-09-01T08:00:30Z", "says": "It is new.",
        "todo": "", "keeps_books": False, "parked": 0, "max_age_hours": 24, **more,
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


def test_an_import_that_stopped_says_why_and_ends_so(hub, connect):
    hub.answers["PUT", PATH] = (202, connection())
    trouble = {"code": "erp_access", "says": "", "since": "2026-09-01T00:00:00Z", "last": None}
    words = {"says": "It gives nothing: no right to read invoices.", "todo": "Give it that."}
    stopped = connection(found=FOUND, trouble=trouble | {"age_s": 5}, **words)
    hub.answers["GET", PATH] = (200, stopped)
    hub.answers["POST", f"{PATH}/begin"] = (200, stopped)
    code, out, _ = connect(json.dumps({"key": KEY}))
    assert code == Exit.NOT_SYNCED and "no right to read invoices" in out


def test_a_test_that_failed_imports_nothing_and_says_why(hub, connect):
    hub.answers["PUT", PATH] = (202, connection())
    refused = FOUND | {"code": "erp_access", "says": "Key revoked"}
    words = {"says": "Its test failed: it says: Key revoked", "todo": "Have it give a key."}
    hub.answers["GET", PATH] = (200, connection(found=refused, **words))
    code, _, err = connect("{}")
    assert code == 1 and "erp_access: Its test failed: it says: Key revoked" in err
    assert "Have it give a key." in err
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


LIST = "/entities/demo/connections"


def test_sync_show_says_how_a_connection_stands_and_why_and_what_to_do(hub, duecourse):
    found = connection(
        state="connected",
        says="It gives nothing: the ERP does not let the hub in.",
        todo="Have it give a key.",
        trouble={
            "code": "erp_access",
            "says": "",
            "since": "2026-09-01T00:00:00Z",
            "last": None,
            "age_s": 7_300,
        },
        pulled=[PULLED, PULLED | {"kind": "invoices", "age_s": None, "too_old": True}],
        parked=2,
    )
    hub.answers["GET", LIST] = (200, {"items": [found]})
    code, out, _ = duecourse("sync", "show", "--entity", "demo")
    told = " ".join(out.split())
    words = (
        "tryton (tryton), connected since 2026-09-01 08:00 UTC",
        "the ERP does not let the hub in. So for 2 h 1 min.",
        "Have it give a key.",
        "3 h 20 min",
        "not yet, too old",
        "2026-09-01 00:00 UTC",
        "Where this is older than 24 h, nobody is asked for money.",
        "2 records wait for you: duecourse parked",
    )
    assert (code, [word for word in words if word not in told]) == (0, [])
    assert "123456" not in told
    shown = json.loads(duecourse("sync", "show", "--entity", "demo", "--json")[1])
    assert shown[0]["pulled"][0]["cursor"] == PULLED["cursor"]


def test_of_the_one_that_keeps_the_books_what_it_was_told_and_the_comparison_are_shown(
    hub, duecourse
):
    hub.answers["GET", LIST] = (200, {"items": [connection(keeps_books=True)]})
    lines = {"erp": None, "waits": [1, 2], "pending": [3], "next": "x"}
    hub.answers["GET", "/entities/demo/writebacks"] = (200, lines)
    report = {"state": "done", "code": "", "found": 3, "at": "2026-09-01T08:00:30Z", "whole": True}
    hub.answers["GET", "/entities/demo/drift"] = (200, report)
    told = " ".join(duecourse("sync", "show", "--entity", "demo")[1].split())
    assert "It did not take 2 or more, and 1 are on their way" in told
    assert "3 documents differ between hub and ERP by 2026-09-01 08:00 UTC" in told
    nothing = {"erp": None, "waits": [], "pending": [], "next": None}
    hub.answers["GET", "/entities/demo/writebacks"] = (200, nothing)
    del hub.answers["GET", "/entities/demo/drift"]
    told = " ".join(duecourse("sync", "show", "--entity", "demo")[1].split())
    assert "It was told everything that the hub booked." in told
    assert "were not compared yet" in told


def test_without_an_erp_that_is_said_and_how_to_connect_one(hub, duecourse):
    hub.answers["GET", LIST] = (200, {"items": []})
    code, out, err = duecourse("sync", "show", "--entity", "demo")
    assert (code, out) == (0, "") and "No ERP is connected" in err and "duecourse connect" in err
    code, _, err = duecourse("sync", "run", "--entity", "demo")
    assert code == Exit.NO_ERP and "No ERP is connected" in err
    assert [method for method, _, _ in hub.asked] == ["GET", "GET"]


def test_sync_run_asks_those_that_are_followed_and_says_where_none_is(hub, duecourse):
    hub.answers["POST", f"{LIST}/crm/sync"] = (202, {"asked": True, "at": "2026-09-02T00:00:00Z"})
    items = [connection(), connection(name="crm", state="connected")]
    hub.answers["GET", f"{LIST}/crm"] = (200, items[1])
    hub.answers["GET", LIST] = (200, {"items": items})
    code, _, err = duecourse("sync", "run", "--entity", "demo")
    assert (code, "crm is asked" in err, "tryton" in err) == (0, True, False)
    hub.answers["GET", LIST] = (200, {"items": [connection(todo="Run duecourse connect.")]})
    code, _, err = duecourse("sync", "run", "--entity", "demo")
    assert code == Exit.NO_ERP and "tryton: It is new. Run duecourse connect." in err


def test_remove_asks_first_and_says_what_came_of_it(hub, duecourse):
    assert duecourse("sync", "remove", "tryton", "-e", "demo")[0] == Exit.USAGE
    assert hub.asked == []
    for removed, said in (
        (True, "tryton is removed."),
        (False, "There is no connection tryton: duecourse sync show"),
    ):
        hub.answers["DELETE", PATH] = (200, {"removed": removed})
        code, _, err = duecourse("sync", "remove", "tryton", "--yes", "-e", "demo")
        assert (code, said in err) == (0, True)
    refused = {"code": "connection_in_use", "detail": "Pause it instead: duecourse sync pause."}
    hub.answers["DELETE", PATH] = (409, refused)
    code, _, err = duecourse("sync", "remove", "tryton", "--yes", "-e", "demo")
    assert code == Exit.REFUSED and "Pause it instead" in err


def test_a_setting_that_the_product_does_not_know_is_refused_before_a_secret_is_asked(
    hub, duecourse
):
    given = ("--set", "url=https://erp.example", "--set", "databse=books")
    code, _, err = duecourse("connect", "tryton", "--entity", "demo", *given)
    told = " ".join(err.split())
    assert code == Exit.USAGE and "databse: tryton has the settings url, database" in told
    assert hub.asked == []


class Noted(dict):
    """Settings that note which names are read."""

    def __init__(self, given):
        super().__init__(given)
        self.read = set()

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name, usual=None):
        self.read.add(name)
        return super().get(name, usual)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_product_declares_the_settings_that_it_reads_and_the_command_knows_the_same(product):
    declared = connectors.PRODUCTS[product].settings
    assert sorted(declared) == sorted(PRODUCTS[product].names)
    places = {"url": "https://erp.example", "identity_url": "https://erp.example"}
    settings = Noted({name: places.get(name, "1") for name in declared})
    secret = SimpleNamespace(value=lambda: {"key": KEY, "token": KEY})
    connectors.connector_of(Connection("x", product, settings, ""), secret)
    assert settings.read == set(declared)


def test_the_command_asks_for_every_product_that_the_hub_speaks_to():
    assert connectors.PRODUCTS.keys() == PRODUCTS.keys()
