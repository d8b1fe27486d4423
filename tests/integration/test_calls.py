"""The call list: who comes first, and what follows from what came of a call."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.heads import head_writes
from shared.adapters.table import EXISTS, Put
from shared.adapters.tasks import open_task_put
from shared.domain.call_list import CallOutcome
from shared.domain.document import Instalment
from shared.domain.money import Money
from shared.domain.notice import DeliveryState
from shared.domain.tasks import Task
from shared.errors import Conflict
from shared.usecases.call_customers import Said, note_outcome
from shared.usecases.work_list import end_settled
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
from tests.support.samples import eur

ONE, TWO = "01J" + "A" * 23, "01J" + "B" * 23
SMALL, LARGE, NEWER = "01J" + "C" * 23, "01J" + "D" * 23, "01J" + "E" * 23
NOW = datetime(2026, 3, 23, tzinfo=UTC)
CALL_DAY = DUE + timedelta(days=21)


@pytest.fixture
def admin(cloud, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        yield serving


@pytest.fixture
def listed(admin, monkeypatch):
    """Two customers whose day to be called has come; the second owes more."""
    monkeypatch.setattr(runtime, "has_gateway", lambda: False)  # the janitor has nobody to ask
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
    (sum_,) = found[0]["sums"]
    assert sum_["chaseable"] == {"amount": "900.00", "currency": "EUR"}
    assert (sum_["days_late"], found[0]["phone"]) == (21, "+49 30 123456")
    assert [item["number"] for item in found[0]["items"]] == [LARGE]


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


def one(token, customer):
    answer = call(token, "GET", f"/entities/demo/calls?customer={customer}")
    assert answer.status == 200, answer.json
    return answer.json


def test_who_is_not_to_be_called_is_known_with_the_reason_and_since_when(listed):
    assert one(listed, TWO)["items"] == [c for c in calls(listed) if c["customer_id"] == TWO]
    assert one(listed, TWO)["nothing"] is None
    task = calls(listed)[0]["task_id"]
    assert outcome(listed, task, "no_answer", days=3, note="Rang twice.").status == 200
    agreed = one(listed, TWO)["nothing"]
    assert agreed["code"] == "put_off"
    assert str(CALL_DAY + timedelta(days=3)) in agreed["reason"]
    day = (CALL_DAY + timedelta(days=3)).isoformat()
    done = outcome(listed, agreed["task_id"], "reached_promise", pays_on=day, note="On Friday.")
    assert done.status == 200, done.json
    found = one(listed, TWO)
    assert (found["items"], found["nothing"]["code"]) == ([], "noted")
    assert "reached promise: On Friday." in found["nothing"]["reason"]
    assert found["nothing"]["since"] == CALL_DAY.isoformat()
    assert call(listed, "GET", "/entities/demo/calls?customer=C-none").status == 404


def test_a_debt_that_is_covered_meanwhile_is_told_with_what_covers_it(listed):
    runtime.table().write(Put(_credit(TWO, 90_000)))
    nothing = one(listed, TWO)["nothing"]
    assert (nothing["code"], nothing["since"]) == ("spoken_for", "2026-03-20")
    assert nothing["task_id"]
    pay_all(ONE, SMALL)
    janitor()
    assert one(listed, ONE)["nothing"]["code"] == "settled"


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


def test_what_is_wrong_with_an_outcome_is_said_by_field_in_words(admin):
    sent = {"pays_on": "Friday", "days": 99, "amount": {"amount": "1,5"}, "documents": ["INV-7"]}
    answer = outcome(admin.mint(ADMIN), "01JTASK", "won", **sent)
    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    found = {one["field"]: one["code"] for one in answer.json["fields"]}
    assert found == {
        "outcome": "no_choice",
        "pays_on": "bad_day",
        "days": "out_of_range",
        "amount.amount": "bad_form",
        "amount.currency": "missing",
        "documents.0": "bad_form",
    }
    assert "^" not in str(answer.json) and "Input" not in str(answer.json)


def test_paid_meanwhile_is_not_called(listed):
    hub.move_clock(runtime.now().business)
    runtime.table().write(Put(_credit(TWO, 90_000)))
    assert [c["customer_id"] for c in calls(listed)] == [ONE]


@pytest.mark.rule("R19")
def test_an_invoice_that_is_paid_ends_its_call_and_is_no_work_before(listed):
    """Nobody has to look: the lists leave it out at once, and the janitor's next round ends it."""
    pay_all(TWO, LARGE)
    assert [c["customer_id"] for c in calls(listed)] == [ONE]
    left = call(listed, "GET", "/entities/demo/tasks").json["items"]
    assert [t["customer_id"] for t in left] == [ONE]
    assert [t.customer_id for t in runtime.tasks().list_open("demo")].count(TWO) == 1
    janitor()
    assert [t.customer_id for t in runtime.tasks().list_open("demo")] == [ONE]
    (past,) = [t for t in runtime.receivables().story("demo", TWO) if t["type"] == "TASK"]
    assert (past["note"], past["done_by"]) == ("Settled meanwhile.", "")
    told = runtime.contacts().last("demo", TWO, 5)
    assert "call" not in [contact.channel for contact in told], "nobody called"
    janitor()


