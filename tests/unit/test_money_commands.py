"""The money commands: what is typed becomes what is sent, once."""

import json

from infra.cli.errors import Exit
from infra.cli.http import Unreachable
from infra.cli.money_words import part

PAYMENT = {
    "payment_id": "p1",
    "amount": {"amount": "150.00", "currency": "EUR"},
    "unapplied": {"amount": "0.00", "currency": "EUR"},
    "state": "settled",
    "allocations": [{"number": "INV-7", "amount": {"amount": "150.00", "currency": "EUR"}}],
}


def test_a_part_says_document_amount_instalment_and_short_pay():
    eur = {"currency": "EUR"}
    assert part("INV-7", "EUR") == {"document": "INV-7"}
    assert part("2026/1=1.50", "EUR") == {
        "document": "2026/1",
        "amount": {"amount": "1.50", **eur},
    }
    assert part("INV-7#2=5", "EUR") == {
        "document": "INV-7",
        "instalment": 2,
        "amount": {"amount": "5", **eur},
    }
    assert part("INV-7=92-8:damaged", "EUR") == {
        "document": "INV-7",
        "amount": {"amount": "92", **eur},
        "deduction": {"amount": "8", **eur},
        "reason": "damaged",
    }


def test_a_payment_is_noted_with_what_it_is_for(hub, duecourse):
    hub.answers["POST", "/entities/demo/customers/C-7/payments"] = (201, PAYMENT)
    hub.answers["GET", "/entities/demo/invoices/INV-7"] = (200, {"total": PAYMENT["amount"]})
    code, out, err = duecourse(
        "money", "note", "C-7", "150.00", "--on", "2026-03-02", "--for", "INV-7", "-e", "demo"
    )
    assert (code, "INV-7" in out, "settled" in err) == (0, True, True)
    sent = json.loads(hub.asked[-1][2])
    assert (sent["amount"], sent["parts"]) == (PAYMENT["amount"], [{"document": "INV-7"}])


def test_nothing_is_taken_back_while_nobody_is_there_to_answer(hub, duecourse):
    asked = ("money", "reverse", "p1", "--reason", "bounced", "-e", "demo")
    assert duecourse(*asked)[0] == Exit.USAGE
    assert not hub.asked
    hub.answers["POST", "/entities/demo/payments/p1/reverse"] = (200, PAYMENT)
    assert duecourse(*asked, "--yes")[0] == 0


def test_an_answer_that_never_came_names_the_key_to_repeat_it_with(hub, duecourse, monkeypatch):
    def nobody(*_: object) -> None:
        raise Unreachable("no answer")

    monkeypatch.setattr("infra.cli.api.request", nobody)
    deduct = ("money", "deduct", "INV-7", "1.00", "--currency", "EUR", "--reason", "price")
    code, _, err = duecourse(*deduct, "-e", "demo")
    assert (code, "--key " in err) == (Exit.NO_STACK, True)
