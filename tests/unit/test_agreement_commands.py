"""The commands about promises, disputes, plans and holds: names become ids, answers are told."""

import json

import pytest

from infra.cli.errors import Exit
from infra.cli.http import Unreachable

EUR = {"amount": "50.00", "currency": "EUR"}
INVOICE = {"document_id": "D7", "number": "INV-7", "external_id": "x7", "open": EUR}
PART = {"due_on": "2026-03-09", "amount": EUR}
PROMISE = {"promise_id": "p1", "amount": EUR, "pays_on": "2026-03-05", "last_day": "2026-03-08"}
PROMISE |= {"state": "running", "by": "kim", "documents": ["D7"]}
DISPUTE = {"dispute_id": "d1", "amount": None, "outcome": None, "opened_on": "2026-03-02"}
DISPUTE |= {"reason": "price", "documents": ["D7"], "text": "Too dear.", "quiet_through": None}
PLAN = {"plan_id": "l1", "state": "running", "agreed_on": "2026-03-02", "parts": [PART]}
PLAN |= {"open_parts": [PART]}
HOLD = {"hold_id": "h1", "starts_on": "2026-03-02", "ends_on": "2026-03-20", "ended_on": None}
HOLD |= {"reason": "talks", "amount": None, "by": "kim", "documents": []}
KINDS = {"promise": PROMISE, "dispute": DISPUTE, "plan": PLAN, "hold": HOLD}


@pytest.fixture
def owing(hub):
    place = "/entities/demo"
    hub.answers["GET", f"{place}/customers/C-7"] = (200, {"customer_id": "C7"})
    found = {"items": [INVOICE], "next": None}
    hub.answers["GET", f"{place}/invoices?customer=C7"] = (200, found)
    for kind, one in KINDS.items():
        hub.answers["GET", f"{place}/{kind}s?customer=C7"] = (200, {"items": [one]})
        hub.answers["POST", f"{place}/{kind}s"] = (201, one)
    preview = {"parts": [PART], "grace_days": 3}
    hub.answers["POST", f"{place}/plans/preview"] = (200, preview)
    ended = HOLD | {"ended_on": "2026-03-04"}
    hub.answers["POST", f"{place}/holds/h1/end"] = (200, ended)
    hub.answers["POST", f"{place}/plans/l1/end"] = (200, PLAN | {"state": "ended"})
    hub.answers["POST", f"{place}/promises/p1/withdraw"] = (200, PROMISE | {"state": "withdrawn"})
    lost = DISPUTE | {"outcome": "lost", "quiet_through": "2026-03-16"}
    hub.answers["POST", f"{place}/disputes/d1/close"] = (200, lost)
    return hub


@pytest.mark.parametrize(
    ("said", "sent", "told"),
    [
        (
            ("promise", "make", "C-7", "--for", "INV-7", "--on", "2026-03-05", "--amount", "9.50"),
            {"documents": ["D7"], "amount": {"amount": "9.50", "currency": "EUR"}},
            "quiet through 2026-03-08",
        ),
        (("promise", "withdraw", "C-7", "p1"), {}, "withdrawn"),
        (
            ("dispute", "open", "C-7", "--for", "x7", "--reason", "price", "--line", "2"),
            {"documents": ["D7"], "reason": "price", "line": 2},
            "all is not chased",
        ),
        (
            ("dispute", "close", "C-7", "d1", "--outcome", "lost"),
            {"outcome": "lost"},
            "quiet through 2026-03-16",
        ),
        (
            ("plan", "agree", "C-7", "--parts", "3", "--first", "2026-03-09", "--consent", "phone"),
            {"documents": ["D7"], "parts": 3, "pace": "monthly", "consent": "phone"},
            "",
        ),
        (("plan", "end", "C-7", "l1"), {}, "ended"),
        (
            ("hold", "put", "C-7", "--reason", "talks", "--through", "2026-03-20"),
            {"documents": [], "ends_on": "2026-03-20"},
            "held through 2026-03-20",
        ),
        (("hold", "end", "C-7", "h1"), {}, "ended on 2026-03-04"),
    ],
)
def test_names_become_ids_and_the_answer_is_told(owing, duecourse, said, sent, told):
    code, out, err = duecourse(*said, "-e", "demo")
    assert (code, told in out + err) == (0, True), (out, err)
    body = json.loads(owing.asked[-1][2])
    assert body["customer_id"] == "C7"
    assert {name: body[name] for name in sent} == sent


@pytest.mark.parametrize("kind", KINDS)
def test_lists_are_tables_or_json(owing, duecourse, kind):
    code, out, err = duecourse(kind, "list", "C-7", "-e", "demo")
    assert code == 0, err
    assert KINDS[kind][f"{kind}_id"] in out + err
    code, out, _ = duecourse(kind, "list", "C-7", "-e", "demo", "--json")
    assert json.loads(out) == [KINDS[kind]]


def test_the_parts_are_shown_before_anything_is_agreed(owing, duecourse):
    said = ("plan", "preview", "C-7", "--parts", "3", "--first", "2026-03-09", "-e", "demo")
    code, out, _ = duecourse(*said)
    assert (code, "2026-03-09" in out) == (0, True)
    assert [path for method, path, _ in owing.asked if method == "POST"] == [
        "/entities/demo/plans/preview"
    ]


def test_an_invoice_that_is_not_open_is_named_and_nothing_is_sent(owing, duecourse):
    said = ("promise", "make", "C-7", "--for", "INV-8", "--on", "2026-03-05", "-e", "demo")
    code, _, err = duecourse(*said)
    assert (code, "INV-8 is not open" in err) == (Exit.USAGE, True)
    assert duecourse("promise", "make", "C-7", "--on", "2026-03-05", "-e", "demo")[0] == Exit.USAGE
    assert not [1 for method, _, _ in owing.asked if method == "POST"]


def test_an_answer_that_never_came_names_the_key_to_repeat_it_with(owing, duecourse, monkeypatch):
    def cut(method: str, *asked: object) -> object:
        if method == "POST":
            raise Unreachable("no answer")
        return owing(method, *asked)

    monkeypatch.setattr("infra.cli.api.request", cut)
    words = ("hold", "put", "C-7", "--reason", "talks", "--through", "2026-03-20", "-e", "demo")
    code, _, err = duecourse(*words)
    assert (code, "--key " in err) == (Exit.NO_STACK, True), err


def test_an_amount_about_documents_in_two_currencies_is_in_neither(owing, duecourse):
    other = INVOICE | {"number": "INV-8", "open": EUR | {"currency": "GBP"}}
    found = {"items": [INVOICE, other], "next": None}
    owing.answers["GET", "/entities/demo/invoices?customer=C7"] = (200, found)
    words = ("promise", "make", "C-7", "--on", "2026-03-05", "--amount", "9.00", "-e", "demo")
    code, _, err = duecourse(*words, "--for", "INV-7", "--for", "INV-8")
    assert (code, "EUR and GBP" in err) == (Exit.USAGE, True), err


def test_a_part_of_nothing_named_is_not_held(owing, duecourse):
    words = ("hold", "put", "C-7", "--reason", "talks", "--through", "2026-03-20", "-e", "demo")
    assert duecourse(*words, "--amount", "5.00")[0] == Exit.USAGE
    assert not owing.asked
