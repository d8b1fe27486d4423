"""An amount without a currency is in that of what it is about, and in none where that is open."""

import json

import pytest

from infra.cli.errors import Exit

PLACE = "/entities/demo"
GBP = {"amount": "10.00", "currency": "GBP"}
USD = {"amount": "10.00", "currency": "USD"}
MADE = {
    "payment_id": "p1", "recurrence_id": "r1", "refund_id": "f1", "number": "INV-1",
    "state": "settled", "via": "gateway", "amount": GBP, "unapplied": GBP, "open": GBP,
    "total": GBP, "allocations": [], "items": [], "due_on": "2026-03-31", "next_on": "2026-03-31",
}  # fmt: skip
CREDITS = f"{PLACE}/customers/C-7/credits"


def in_pounds(hub, currency="GBP", books="EUR"):
    """Let the hub know a customer, an invoice, a charge, a credit and a payment in GBP."""
    hub.answers["GET", PLACE] = (200, {"currency": books})
    hub.answers["GET", f"{PLACE}/customers/C-7"] = (200, {"customer_id": "c", "currency": currency})
    for path in ("invoices/INV-1", "charges/INV-1", "payments/p1"):
        hub.answers["GET", f"{PLACE}/{path}"] = (200, MADE)
    owed(hub)
    credit = {"source_id": "s1", "received_on": "2026-03-01", "unapplied": GBP}
    hub.answers["GET", CREDITS] = (200, {"items": [credit]})


def owed(hub, *amounts):
    items = [{"open": amount} for amount in amounts]
    page = {"items": items, "next": None}
    hub.answers["GET", f"{PLACE}/invoices?customer=C-7"] = (200, page)


def sent(hub, duecourse, path, *words):
    """Return what a command sends to path."""
    hub.answers["POST", f"{PLACE}/{path}"] = (201, MADE)
    code, _, err = duecourse(*words, "-e", "demo")
    assert code == 0, err
    return next(json.loads(b) for m, p, b in hub.asked if (m, p) == ("POST", f"{PLACE}/{path}"))


ISSUE = ("invoice", "issue", "C-7", "--issued-on", "2026-03-01", "--total", "10.00")
NOTE = ("money", "note", "C-7", "10.00", "--on", "2026-03-02")
SPOKEN = (
    ("recurrences", ("recurring", "add", "C-7", "10.00", "--description", "x",
                     "--first-on", "2026-03-31"), "amount"),
    ("invoices", ISSUE, "total"),
    ("customers/C-7/payments", NOTE, "amount"),
    ("customers/C-7/payments", (*NOTE, "--for", "INV-1"), "amount"),
    ("customers/C-7/credits/s1/refunds", ("money", "refund", "C-7", "s1", "10.00", "--yes"),
     "amount"),
    ("customers/C-7/credits/p1/refunds", ("money", "refund", "C-7", "p1", "10.00", "--yes"),
     "amount"),
    ("invoices/INV-1/write-off", ("money", "write-off", "INV-1", "--reason", "insolvent",
                                  "--amount", "10.00", "--yes"), "amount"),
    ("invoices/INV-1/deduct", ("money", "deduct", "INV-1", "10.00", "--reason", "price"), "amount"),
    ("charges/INV-1/waive", ("waive", "INV-1", "--reason", "error", "--amount", "10.00"), "amount"),
    ("payments/p1/move", ("money", "move", "p1", "d1", "--amount", "10.00"), "amount"),
)  # fmt: skip


@pytest.mark.parametrize(("path", "words", "name"), SPOKEN, ids=[w[0] + w[1] for _, w, _ in SPOKEN])
def test_an_amount_takes_the_currency_of_what_it_is_about(hub, duecourse, path, words, name):
    in_pounds(hub)
    assert sent(hub, duecourse, path, *words)[name] == GBP
    hub.asked.clear()
    assert sent(hub, duecourse, path, *words, "--currency", "usd")[name] == USD


def test_parts_of_unapplied_money_take_its_currency(hub, duecourse):
    in_pounds(hub)
    words = ("money", "allocate", "C-7", "s1", "--for", "INV-1=10.00")
    told = sent(hub, duecourse, "customers/C-7/credits/s1/allocate", *words)
    assert told["parts"] == [{"document": "INV-1", "amount": GBP}]


def test_a_customer_without_a_currency_has_that_of_the_entity(hub, duecourse):
    in_pounds(hub, currency="", books="GBP")
    assert sent(hub, duecourse, "invoices", *ISSUE)["total"] == GBP


def test_money_for_what_is_open_takes_its_currency_and_asks_where_there_are_two(hub, duecourse):
    in_pounds(hub)
    owed(hub, USD)
    assert sent(hub, duecourse, "customers/C-7/payments", *NOTE)["amount"] == USD
    hub.asked.clear()
    owed(hub, USD, GBP)
    code, _, err = duecourse(*NOTE, "-e", "demo")
    assert (code, "Say --currency GBP or USD." in err) == (Exit.USAGE, True)
    assert not [method for method, _, _ in hub.asked if method == "POST"]


def test_an_entity_is_opened_in_a_currency_that_somebody_names(hub, duecourse):
    named = ("entity", "create", "demo", "--name", "Seller", "--email", "ar@seller.example")
    assert duecourse(*named)[0] == Exit.USAGE
    assert not hub.asked
