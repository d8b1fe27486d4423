"""Promises and disputes through the operator API: what each stops, and how it ends."""

from datetime import UTC, date, datetime

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.policy_yaml import read_policy, standard_text
from shared.adapters.table import Put
from tests.integration import hub
from tests.support.operators import ADMIN, AUDIENCE, call, issuer

CUSTOMER = "01J" + "A" * 23
FIRST, SECOND = "01J" + "B" * 23, "01J" + "C" * 23
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def admin(cloud, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        yield serving.mint(ADMIN)


@pytest.fixture
def owing(admin):
    """A customer with two late invoices of 100 and 50 euros; noon of 2 March 2026."""
    hub.move_clock(NOON)
    of = hub.seed(read_policy(standard_text()))
    customer = hub.add_customer(of, customer_id=CUSTOMER)
    entry = {"customer_id": CUSTOMER, "external_id": "C-1", "name": customer.name}
    entry |= {"email": customer.email, "language": "en", "currency": "EUR"}
    place = keys.directory(of.entity_id, CUSTOMER)
    runtime.table().write(Put({**place, "type": "DIRECTORY", **entry}))
    hub.add_invoice(of, customer, FIRST, date(2026, 2, 1), 10_000)
    hub.add_invoice(of, customer, SECOND, date(2026, 2, 2), 5_000)
    return admin


def codes(token):
    told = call(token, "GET", f"/entities/demo/decisions?customer={CUSTOMER}").json
    return {d: one["code"] for one in told["decisions"] for d in one["documents"]}


def open_tickets():
    return {t["sk"] for t in runtime.table().query(keys.ticket_partition("demo", 0))}


def on(day):
    hub.move_clock(datetime(2026, 3, day, 12, tzinfo=UTC))


def promise(token, **changes):
    body = {"customer_id": CUSTOMER, "documents": [FIRST], "pays_on": "2026-03-05"}
    return call(token, "POST", "/entities/demo/promises", body | changes)


def dispute(token, **changes):
    body = {"customer_id": CUSTOMER, "documents": [FIRST], "reason": "price", "text": "Too dear."}
    return call(token, "POST", "/entities/demo/disputes", body | changes)


def states(token):
    listed = call(token, "GET", f"/entities/demo/promises?customer={CUSTOMER}").json["items"]
    return [one["state"] for one in listed]


def test_a_promise_stops_the_chase_through_its_days_of_grace_and_then_it_resumes(owing):
    made = promise(owing)
    assert (made.status, made.json["last_day"], made.json["state"]) == (
        201,
        "2026-03-08",
        "running",
    )
    assert promise(owing).json == made.json
    assert codes(owing) == {FIRST: "promised", SECOND: "stage_reached"}
    name = f"2026-03-09#{CUSTOMER}#promise:{made.json['promise_id']}"
    assert name in open_tickets()
    on(8)
    assert codes(owing)[FIRST] == "promised"
    on(9)
    assert codes(owing)[FIRST] == "stage_reached"
    assert states(owing) == ["broken"]


def test_money_by_its_value_date_keeps_a_promise(owing):
    promise(owing)
    on(9)
    body = {"amount": {"amount": "100.00", "currency": "EUR"}, "received_on": "2026-03-05"}
    body |= {"parts": [{"document": FIRST}]}
    path = f"/entities/demo/customers/{CUSTOMER}/payments"
    paid = call(owing, "POST", path, body, {"idempotency-key": "one"})
    assert paid.status == 201, paid.text
    assert states(owing) == ["kept"]


def test_a_promise_taken_back_lets_the_ladder_go_on_at_once(owing):
    made = promise(owing).json
    assert promise(owing, pays_on="2026-03-06").status == 409
    assert promise(owing, pays_on="2026-06-06").status == 422
    path = f"/entities/demo/promises/{made['promise_id']}/withdraw"
    assert call(owing, "POST", path, {"customer_id": CUSTOMER}).json["state"] == "withdrawn"
    assert codes(owing)[FIRST] == "stage_reached"
    assert states(owing) == ["withdrawn"]
    assert call(owing, "POST", path, {"customer_id": CUSTOMER}).status == 404


def test_a_dispute_stops_what_it_contests_and_nothing_beside_it(owing):
    made = dispute(owing, amount={"amount": "40.00", "currency": "EUR"}, documents=[SECOND])
    assert made.status == 201
    told = call(owing, "GET", f"/entities/demo/decisions?customer={CUSTOMER}").json
    covers = {c["document_id"]: c for c in told["coverage"]}
    assert covers[SECOND]["disputed"]["amount"] == "40.00"
    assert covers[SECOND]["free"]["amount"] == "10.00"
    dispute(owing)
    assert codes(owing) == {FIRST: "disputed", SECOND: "stage_reached"}
    kinds = [task.kind for task in runtime.tasks().list_open("demo")]
    assert kinds == ["dispute", "dispute"]
    assert dispute(owing, text="Again.").status == 409


@pytest.mark.parametrize(
    ("outcome", "quiet"), [("won", False), ("withdrawn", False), ("lost", True)]
)
def test_how_a_dispute_ends_decides_whether_the_chase_resumes(owing, outcome, quiet):
    made = dispute(owing).json
    path = f"/entities/demo/disputes/{made['dispute_id']}/close"
    body = {"customer_id": CUSTOMER, "outcome": outcome, "answer": "As agreed."}
    ended = call(owing, "POST", path, body)
    assert (ended.status, ended.json["closed_on"]) == (200, "2026-03-02")
    assert codes(owing)[FIRST] == ("disputed" if quiet else "stage_reached")
    assert [t.kind for t in runtime.tasks().list_open("demo")].count("credit") == quiet
    assert call(owing, "POST", path, body).status == 409
    (listed,) = call(owing, "GET", f"/entities/demo/disputes?customer={CUSTOMER}").json["items"]
    assert (listed["outcome"], listed["answer"]) == (outcome, "As agreed.")
    on(16)
    assert codes(owing)[FIRST] == ("disputed" if quiet else "stage_reached")
    on(17)
    assert codes(owing)[FIRST] == "stage_reached"