def test_what_is_only_covered_does_not_end_its_call(listed):
    task = calls(listed)[0]["task_id"]
    runtime.table().write(Put(_credit(TWO, 90_000)))
    janitor()
    assert runtime.tasks().get("demo", task).status == "open"


def test_whoever_ends_a_settled_call_first_has_ended_it(listed):
    pay_all(TWO, LARGE)

    class Late:
        """Reads what was there before somebody else ended it."""

        def __init__(self):
            self.seen = list(runtime.tasks().list_open("demo"))

        def list_open(self, _):
            return iter(self.seen)

        def __getattr__(self, name):
            return getattr(runtime.tasks(), name)

    late = Late()
    janitor()
    assert end_settled(late, runtime.approvals(), "demo", runtime.now()) == 0


@pytest.mark.rule("R19")
def test_what_waits_for_approval_is_withdrawn_once_it_is_paid(listed):
    of = runtime.entities().get("demo")
    live(DUE + timedelta(days=45), of, times=2)
    asked = [t for t in runtime.tasks().list_open("demo") if t.kind == "approve"]
    (task,) = [t for t in asked if t.customer_id == TWO]
    pay_all(TWO, LARGE)
    janitor()
    left = [t for t in runtime.tasks().list_open("demo") if t.customer_id == TWO]
    assert left == []
    notice = runtime.accounts().notice("demo", TWO, task.notice)
    assert notice.delivery is DeliveryState.WITHDRAWN
    assert len([t for t in runtime.tasks().list_open("demo") if t.kind == "approve"]) == 1


class Racing:
    """The tasks of a hub where somebody is a moment quicker, once."""

    def __init__(self, quicker):
        self.quicker = quicker

    def followed(self, entity_id, done, after):
        quicker, self.quicker = self.quicker, None
        if quicker is not None:
            runtime.tasks().done(entity_id, quicker, runtime.now().business, "Eve", "done")
        return runtime.tasks().followed(entity_id, done, after)

    def __getattr__(self, name):
        return getattr(runtime.tasks(), name)


def test_an_outcome_is_noted_although_another_call_to_the_customer_ends_meanwhile(called_twice):
    first, second = calls(called_twice)[0]["task_ids"]
    ports = replace(runtime.calling(), tasks=Racing(second))
    said = Said(CallOutcome.NO_ANSWER)
    followed = note_outcome(ports, "demo", first, said, "Olga", runtime.now())
    assert followed.task.documents == (LARGE,)


def test_of_two_who_note_an_outcome_one_does(called_twice):
    first, _ = calls(called_twice)[0]["task_ids"]
    ports = replace(runtime.calling(), tasks=Racing(first))
    with pytest.raises(Conflict):
        note_outcome(ports, "demo", first, Said(CallOutcome.REFUSED), "Olga", runtime.now())
    kinds = [t.kind for t in runtime.tasks().list_open("demo")]
    assert "decide" not in kinds


@pytest.fixture
def called_twice(listed):
    """The larger customer has a second debt, whose day to be called came a week later."""
    of = runtime.entities().get("demo")
    whose = runtime.accounts().customer("demo", TWO)
    later = DUE + timedelta(days=7)
    hub.add_invoice(of, whose, NEWER, later, 12_300, number="INV-NEWER")
    live(CALL_DAY + timedelta(days=1), of, times=2)
    (first, _) = calls(listed)
    assert [item["number"] for item in first["items"]] == [LARGE], "a newer debt has its own stage"
    assert "NEWER" not in first["detail"]
    live(later + timedelta(days=21), of, times=3)
    return listed


def test_a_customer_with_two_calls_to_make_is_named_once(called_twice):
    first, second = calls(called_twice)
    assert (first["customer_id"], second["customer_id"]) == (TWO, ONE)
    assert len(first["task_ids"]) == 2
    assert [item["number"] for item in first["items"]] == [LARGE, "INV-NEWER"]
    assert first["sums"][0]["chaseable"] == {"amount": "1023.00", "currency": "EUR"}
    titles = [t["title"] for t in call(called_twice, "GET", "/entities/demo/tasks").json["items"]]
    assert len(titles) == len(set(titles)) == 3


