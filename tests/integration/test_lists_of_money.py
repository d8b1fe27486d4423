"""Lists of payments and invoices: in order, over all pages, and with whose they are."""

from datetime import date, timedelta

import pytest

from shared import runtime
from tests.integration import hub
from tests.integration.test_customer_lists import listed, put  # noqa: F401 - a fixture
from tests.integration.test_ladder import DUE, at
from tests.support.operators import call

HERE = "/entities/demo"
FIRST = date(2026, 2, 1)


def name(n: int) -> str:
    return "01J" + f"{n:023}"


def noted(token, n: int, day: date, minor: int = 100, key: str = "") -> str:
    money = {"amount": f"{minor / 100:.2f}", "currency": "EUR"}
    body = {"amount": money, "received_on": day.isoformat(), "method": "transfer"}
    body |= {"reference": f"bank {key or day}"}
    headers = {"idempotency-key": f"{n}-{key or day}"}
    made = call(token, "POST", f"{HERE}/customers/{name(n)}/payments", body, headers)
    assert made.status == 201, made.json
    return str(made.json["payment_id"])


def payments(token, **asked: str):
    query = "&".join(f"{k}={v}" for k, v in asked.items())
    answer = call(token, "GET", f"{HERE}/payments?{query}")
    assert answer.status == 200, answer.json
    return answer.json


@pytest.fixture
def token(listed):  # noqa: F811 - a fixture is imported
    """Two customers, who paid in turns, a day after the other."""
    at(DUE)
    of = runtime.entities().get("demo")
    for n, whose in ((1, "Nord"), (2, "Adler")):
        put(n, whose)
        hub.add_customer(of, customer_id=name(n), name=whose)
    for day in range(6):
        noted(listed, 1 + day % 2, FIRST + timedelta(days=day))
    return listed


def test_payments_are_newest_first_over_all_pages_whatever_comes_meanwhile(token):
    seen, cursor = [], ""
    while True:
        page = payments(token, limit="2", cursor=cursor)
        seen += [(p["received_on"], p["customer"], p["external_id"]) for p in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
        noted(token, 1, FIRST + timedelta(days=9), key=f"new {len(seen)}")
    days = [(FIRST + timedelta(days=d)).isoformat() for d in (5, 4, 3, 2, 1, 0)]
    assert seen == [(d, *(("Adler", "X-2"), ("Nord", "X-1"))[i % 2]) for i, d in enumerate(days)]


@pytest.mark.parametrize("whose", ["", name(1)])
def test_payments_of_some_days_only(token, whose):
    asked = {"from": "2026-02-02", "to": "2026-02-05", "customer": whose}
    found = [p["received_on"] for p in payments(token, **asked)["items"]]
    of_all = ["2026-02-05", "2026-02-04", "2026-02-03", "2026-02-02"]
    assert found == [d for d in of_all if not whose or int(d[-2:]) % 2]
    refused = call(token, "GET", f"{HERE}/payments?from=2026-02-05&to=2026-02-02")
    assert (refused.status, refused.json["code"]) == (422, "invalid_input")


def test_a_payment_that_comes_on_another_day_than_announced_stands_at_its_own(token):
    money = {"amount": "5.00", "currency": "EUR"}
    day = FIRST + timedelta(days=4)
    body = {"amount": money, "received_on": day.isoformat(), "method": "transfer"}
    headers = {"idempotency-key": "announced"}
    body |= {"pending": True, "reference": "announced"}
    path = f"{HERE}/customers/{name(1)}/payments"
    made = call(token, "POST", path, body, headers).json
    came = {"received_on": (FIRST + timedelta(days=7)).isoformat()}
    settle = f"{HERE}/payments/{made['payment_id']}/settle"
    assert call(token, "POST", settle, came, {"idempotency-key": "came"}).status == 200
    assert payments(token, limit="1")["items"][0]["payment_id"] == made["payment_id"]


def test_an_invoice_in_a_list_tells_whose_it_is(token):
    whose = runtime.accounts().customer("demo", name(1))
    hub.add_invoice(runtime.entities().get("demo"), whose, "01J" + "Z" * 23, DUE)
    for query in ("", f"?customer={name(1)}", "?state=all"):
        (row,) = call(token, "GET", f"{HERE}/invoices{query}").json["items"]
        assert (row["customer"], row["customer_external_id"]) == ("Nord", "X-1")
