"""What cannot be placed without guessing waits for a person, and moves no money."""

from dataclasses import replace

import pytest

from shared.domain.money import Money
from tests.integration import hub
from tests.integration.money import (
    COMPLETED,
    DUE,
    account,
    add_checkout,
    hint,
    intent,
    of_type,
    payments,
    reasons,
    session,
)
from tests.unit.test_decide import LADDER


def test_a_settled_payment_that_fails_after_all_is_parked(gateway, seller, buyer):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    reference = gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    gateway.payments[reference] = replace(gateway.payments[reference], status="canceled")
    hint(seller, "evt_2", "payment_intent.payment_failed", intent(reference))
    assert reasons() == ["failed_after_settled"]


PARKED = {
    "row 23: no mark": ({"entity_id": "", "customer_id": "", "checkout_id": ""}, "no_mark"),
    "row 23: unknown entity": ({"entity_id": "elsewhere"}, "unknown_entity"),
    "row 23: unknown customer": ({"customer_id": "c9"}, "unknown_checkout"),
    "row 23: unknown checkout": ({"checkout_id": "co9"}, "unknown_checkout"),
    "row 24: other currency": (
        {"amount": Money(minor=10_000, currency="USD")},
        "currency_mismatch",
    ),
    "row 24: unknown currency": ({"amount": None, "odd": "unknown_currency"}, "unknown_currency"),
    "row 25: odd amount": ({"amount": None, "odd": "odd_amount"}, "odd_amount"),
}


def test_what_cannot_be_placed_is_parked_once_and_moves_no_money(gateway, seller, buyer):
    invoice = hub.add_invoice(seller, buyer, "inv1", DUE)
    checkout = add_checkout(seller, buyer, "co1", invoice)
    for n, (changes, _) in enumerate(PARKED.values()):
        reference = f"pi_{n}"
        gateway.takes(seller, buyer, checkout, reference=reference, **changes)
        for turn in "ab":
            hint(seller, f"evt_{n}{turn}", "payment_intent.succeeded", intent(reference))
    assert reasons() == sorted(reason for _, reason in PARKED.values())
    assert payments() == []
    assert account().documents == (invoice,)
    assert {e["state"] for e in of_type("demo", "INBOX")} == {"parked"}


def test_a_page_of_another_customer_with_the_same_checkout_id_is_parked(gateway, seller, buyer):
    other = hub.add_customer(seller, customer_id="c2")
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, other, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    assert reasons() == ["unknown_checkout"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"account": "acct_other"}, "other_account"), ({"api_version": "2020-01-01"}, "api_version")],
)
def test_rows_15_and_16_a_foreign_account_or_version_is_parked_unasked(
    gateway, seller, buyer, changes, reason
):
    checkout = add_checkout(seller, buyer, "co1", hub.add_invoice(seller, buyer, "inv1", DUE))
    gateway.takes(seller, buyer, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"), **changes)
    assert reasons() == [reason]
    assert (payments(), gateway.asked) == ([], 0)


def test_row_17_types_we_do_not_use_are_ignored(gateway, seller):
    hint(seller, "evt_1", "customer.created", {"id": "cus_1", "object": "customer"})
    (event,) = of_type("demo", "INBOX")
    assert (event["state"], event["outcome"]) == ("ignored", "type_not_used")
    assert reasons() == []


def test_an_event_of_another_entity_of_the_account_is_left_to_that_entity(gateway, seller, buyer):
    other = hub.seed(LADDER, entity_id="other", name="Other Ltd")
    whose = hub.add_customer(other)
    checkout = add_checkout(other, whose, "co1", hub.add_invoice(other, whose, "inv1", DUE))
    gateway.takes(other, whose, checkout)
    hint(seller, "evt_1", COMPLETED, session("co1"))
    (event,) = of_type("demo", "INBOX")
    assert (event["state"], reasons(), payments()) == ("ignored", [], [])
    hint(other, "evt_1", COMPLETED, session("co1"))
    assert len(of_type("other", "PAYMENT")) == 1
