"""What money is used for, and what is given up beside it."""

import pytest

from shared import runtime
from tests.integration.cash import CUSTOMER, money, part
from tests.integration.money import of_type
from tests.support.operators import ADMIN, call


def test_short_pay_is_accepted_with_its_reason(desk):
    parts = [part(desk.names[0], "92.00", deduction=money("8.00"), reason="damaged")]
    assert desk.pay("92.00", parts=parts).status == 201
    assert desk.open() == ["0.00", "100.00", "100.00"]
    (posting,) = runtime.ledger().postings("acme", CUSTOMER, "payment:")
    assert [(m.kind, m.reason) for m in posting.movements][1:] == [
        ("allocation", ""),
        ("deduction", "damaged"),
    ]
    assert posting.by == "olga"


@pytest.mark.rule("R26")
def test_a_tolerance_is_the_entitys_setting_and_an_adjustment(desk):
    short = {"parts": [part(desk.names[0], "99.70")]}
    desk.pay("99.70", **short)
    assert desk.open()[0] == "0.30"
    admin = desk.serving.mint(ADMIN)
    settings = {"tolerance": {"EUR": 50}, "tolerance_percent": "1", "apply_credit": "never"}
    assert call(admin, "PATCH", "/entities/acme", settings).status == 200
    desk.pay("99.70", parts=[part(desk.names[1], "99.70")], reference="TRF 2")
    assert desk.open()[1] == "0.00"
    head = next(i for i in of_type("acme", "HEAD") if i["document_id"] == desk.names[1])
    assert head["adjusted"] == {"tolerance": 30}


@pytest.mark.rule("R24")
def test_money_of_another_currency_settles_at_the_banks_rate_and_the_difference_is_fx(desk):
    made = desk.pay(
        "98.50",
        received=money("107.07", "USD"),
        rate="0.92",
        parts=[part(desk.names[0], "100.00")],
    )
    assert (made.status, made.json["received"]) == (201, money("107.07", "USD"))
    assert desk.open()[0] == "0.00"
    (posting,) = runtime.ledger().postings("acme", CUSTOMER, "payment:")
    assert posting.movements[0].cash.currency == "USD"
    assert [m.amount.minor for m in posting.movements if m.kind == "fx_difference"] == [-150]
    assert not of_type("acme", "CREDIT")


def test_unapplied_money_is_put_to_use_by_hand(desk):
    made = desk.pay("150.00").json["payment_id"]
    path = f"/customers/{CUSTOMER}/credits/{made}/allocate"
    too_much = desk.post(path, {"parts": [part(desk.names[1], "100.01")]})
    assert (too_much.status, too_much.json["code"]) == (422, "more_than_open")
    done = desk.post(path, {"parts": [part(desk.names[1], "100.00")]})
    assert [c["unapplied"]["amount"] for c in done.json["items"]] == ["50.00"]
    desk.post(path, {"oldest_first": True})
    assert desk.open() == ["50.00", "0.00", "100.00"]
    assert desk.get(f"/payments/{made}").json["version"] == 3
    desk.check()


def test_an_allocation_moves_in_one_step_and_may_come_back(desk):
    made = desk.pay("100.00", parts=[part(desk.names[0], "100.00")]).json["payment_id"]
    path = f"/payments/{made}/move"
    body = {"document_id": desk.names[0], "amount": money("40.00"), "to": part(desk.names[2])}
    moved = desk.post(path, body)
    assert moved.status == 200
    assert desk.open() == ["40.00", "100.00", "60.00"]
    (posting,) = runtime.ledger().postings("acme", CUSTOMER, "deallocation:")
    assert sum(m.amount.minor for m in posting.movements) == 0
    freed = desk.post(path, {"document_id": desk.names[2]})
    assert freed.json["unapplied"]["amount"] == "40.00"
    assert desk.open() == ["40.00", "100.00", "100.00"]
    desk.check()
    too_much = desk.post(path, {"document_id": desk.names[0], "amount": money("61.00")})
    assert too_much.status == 422


def test_bad_debt_is_chased_no_more_and_recovered_by_money(desk):
    path = f"/invoices/{desk.names[0]}"
    lost = desk.post(f"{path}/write-off?customer={CUSTOMER}", {"reason": "insolvent"})
    assert (lost.status, lost.json["state"], lost.json["open"]["amount"]) == (
        200,
        "written_off",
        "0.00",
    )
    desk.check()
    desk.pay("30.00", parts=[part(desk.names[0], "30.00")])
    (posting,) = runtime.ledger().postings("acme", CUSTOMER, "payment:")
    assert [m.kind for m in posting.movements] == ["payment", "recovery", "allocation"]
    head = next(i for i in of_type("acme", "HEAD") if i["document_id"] == desk.names[0])
    assert (head["open"], head["adjusted"]) == (0, {"write_off": 7_000})
    again = desk.post(f"{path}/ask-again?customer={CUSTOMER}", {})
    assert again.json["open"]["amount"] == "70.00"
    desk.check()
    more = desk.post(f"{path}/ask-again?customer={CUSTOMER}", {})
    assert more.status == 422
