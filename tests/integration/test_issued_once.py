"""A money document is asked for by name: what is repeated after a lost answer is made once."""

import io
import json
import sys

import pytest

from functions.operator_api.app import openapi_text
from infra.cli.api import API_URL, TOKEN
from infra.cli.errors import Exit
from infra.cli.http import Answer, Unreachable
from infra.cli.main import run
from tests.integration import hub
from tests.integration.drops import stored
from tests.integration.test_operator_api import (
    NAMED,
    ULID,
    acme,  # noqa: F401 - a fixture
    admin,  # noqa: F401 - likewise
    identity,  # noqa: F401 - likewise
)
from tests.support.operators import call, event, invoke

ISSUE = (
    "invoice", "issue", ULID, "--issued-on", "2026-03-01", "--line", "Desk;2;100.00;19",
    "--due-on", "2026-03-31",
)  # fmt: skip
INVOICES = "/entities/acme/invoices"
RECUR = ("recurring", "add", ULID, "49.90", "--description", "Hosting", "--first-on", "2026-03-31")
CREDIT = ("credit-note", "INV-000001", "--reason", "return", "--yes")


class Line:
    """Carries the command's calls to the real API; answers of POSTs get lost while it is cut."""

    def __init__(self) -> None:
        self.cut = False
        self.lost = 0

    def __call__(self, method, url, headers=None, body=None):
        path = url.removeprefix("https://hub.example")
        answer = invoke(event(method, path, headers, body.decode() if body else None))
        if self.cut and method == "POST":
            self.lost += 1
            raise Unreachable("the answer was lost")
        return Answer(answer.status, answer.headers, (), answer.text.encode())


@pytest.fixture
def line(acme, admin, monkeypatch):  # noqa: F811 - fixtures of the same names
    made = Line()
    monkeypatch.setenv(API_URL, "https://hub.example")
    monkeypatch.setenv(TOKEN, admin)
    monkeypatch.setattr("infra.cli.api.request", made)
    return made


@pytest.fixture
def duecourse(line, monkeypatch, capsys):
    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["duecourse", *words, "--entity", "acme"])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            run()
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err

    return command


@pytest.mark.law("4")
@pytest.mark.parametrize(
    ("words", "kind"),
    [(ISSUE, "HEAD"), (RECUR, "RECURRENCE"), (CREDIT, "HEAD")],
    ids=["invoice", "schedule", "credit note"],
)
def test_what_is_repeated_after_a_lost_answer_is_there_once(duecourse, line, words, kind):
    if words is CREDIT:
        assert duecourse(*ISSUE)[0] == 0
    before = len(stored(kind))
    line.cut = True
    code, _, err = duecourse(*words)
    assert (code, line.lost, len(stored(kind))) == (Exit.NO_STACK, 1, before + 1)
    key = err.split("--key ")[1].split()[0]
    line.cut = False
    code, out, err = duecourse(*words, "--key", key, "--json")
    assert code == 0, err
    assert json.loads(out)["customer_id"] == ULID
    assert len(stored(kind)) == before + 1


def test_a_key_that_named_another_document_is_refused(duecourse):
    for words, other in ((ISSUE, "Desk;3;100.00;19"), (RECUR, "Other")):
        assert duecourse(*words, "--key", "k")[0] == 0
        place = words.index("--line" if words is ISSUE else "--description") + 1
        changed = (*words[:place], other, *words[place + 1 :])
        code, _, err = duecourse(*changed, "--key", "k")
        assert (code, "request_reused" in err) == (Exit.REFUSED, True), err


def keyed_operations() -> list[tuple[str, str, bool]]:
    """Return method and path of each operation with a key, and whether it needs one."""
    described = json.loads(openapi_text())["paths"]
    return [
        (method.upper(), path, bool(parameter.get("required")))
        for path, operations in described.items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "idempotency-key"
    ]


def test_every_operation_with_a_key_refuses_a_bad_one_alike(admin):  # noqa: F811 - likewise
    needed = 0
    for method, path, required in keyed_operations():
        place = path.removeprefix("/api/v1").replace("{", "").replace("}", "")
        bad = [{"idempotency-key": "x" * 256}] + [{}, {"idempotency-key": ""}] * required
        for headers in bad:
            refused = call(admin, method, place, {}, headers)
            assert (refused.status, refused.json["code"]) == (400, "request_unnamed"), path
        needed += required
    assert (needed >= 12, len(keyed_operations()) > needed) == (True, True)


def test_money_documents_are_not_made_without_a_name():
    needed = {path for _, path, required in keyed_operations() if required}
    made = ("invoices", "recurrences", "invoices/{document}/credit-notes")
    assert {f"/api/v1/entities/{{entity}}/{what}" for what in made} <= needed


def test_an_invoice_without_a_currency_is_in_its_customers_else_the_entitys(acme, admin):  # noqa: F811 - likewise
    of, _, _ = acme
    line = {"description": "Desk", "unit_price": "100.00"}
    for n, (currency, expected) in enumerate((("GBP", "GBP"), ("", "EUR"))):
        whose = hub.add_customer(of, customer_id=f"01J{n}" + "B" * 22, currency=currency)
        body = {"customer_id": whose.customer_id, "issued_on": "2026-03-01", "lines": [line]}
        made = call(admin, "POST", INVOICES, body, {"idempotency-key": f"k{n}"})
        assert (made.status, made.json["total"]["currency"]) == (201, expected), made.text
        total = {"amount": "100.00", "currency": "USD"}
        two = call(admin, "POST", INVOICES, body | {"total": total, "currency": "GBP"}, NAMED)
        assert (two.status, two.json["facts"]["field"]) == (422, "currency")
