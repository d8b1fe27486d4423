"""The commands that issue an invoice and take it back say what the API is to do."""

import json

import pytest

from infra.cli.errors import CliError
from infra.cli.invoicing import _line, _part

PLACE = "/entities/demo/invoices/INV-1"
NOTE = {"number": "CN-1", "total": {"amount": "9.50", "currency": "EUR"}}


def sent(hub, path: str) -> object:
    return next(json.loads(body) for _, asked, body in hub.asked if asked == path and body)


def test_an_invoice_is_issued_by_its_lines(hub, duecourse):
    hub.answers["GET", "/entities/demo/customers/C-7"] = (
        200,
        {"customer_id": "c1", "currency": "EUR"},
    )
    made = {"number": "INV-1", "total": NOTE["total"], "due_on": "2026-03-31"}
    hub.answers["POST", "/entities/demo/invoices"] = (201, made)
    code, _, err = duecourse(
        "invoice", "issue", "C-7", "-e", "demo", "--issued-on", "2026-03-01",
        "--line", "Desk; 2; 100.00; 19; 10", "--terms", "net 30",
    )  # fmt: skip
    assert (code, err.strip()) == (0, "INV-1: 9.50 EUR, due 2026-03-31.")
    body = sent(hub, "/entities/demo/invoices")
    assert "due_on" not in body
    assert "total" not in body
    assert body["lines"] == [
        {
            "description": "Desk",
            "quantity": "2",
            "unit_price": "100.00",
            "tax_rate_percent": "19",
            "discount_percent": "10",
        }
    ]


def test_lines_are_credited_by_quantity_or_money_without_a_question(hub, duecourse):
    hub.answers["POST", f"{PLACE}/credit-notes"] = (201, NOTE)
    code, _, err = duecourse(
        "credit-note", "INV-1", "-e", "demo", "--reason", "return",
        "--line", "1=1.5", "--line", "2:9.50", "--line", "3",
    )  # fmt: skip
    assert (code, err.strip()) == (0, "CN-1 credits 9.50 EUR of INV-1.")
    assert sent(hub, f"{PLACE}/credit-notes")["lines"] == [
        {"line": 1, "quantity": "1.5"},
        {"line": 2, "amount": "9.50"},
        {"line": 3},
    ]


def test_all_of_an_invoice_is_credited_or_voided_only_when_somebody_agrees(hub, duecourse):
    hub.answers["POST", f"{PLACE}/credit-notes"] = (201, NOTE)
    hub.answers["POST", f"{PLACE}/void"] = (200, {"number": "INV-1"})
    for command in ("credit-note", "void"):
        asked = (command, "INV-1", "-e", "demo", "--reason", "error")
        assert duecourse(*asked)[0] != 0
        assert not [m for m, _, _ in hub.asked if m == "POST"]
        assert duecourse(*asked, "--yes", "--json")[0] == 0
        hub.asked.clear()


@pytest.mark.parametrize("text", ["x", "=1", "a=1", "-1", ""])
def test_a_part_that_names_no_line_is_refused(text: str) -> None:
    with pytest.raises(CliError):
        _part(text)


@pytest.mark.parametrize("text", ["Desk", "Desk;2", "a;1;2;3;4;5"])
def test_a_line_with_too_little_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(CliError):
        _line(text)


def test_the_numbers_of_an_entity_are_changed_one_series_at_a_time(hub, duecourse):
    known = {"series": {"EXP": "E{n:4}"}, "gapless_numbers": False}
    hub.answers["GET", "/entities/demo"] = (200, known)
    hub.answers["PATCH", "/entities/demo"] = (200, known)
    pattern = "INV={year}-{n:5}"
    assert duecourse("entity", "numbers", "demo", "--series", pattern, "--gapless")[0] == 0
    assert sent(hub, "/entities/demo") == {
        "gapless_numbers": True,
        "series": {"EXP": "E{n:4}", "INV": "{year}-{n:5}"},
    }
    assert "INV-{n:6}" in duecourse("entity", "numbers", "demo")[1]


def test_an_issued_invoice_is_put_on_another_ladder_and_back(hub, duecourse):
    for policy, words in (("gentle", "gentle"), ("", "that of the customer")):
        hub.answers["PATCH", PLACE] = (200, {"number": "INV-1", "policy": policy})
        named = ("--policy", policy) if policy else ()
        asked = ("invoice", "ladder", "INV-1", "-e", "demo", "--reason", "an old customer")
        code, _, err = duecourse(*asked, *named)
        assert (code, err.strip()) == (0, f"INV-1 climbs {words} from now on.")
        assert sent(hub, PLACE) == {"policy": policy, "reason": "an old customer"}
        hub.asked.clear()
