"""charges, waive and interest at the command line."""

import json

EUR = {"currency": "EUR"}
CHARGE = {
    "charge_id": "x",
    "customer_id": "c1",
    "invoice_id": "d1",
    "number": "INV-1-FEE",
    "kind": "late_fee",
    "issued_on": "2026-03-01",
    "due_on": "2026-03-08",
    "total": {"amount": "40.00", **EUR},
    "open": {"amount": "15.00", **EUR},
    "description": "late fee INV-1",
}
LINE = {
    "first": "2026-02-01",
    "last": "2026-02-28",
    "days": 28,
    "balance": {"amount": "10000.00", **EUR},
    "percent": "10.27",
    "amount": {"amount": "78.78", **EUR},
}
SHEET = {
    "invoice_id": "d1",
    "number": "INV-1",
    "law": "BGB",
    "claim": "claim",
    "through": "2026-02-28",
    "lines": [LINE],
    "total": {"amount": "78.78", **EUR},
    "charged": {"amount": "0.00", **EUR},
    "sources": ["Rates: a bank"],
}


def test_charges_of_an_invoice_are_listed(hub, duecourse):
    path = "/entities/demo/charges?invoice=INV-1"
    hub.answers["GET", path] = (200, {"items": [CHARGE], "next": None})
    code, out, _ = duecourse("charges", "-e", "demo", "--invoice", "INV-1")
    assert (code, "INV-1-FEE" in out, "15.00" in out) == (0, True, True)


def test_a_waiver_needs_a_reason_and_says_what_is_left(hub, duecourse):
    assert duecourse("waive", "INV-1-FEE", "-e", "demo")[0] != 0
    path = "/entities/demo/charges/INV-1-FEE/waive"
    hub.answers["POST", path] = (200, CHARGE)
    whole = duecourse("waive", "INV-1-FEE", "--reason", "goodwill", "-e", "demo")
    assert (whole[0], "INV-1-FEE: 15.00 EUR is open." in whole[2]) == (0, True)
    assert json.loads(hub.asked[-1][2]) == {"reason": "goodwill", "note": ""}
    hub.answers["GET", "/entities/demo/charges/INV-1-FEE"] = (200, CHARGE)
    part = ("--amount", "25.00", "--note", "by phone", "--json")
    code, out, _ = duecourse("waive", "INV-1-FEE", "--reason", "other", "-e", "demo", *part)
    assert (code, json.loads(out)) == (0, CHARGE)
    asked = json.loads(hub.asked[-1][2])
    assert (asked["amount"], asked["note"]) == ({"amount": "25.00", **EUR}, "by phone")


def test_interest_is_shown_line_by_line_with_its_sources(hub, duecourse):
    path = "/entities/demo/invoices/INV-1/interest?to=2026-02-28&law=de"
    hub.answers["GET", path] = (200, SHEET)
    asked = ("interest", "INV-1", "-e", "demo", "--to", "2026-02-28", "--law", "de")
    code, out, _ = duecourse(*asked)
    assert code == 0
    for said in ("28", "10000.00", "10.27", "78.78 EUR, charged 0.00", "Rates: a bank"):
        assert said in out
    assert json.loads(duecourse(*asked, "--json")[1]) == SHEET
