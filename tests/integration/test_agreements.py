"""Promises and disputes through the operator API: what each stops, and how it ends."""

from datetime import UTC, date, datetime
from functools import partial

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.policy_yaml import read_policy, standard_text
from shared.adapters.table import Put
from shared.domain.account_as_of import account_as_of
from shared.domain.agreement import DisputeOutcome
from shared.domain.notices import next_notice
from shared.errors import Conflict, NotFound
from shared.usecases.disputes import close_dispute
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


@pytest.mark.rule("R5")
def test_the_answer_to_a_dispute_is_mailed_once_however_many_close_it(owing):
    whose, made = ("demo", CUSTOMER), dispute(owing).json["dispute_id"]
    closing = partial(
        close_dispute, disputes=runtime.disputes(), entity_id="demo", customer_id=CUSTOMER,
        dispute_id=made, outcome=DisputeOutcome.WON, answer="As agreed.", now=runtime.now(),
    )  # fmt: skip
    lost = runtime.accounts().account(*whose)

    class Late:
        """Two read the account before either has written."""

        entity, reads = staticmethod(runtime.accounts().entity), 0

        def account(self, *asked):
            self.reads += 1
            return lost if self.reads == 1 else runtime.accounts().account(*asked)

    other = next_notice(None, kind="link", as_of=NOON.date(), claimed_at=NOON)
    assert runtime.notices().claim(*whose, other, NOON)
    late = Late()
    assert closing(late).outcome is DisputeOutcome.WON
    assert late.reads == 2, "the number was not lost first"
    with pytest.raises(Conflict):
        closing(runtime.accounts())
    told = [runtime.accounts().notice(*whose, n) for n in (1, 2)]
    assert [(n.kind, n.dispute_id) for n in told] == [("link", ""), ("answer", made)]
    with pytest.raises(NotFound):
        runtime.accounts().notice(*whose, 3)


@pytest.mark.law("30")
def test_a_hold_that_is_over_leaves_what_every_decision_reads_and_is_still_known(owing):
    body = {"customer_id": CUSTOMER, "reason": "asked for time", "ends_on": "2026-03-04"}
    made = call(owing, "POST", "/entities/demo/holds", body).json
    of = runtime.entities().get("demo")
    on(4)
    hub.sweep(of)
    assert len(runtime.accounts().account("demo", CUSTOMER).holds) == 1
    on(5)
    hub.sweep(of)
    assert runtime.accounts().account("demo", CUSTOMER).holds == ()
    (kept,) = call(owing, "GET", f"/entities/demo/holds?customer={CUSTOMER}").json["items"]
    assert (kept["hold_id"], kept["ends_on"]) == (made["hold_id"], "2026-03-04")
    then = datetime(2026, 3, 3, 12, tzinfo=UTC)
    (known,) = account_as_of(runtime.records().record("demo", CUSTOMER), then).holds
    assert (known.hold_id, known.in_force(then.date())) == (made["hold_id"], True)
    end = f"/entities/demo/holds/{made['hold_id']}/end"
    assert call(owing, "POST", end, {"customer_id": CUSTOMER}).status == 409


PLAN = {"documents": [FIRST, SECOND], "parts": 3, "first_on": "2026-03-09", "pace": "weekly"}


def plan(token, key="one", **changes):
    body = {"customer_id": CUSTOMER, **PLAN, "consent": "By phone with Ms Roth."} | changes
    return call(token, "POST", "/entities/demo/plans", body, {"idempotency-key": key})


def plans(token):
    return call(token, "GET", f"/entities/demo/plans?customer={CUSTOMER}").json["items"]


def test_a_plan_is_shown_first_and_agreed_once(owing):
    body = {"customer_id": CUSTOMER, **PLAN}
    shown = call(owing, "POST", "/entities/demo/plans/preview", body)
    made = plan(owing)
    assert (shown.status, made.status) == (200, 201), made.text
    days = [(part["due_on"], part["amount"]["amount"]) for part in made.json["parts"]]
    assert days == [("2026-03-09", "50.00"), ("2026-03-16", "50.00"), ("2026-03-23", "50.00")]
    assert shown.json["parts"] == made.json["parts"]
    assert plan(owing).json == made.json
    assert plan(owing, key="two").status == 409
    assert [one["state"] for one in plans(owing)] == ["running"]
    tickets = {t.split("#")[0] for t in open_tickets() if "plan" in t}
    assert tickets == {f"2026-03-{day:02}" for day in (9, 13, 16, 20, 23, 27)}


def test_a_plan_beyond_the_policy_is_refused_with_the_limit(owing):
    assert plan(owing, parts=7).status == 422
    assert plan(owing, first_on="2026-05-01").status == 422
    assert plan(owing, documents=["01J" + "Z" * 23]).status == 404
    assert plan(owing, consent="").status == 422


@pytest.mark.rule("R5")
def test_a_missed_part_is_noted_once_and_the_old_rungs_are_back(owing):
    plan(owing)
    on(9)
    assert codes(owing)[f"{FIRST}/20260309"] == "stage_reached"
    of = runtime.entities().get("demo")
    for _ in range(2):
        hub.sweep(of)
    hub.relay(of)
    hub.drain("NOTICE")
    (mail,) = hub.sent_mails()
    assert f"{FIRST} (1/3)" in mail.body
    assert "due today" in mail.body
    on(13)
    assert plans(owing)[0]["state"] == "missed"
    for _ in range(3):
        hub.sweep(of)
    (over,) = plans(owing)
    assert (over["state"], over["ended_on"]) == ("missed", "2026-03-13")
    kinds = [task.kind for task in runtime.tasks().list_open("demo")]
    assert kinds.count("plan_missed") == 1
    assert set(codes(owing)) == {FIRST, SECOND}


