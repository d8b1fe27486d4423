"""The call list: who comes first, and what follows from what came of a call."""

from datetime import date, timedelta

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Put
from tests.integration import hub
from tests.integration.test_console import (  # noqa: F401 - identity is a fixture
    acme,
    csrf,
    get,
    identity,
    post,
)
from tests.integration.test_ladder import DUE, LADDER, live
from tests.support.operators import ADMIN, AUDIENCE, call, issuer, operator

ONE, TWO = "01J" + "A" * 23, "01J" + "B" * 23
SMALL, LARGE = "01J" + "C" * 23, "01J" + "D" * 23
CALL_DAY = DUE + timedelta(days=21)


@pytest.fixture
def admin(cloud, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        yield serving


@pytest.fixture
def listed(admin):
    """Two customers whose day to be called has come; the second owes more."""
    of = hub.seed(LADDER)
    for customer_id, document_id, minor in ((ONE, SMALL, 5_000), (TWO, LARGE, 90_000)):
        whose = hub.add_customer(of, customer_id=customer_id, phone="+49 30 123456")
        hub.add_invoice(of, whose, document_id, DUE, minor)
        entry = {"customer_id": customer_id, "external_id": "C", "name": whose.name}
        entry |= {"email": whose.email, "language": "en", "currency": "EUR"}
        runtime.table().write(
            Put({**keys.directory("demo", customer_id), "type": "DIRECTORY", **entry})
        )
    live(CALL_DAY, of, times=2)
    return admin.mint(ADMIN)


def calls(token):
    answer = call(token, "GET", "/entities/demo/calls")
    assert answer.status == 200, answer.json
    return answer.json["items"]


def outcome(token, task, said, **more):
    return call(token, "POST", f"/entities/demo/calls/{task}/outcome", {"outcome": said} | more)


def test_the_one_that_brings_most_is_called_first(listed):
    found = calls(listed)
    assert [c["customer_id"] for c in found] == [TWO, ONE]
    assert found[0]["chaseable"] == {"amount": "900.00", "currency": "EUR"}
    assert (found[0]["days_late"], found[0]["phone"]) == (21, "+49 30 123456")


def test_a_promise_on_the_phone_is_a_promise_and_ends_the_call(listed):
    task = calls(listed)[0]["task_id"]
    day = (CALL_DAY + timedelta(days=3)).isoformat()
    answer = outcome(listed, task, "reached_promise", pays_on=day)
    assert answer.status == 200, answer.json
    assert (answer.json["follow_up"], answer.json["task"]) == ("promise", None)
    (promise,) = runtime.accounts().account("demo", TWO).promises
    assert (promise.promise_id, promise.documents) == (answer.json["made"], (LARGE,))
    assert [c["customer_id"] for c in calls(listed)] == [ONE]
    assert outcome(listed, task, "refused").status == 404


def test_a_promise_without_a_day_is_sent_back(listed):
    task = calls(listed)[0]["task_id"]
    assert outcome(listed, task, "reached_promise").status == 422
    assert len(calls(listed)) == 2


def test_a_dispute_on_the_phone_is_a_dispute(listed):
    task = calls(listed)[0]["task_id"]
    said = {"reason": "quality", "text": "Half of it was broken."}
    answer = outcome(listed, task, "reached_dispute", **said)
    (dispute,) = runtime.accounts().account("demo", TWO).disputes
    assert dispute.dispute_id == answer.json["made"]
    kinds = sorted(t.kind for t in runtime.tasks().list_open("demo"))
    assert kinds == ["call", "dispute"]


def test_nobody_answers_so_the_call_comes_back_in_three_days(listed):
    task = calls(listed)[0]["task_id"]
    again = outcome(listed, task, "no_answer", days=3).json["task"]
    assert again["due_on"] == (CALL_DAY + timedelta(days=3)).isoformat()
    assert [c["customer_id"] for c in calls(listed)] == [ONE]
    of = runtime.entities().get("demo")
    live(CALL_DAY + timedelta(days=3), of)
    (first, _) = calls(listed)
    assert first["customer_id"] == TWO
    assert first["last_contacts"][0]["what"] == "no_answer"


@pytest.mark.parametrize(("said", "kind"), [("wrong_number", "find_number"), ("refused", "decide")])
def test_what_a_clerk_cannot_settle_becomes_the_next_task(listed, said, kind):
    task = calls(listed)[0]["task_id"]
    follows = outcome(listed, task, said, note="Says never.").json["task"]
    assert (follows["kind"], follows["detail"]) == (kind, "Says never.")
    past = [t for t in runtime.receivables().story("demo", TWO) if t["type"] == "TASK"]
    assert [t["note"] for t in past] == [f"{said}: Says never."]


def test_paid_meanwhile_is_not_called(listed):
    hub.move_clock(runtime.now().business)
    runtime.table().write(Put(_credit(TWO, 90_000)))
    assert [c["customer_id"] for c in calls(listed)] == [ONE]


def _credit(customer_id: str, minor: int) -> dict[str, object]:
    place = keys.credit("demo", customer_id, "p1")
    day = date(2026, 3, 20).isoformat()
    unapplied = {"currency": "EUR", "unapplied": minor, "received_on": day, "version": 1}
    return {**place, "type": "CREDIT", "source_id": "p1", **unapplied}


def test_a_viewer_may_look_and_not_note(listed, admin):
    viewer = admin.mint(operator("demo:viewer"))
    task = calls(viewer)[0]["task_id"]
    assert outcome(viewer, task, "refused").status == 403


def test_the_page_shows_number_debt_and_forms_and_takes_an_outcome(acme, identity):  # noqa: F811 - a fixture is imported
    token = identity.mint(ADMIN)
    page = get(token, "/console/e/acme/calls")
    assert page.status == 200
    assert "Promises to pay" in page.text
    assert "<script" not in page.text
    (task,) = runtime.tasks().list_open("acme")
    fields = {"csrf": csrf(page), "outcome": "no_answer", "days": "2", "currency": "EUR"}
    done = post(token, f"/console/e/acme/calls/{task.task_id}", **fields)
    assert (done.status, done.headers["location"]) == (303, "/console/e/acme/calls")
    (again,) = runtime.tasks().list_open("acme")
    assert again.task_id != task.task_id
    twice = post(token, f"/console/e/acme/calls/{task.task_id}", **fields)
    assert twice.status == 422