@pytest.mark.parametrize("which", [0, 1])
def test_an_outcome_ends_all_the_calls_to_a_customer(called_twice, which):
    task = calls(called_twice)[0]["task_ids"][which]
    again = outcome(called_twice, task, "no_answer", days=3).json["task"]
    assert sorted(again["documents"]) == sorted([LARGE, NEWER])
    assert again["title"] == f"Call again about {LARGE}, INV-NEWER"
    open_ones = [t for t in runtime.tasks().list_open("demo") if t.customer_id == TWO]
    assert [t.task_id for t in open_ones] == [again["task_id"]]
    whats = [c.what for c in runtime.contacts().last("demo", TWO, 9) if c.channel == "call"]
    assert whats == ["no_answer"], "one call was made"


def test_a_promise_covers_all_that_the_call_was_about(called_twice):
    day = (runtime.now().business.date() + timedelta(days=3)).isoformat()
    outcome(called_twice, calls(called_twice)[0]["task_id"], "reached_promise", pays_on=day)
    (promise,) = runtime.accounts().account("demo", TWO).promises
    assert (promise.documents, promise.amount.minor) == (tuple(sorted([LARGE, NEWER])), 102_300)
    assert [c["customer_id"] for c in calls(called_twice)] == [ONE]


def test_two_currencies_are_promised_each_for_itself(listed):
    of, whose = runtime.entities().get("demo"), runtime.accounts().customer("demo", TWO)
    dollars = hub.add_invoice(of, whose, NEWER, DUE, 5_000)
    money = Money(minor=5_000, currency="USD")
    head = head_writes(
        of, whose, dollars, replace(dollars, total=money, open=money, version=2), NOW
    )
    task = runtime.tasks().get("demo", calls(listed)[0]["task_id"])
    task = replace(task, documents=(LARGE, NEWER))
    runtime.table().write(*head, replace(open_task_put("demo", task), condition=EXISTS))
    found = calls(listed)[0]
    assert [s["chaseable"]["currency"] for s in found["sums"]] == ["EUR", "USD"]
    day = (CALL_DAY + timedelta(days=3)).isoformat()
    answer = outcome(listed, task.task_id, "reached_promise", pays_on=day)
    assert answer.status == 200, answer.json
    promises = runtime.accounts().account("demo", TWO).promises
    assert sorted((p.amount.minor, p.amount.currency) for p in promises) == [
        (5_000, "USD"),
        (90_000, "EUR"),
    ]


def test_a_call_about_an_instalment_names_that_part_alone(listed):
    of, whose = runtime.entities().get("demo"), runtime.accounts().customer("demo", ONE)
    plain = hub.add_invoice(of, whose, NEWER, CALL_DAY - timedelta(days=20), 9_000)
    days = (plain.due_on, plain.due_on + timedelta(days=19))
    parts = tuple(Instalment(n, day, eur(4_500), eur(4_500)) for n, day in enumerate(days, 1))
    in_parts = replace(plain, instalments=parts, version=2)
    runtime.table().write(*head_writes(of, whose, plain, in_parts, NOW))
    live(CALL_DAY + timedelta(days=1), of, times=2)
    (task,) = [t for t in runtime.tasks().list_open("demo") if NEWER in t.documents]
    assert (task.documents, task.items) == ((NEWER,), (f"{NEWER}/1",))
    found = next(c for c in calls(listed) if c["customer_id"] == ONE)
    assert [item["number"] for item in found["items"]] == [SMALL, f"{NEWER} (1/2)"]


def test_tasks_are_listed_in_the_order_of_their_days_page_by_page(listed):
    for n, days in enumerate([9, 1, 5, 1, 30]):
        day = CALL_DAY + timedelta(days=days)
        hand = Task(f"hand{n}", "question", TWO, f"Q{n}", runtime.now().business, day)
        assert runtime.tasks().open("demo", hand)
    seen, cursor = [], ""
    while True:
        page = call(listed, "GET", f"/entities/demo/tasks?limit=2&cursor={cursor}").json
        seen += [(t["due_on"], t["task_id"], t["customer"]) for t in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == 7
    assert seen == sorted(seen)
    assert {name for _, _, name in seen} == {runtime.accounts().customer("demo", TWO).name}


def pay_all(customer_id: str, document_id: str) -> None:
    """Close a document as money does that pays all of it."""
    of = runtime.entities().get("demo")
    account = runtime.accounts().account("demo", customer_id)
    before = account.document(document_id)
    after = replace(before, open=eur(0), version=before.version + 1)
    now = runtime.now()
    runtime.table().write(*head_writes(of, account.customer, before, after, now.wall))


def janitor() -> None:
    hub.invoke(hub.HANDLERS["JANITOR"], [json.dumps({"kind": "janitor"})])


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