@pytest.mark.rule("R5")
def test_a_plan_that_was_paid_is_over_and_asks_nobody_for_work(owing):
    plan(owing)
    body = {"amount": {"amount": "150.00", "currency": "EUR"}, "received_on": "2026-03-02"}
    body |= {"parts": [{"document": FIRST}, {"document": SECOND}]}
    path = f"/entities/demo/customers/{CUSTOMER}/payments"
    assert call(owing, "POST", path, body, {"idempotency-key": "pay"}).status == 201
    on(9)
    hub.sweep(runtime.entities().get("demo"))
    assert [one["state"] for one in plans(owing)] == ["kept"]
    assert "plan_missed" not in [t.kind for t in runtime.tasks().list_open("demo")]


def test_a_plan_ended_by_a_person_lets_the_old_rungs_speak_at_once(owing):
    made = plan(owing).json
    path = f"/entities/demo/plans/{made['plan_id']}/end"
    ended = call(owing, "POST", path, {"customer_id": CUSTOMER})
    assert (ended.status, ended.json["state"]) == (200, "ended")
    assert codes(owing) == {FIRST: "stage_reached", SECOND: "stage_reached"}
    assert call(owing, "POST", path, {"customer_id": CUSTOMER}).status == 409
    assert plan(owing, key="two").status == 201


@pytest.mark.rule("R5")
def test_a_broken_promise_is_counted_and_becomes_work_once(owing):
    promise(owing)
    of = runtime.entities().get("demo")
    on(8)
    hub.sweep(of)
    assert states(owing) == ["running"]
    on(9)
    for _ in range(3):
        hub.sweep(of)
    assert states(owing) == ["broken"]
    assert runtime.accounts().account("demo", CUSTOMER).broken_promises == 1
    kinds = [task.kind for task in runtime.tasks().list_open("demo")]
    assert kinds.count("promise_broken") == 1
    body = {"amount": {"amount": "100.00", "currency": "EUR"}, "received_on": "2026-03-05"}
    body |= {"parts": [{"document": FIRST}]}
    path = f"/entities/demo/customers/{CUSTOMER}/payments"
    call(owing, "POST", path, body, {"idempotency-key": "late"})
    assert states(owing) == ["broken"]
    assert promise(owing, documents=[SECOND], pays_on="2026-03-12").status == 201


def test_a_hold_ended_early_keeps_its_dates_and_says_when(owing):
    body = {"customer_id": CUSTOMER, "reason": "talks", "ends_on": "2026-03-20"}
    made = call(owing, "POST", "/entities/demo/holds", body).json
    assert set(codes(owing).values()) == {"on_hold"}
    on(4)
    path = f"/entities/demo/holds/{made['hold_id']}/end"
    ended = call(owing, "POST", path, {"customer_id": CUSTOMER}).json
    assert (ended["ends_on"], ended["ended_on"]) == ("2026-03-20", "2026-03-04")
    assert set(codes(owing).values()) == {"stage_reached"}
    assert call(owing, "POST", path, {"customer_id": CUSTOMER}).status == 409


def test_a_hold_of_an_amount_leaves_the_rest_chased(owing):
    body = {"customer_id": CUSTOMER, "reason": "line 2", "ends_on": "2026-03-20"}
    body |= {"documents": [FIRST], "amount": {"amount": "30.00", "currency": "EUR"}}
    assert call(owing, "POST", "/entities/demo/holds", body).status == 201
    told = call(owing, "GET", f"/entities/demo/decisions?customer={CUSTOMER}").json
    covers = {c["document_id"]: c for c in told["coverage"]}
    assert covers[FIRST]["held"]["amount"] == "30.00"
    assert covers[FIRST]["free"]["amount"] == "70.00"
    assert set(codes(owing).values()) == {"stage_reached"}


def pay(token, key, **changes):
    body = {"amount": {"amount": "100.00", "currency": "EUR"}, "received_on": "2026-03-05"}
    path = f"/entities/demo/customers/{CUSTOMER}/payments"
    return call(token, "POST", path, body | changes, {"idempotency-key": key})


@pytest.mark.rule("R5")
@pytest.mark.rule("R10")
def test_money_that_waits_unallocated_keeps_a_promise_undecided_until_it_has_its_place(owing):
    promise(owing)
    on(5)
    made = pay(owing, "one").json
    assert made["unapplied"]["amount"] == "100.00"
    of = runtime.entities().get("demo")
    on(9)
    for _ in range(2):
        hub.sweep(of)
    assert states(owing) == ["running"]
    assert runtime.accounts().account("demo", CUSTOMER).broken_promises == 0
    assert any("promise-waits" in name for name in open_tickets())
    path = f"/entities/demo/customers/{CUSTOMER}/credits/{made['payment_id']}/allocate"
    body = {"parts": [{"document": FIRST}]}
    assert call(owing, "POST", path, body, {"idempotency-key": "two"}).status in (200, 201)
    on(10)
    hub.sweep(of)
    assert states(owing) == ["kept"]
    assert "promise_broken" not in [t.kind for t in runtime.tasks().list_open("demo")]
