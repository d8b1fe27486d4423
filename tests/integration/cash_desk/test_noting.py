"""Money that a person notes: once, allowed, announced or here."""

from datetime import date

import pytest

from shared import runtime
from tests.integration.cash import CUSTOMER, money, part
from tests.integration.money import of_type
from tests.support.operators import operator


def test_a_transfer_pays_the_oldest_first_and_the_rest_waits(desk):
    made = desk.pay("250.00", oldest_first=True)
    assert (made.status, made.json["state"], made.json["unapplied"]["amount"]) == (
        201,
        "settled",
        "0.00",
    )
    assert desk.open() == ["0.00", "0.00", "50.00"]
    assert [a["amount"]["amount"] for a in made.json["allocations"]] == [
        "100.00",
        "100.00",
        "50.00",
    ]
    listed = desk.get(f"/payments?customer={CUSTOMER}").json["items"]
    assert [p["payment_id"] for p in listed] == [made.json["payment_id"]]
    assert {i["amount"] for i in of_type("acme", "WRITEBACK")} == {10_000, 5_000}


def test_what_nobody_said_anything_about_waits_with_a_task(desk):
    made = desk.pay("30.00")
    assert made.json["unapplied"]["amount"] == "30.00"
    assert desk.open() == ["100.00"] * 3
    assert [t["kind"] for t in desk.get("/tasks").json["items"]] == ["unapplied"]
    credits = desk.get(f"/customers/{CUSTOMER}/credits").json["items"]
    assert [c["unapplied"]["amount"] for c in credits] == ["30.00"]


def test_a_repeated_request_books_once_and_another_body_under_its_key_is_refused(desk):
    body = {"amount": money("10.00"), "received_on": "2026-03-01", "oldest_first": True}
    path = f"/customers/{CUSTOMER}/payments"
    one, two = desk.post(path, body, "k"), desk.post(path, body, "k")
    assert one.json == two.json
    other = desk.post(path, body | {"amount": money("11.00")}, "k")
    assert (other.status, other.json["code"]) == (409, "request_reused")
    assert len(of_type("acme", "PAYMENT")) == 1
    for key in ("", "x" * 256):
        unnamed = desk.post(path, body, key)
        assert (unnamed.status, unnamed.json["code"]) == (400, "request_unnamed")


def test_the_same_reference_amount_and_day_may_be_a_duplicate(desk):
    first = desk.pay("10.00").json["payment_id"]
    again = desk.pay("10.00")
    assert (again.status, again.json["code"]) == (409, "possible_duplicate")
    assert again.json["facts"]["payment"] == first
    assert desk.pay("10.00", another=True).status == 201
    assert desk.pay("10.00", received_on="2026-02-28").status == 201


def test_a_clerk_may_note_a_payment_but_gives_nothing_away(desk):
    clerk = desk.serving.mint(operator("acme:clerk"))
    made = desk.pay("50.00").json["payment_id"]
    refund = desk.post(
        f"/customers/{CUSTOMER}/credits/{made}/refunds", {"amount": money("1.00")}, token=clerk
    )
    lost = desk.post(f"/invoices/{desk.names[0]}/write-off", {"reason": "insolvent"}, token=clerk)
    assert (refund.status, lost.status) == (403, 403)
    viewer = desk.serving.mint(operator("acme:viewer"))
    body = {"amount": money("1.00"), "received_on": "2026-03-01"}
    assert desk.post(f"/customers/{CUSTOMER}/payments", body, token=viewer).status == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"amount": money("0")}, 422, "invalid_input"),
        ({"amount": money("-1.00")}, 422, "invalid_input"),
        ({"received_on": "2026-03-03"}, 422, "invalid_input"),
        ({"parts": [part("nothing-here", "1.00")]}, 404, "not_found"),
        ({"parts": [part("1", "100.01")]}, 422, "more_than_open"),
        ({"parts": [part("1", "60.00"), part("2", "60.00")]}, 422, "more_than_there"),
        ({"parts": [part("1", "1.00"), part("1", "1.00")]}, 422, "invalid_input"),
        ({"parts": [{"document": "1", "amount": money("1.00", "USD")}]}, 422, None),
        ({"parts": [part("1", "1.00", deduction=money("1.00"))]}, 422, "invalid_input"),
        ({"parts": [part("1", "1.00", instalment=2)]}, 422, "invalid_input"),
        ({"received": money("110.00", "USD")}, 422, "invalid_input"),
        ({"received": money("110.00", "USD"), "rate": "0.5"}, 422, "invalid_input"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(desk, body, status, code):
    for given in body.get("parts", []):
        given["document"] = {"1": desk.names[0], "2": desk.names[1]}.get(
            given["document"], given["document"]
        )
    answer = desk.pay(**{"euros": "100.00"} | body)
    assert answer.status == status
    assert code in (None, answer.json["code"])
    assert not of_type("acme", "PAYMENT")
    assert desk.open() == ["100.00"] * 3


@pytest.mark.rule("R10")
def test_announced_money_is_processing_until_it_comes(desk):
    made = desk.pay(
        "100.00", pending=True, received_on="2026-03-04", parts=[part(desk.names[0], "100.00")]
    )
    assert (made.json["state"], made.json["unapplied"]["amount"]) == ("pending", "0.00")
    assert desk.open()[0] == "100.00"
    account = runtime.accounts().account("acme", CUSTOMER)
    from shared.domain.coverage import coverage

    assert coverage(account, date(2026, 3, 2))[desk.names[0]].processing.minor == 10_000
    assert [p["state"] for p in desk.get(f"/payments?customer={CUSTOMER}").json["items"]] == [
        "pending"
    ]
    early = desk.post(f"/payments/{made.json['payment_id']}/settle", {"received_on": "2026-03-04"})
    assert early.status == 422
    came = desk.post(f"/payments/{made.json['payment_id']}/settle", {"received_on": "2026-03-02"})
    assert (came.json["state"], came.json["received_on"]) == ("settled", "2026-03-02")
    desk.check()
    assert desk.open()[0] == "0.00"
    assert not of_type("acme", "INCOMING")


def test_announced_money_that_does_not_come_leaves_the_invoice_to_be_chased(desk):
    made = desk.pay("100.00", pending=True, parts=[part(desk.names[0], "100.00")])
    failed = desk.post(f"/payments/{made.json['payment_id']}/fail", {})
    assert (failed.json["state"], failed.json["unapplied"]["amount"]) == ("failed", "0.00")
    assert not of_type("acme", "INCOMING")
    assert desk.open()[0] == "100.00"
    desk.check()
    assert desk.post(f"/payments/{made.json['payment_id']}/fail", {}).status == 409
