"""calls: the list, what came of a call, and why there is nothing to call about."""

import json

import pytest

from infra.cli.errors import Exit

ONE = "/entities/demo/calls?customer=C-7"
DONE = {"follow_up": "promise", "made": "p1", "task": None}
PROMISED = ("calls", "outcome", "C-7", "reached_promise", "--pays-on", "2026-03-20")
CALL = {
    "task_id": "01JTASK",
    "task_ids": ["01JTASK", "01JOTHER"],
    "customer_id": "01JCUSTOMER",
    "external_id": "C-7",
    "name": "Nordlicht GmbH",
    "phone": "",
    "sums": [
        {"chaseable": {"amount": "12.00", "currency": "EUR"}, "days_late": 9},
        {"chaseable": {"amount": "5.00", "currency": "USD"}, "days_late": 3},
    ],
    "broken_promises": 0,
    "items": [{"number": f"INV-{n}"} for n in range(1, 6)],
    "last_contacts": [],
}


def test_the_call_list_names_people_what_they_owe_and_no_id_of_ours(hub, duecourse, monkeypatch):
    monkeypatch.setenv("DUECOURSE_ENTITY", "demo")
    hub.answers["GET", "/entities/demo/calls?limit=50"] = (200, {"items": [CALL], "nothing": None})
    code, out, _ = duecourse("calls")
    assert code == 0
    for told in (
        "C-7",
        "Nordlicht GmbH",
        "12.00 EUR",
        "5.00 USD",
        "INV-1, INV-2, INV-3 and 2 more",
    ):
        assert told in out
    assert "01J" not in out


def test_the_outcome_of_a_call_is_noted_by_the_customer(hub, duecourse, monkeypatch):
    monkeypatch.setenv("DUECOURSE_ENTITY", "demo")
    hub.answers["GET", ONE] = (200, {"items": [CALL], "nothing": None})
    done = {"follow_up": "call_again", "made": "", "task": {"title": "Call again", "due_on": "D"}}
    hub.answers["POST", "/entities/demo/calls/01JTASK/outcome"] = (200, done)
    code, _, err = duecourse("calls", "outcome", "C-7", "no_answer")
    assert (code, err.strip()) == (0, "Noted: call again, Call again, by D.")


def opened(*documents: tuple[str, str]) -> dict[str, object]:
    return {
        "items": [
            {
                "document_id": f"01J{number}",
                "number": number,
                "external_id": f"erp-{number}",
                "open": {"amount": "100.00", "currency": currency},
            }
            for number, currency in documents
        ],
        "next": None,
    }


@pytest.fixture
def callable_(hub, monkeypatch):
    monkeypatch.setenv("DUECOURSE_ENTITY", "demo")
    hub.answers["GET", ONE] = (200, {"items": [CALL], "nothing": None})
    whose = {"customer_id": "01JCUSTOMER"}
    for name in ("C-7", "01JCUSTOMER"):
        hub.answers["GET", f"/entities/demo/customers/{name}"] = (200, whose)
    hub.answers["POST", "/entities/demo/calls/01JTASK/outcome"] = (200, DONE)
    owes(hub, ("INV-1", "EUR"), ("INV-2", "EUR"))
    return hub


def owes(hub, *documents: tuple[str, str]) -> None:
    hub.answers["GET", "/entities/demo/invoices?customer=01JCUSTOMER"] = (200, opened(*documents))


def sent(hub) -> dict[str, object]:
    method, _, body = hub.asked[-1]
    assert method == "POST"
    return json.loads(body)


@pytest.mark.parametrize("name", ["INV-2", "erp-INV-2", "01JINV-2"])
def test_a_document_is_named_by_its_number_the_erps_id_or_ours(callable_, duecourse, name):
    code, _, err = duecourse(*PROMISED, "--document", name)
    assert (code, sent(callable_)["documents"]) == (0, ["01JINV-2"]), err


def test_a_document_that_is_not_open_is_named_and_nothing_is_sent(callable_, duecourse):
    code, _, err = duecourse(*PROMISED, "--document", "INV-9")
    assert (code, "INV-9 is not open for this customer" in err) == (Exit.USAGE, True)
    assert all(method == "GET" for method, _, _ in callable_.asked)


def test_an_amount_is_in_the_one_currency_in_which_the_customer_owes(callable_, duecourse):
    owes(callable_, ("INV-1", "USD"), ("INV-2", "USD"))
    assert duecourse(*PROMISED, "--amount", "40.00")[0] == 0
    assert sent(callable_)["amount"] == {"amount": "40.00", "currency": "USD"}


def test_an_amount_is_in_no_guessed_currency(callable_, duecourse):
    owes(callable_, ("INV-1", "USD"), ("INV-2", "EUR"))
    code, _, err = duecourse(*PROMISED, "--amount", "40.00")
    assert (code, "Say --currency EUR or USD" in err) == (Exit.USAGE, True)
    assert duecourse(*PROMISED, "--amount", "40.00", "--document", "INV-1")[0] == 0
    assert sent(callable_)["amount"] == {"amount": "40.00", "currency": "USD"}
    assert duecourse(*PROMISED, "--amount", "40.00", "--currency", "eur")[0] == 0
    assert sent(callable_)["amount"] == {"amount": "40.00", "currency": "EUR"}
    assert duecourse(*PROMISED, "--currency", "EUR")[0] == Exit.USAGE


def nothing(code: str, task_id: str | None = "01JWAITS") -> dict[str, object]:
    why = {"code": code, "reason": "INV-1: promised for 2026-03-20.", "since": "2026-03-02"}
    return {"items": [], "nothing": why | {"task_id": task_id}}


def test_who_is_not_to_be_called_is_told_why_and_nothing_is_noted(callable_, duecourse):
    callable_.answers["GET", ONE] = (200, nothing("spoken_for"))
    code, _, err = duecourse("calls", "outcome", "C-7", "no_answer")
    assert code == Exit.REFUSED
    told = " ".join(err.split())
    assert "spoken_for: nothing to call C-7 about. INV-1: promised for 2026-03-20." in told
    assert "name the task: 01JWAITS" in told
    assert "not_found" not in err
    assert all(method == "GET" for method, _, _ in callable_.asked)


def test_a_call_that_was_put_off_is_noted_when_the_customer_calls_back(callable_, duecourse):
    callable_.answers["GET", ONE] = (200, nothing("put_off"))
    callable_.answers["POST", "/entities/demo/calls/01JWAITS/outcome"] = (200, DONE)
    assert duecourse(*PROMISED)[0] == 0
    assert callable_.asked[-1][1] == "/entities/demo/calls/01JWAITS/outcome"


def test_a_task_names_a_call_and_what_is_neither_is_said(callable_, duecourse):
    task = {"task_id": "01JWAITS", "customer_id": "01JCUSTOMER"}
    callable_.answers["GET", "/entities/demo/tasks"] = (200, {"items": [task], "next": None})
    callable_.answers["POST", "/entities/demo/calls/01JWAITS/outcome"] = (200, DONE)
    said = ("calls", "outcome", "01JWAITS", "reached_promise", "--amount", "40.00")
    assert duecourse(*said)[0] == 0
    assert sent(callable_)["amount"] == {"amount": "40.00", "currency": "EUR"}
    code, _, err = duecourse("calls", "outcome", "X-1", "no_answer")
    assert (code, "X-1: no such customer, and no open task" in err) == (Exit.REFUSED, True)


def test_one_customer_is_looked_up_with_the_reason(callable_, duecourse):
    asked = "/entities/demo/calls?limit=50&customer=C-7"
    callable_.answers["GET", asked] = (200, nothing("noted", None))
    code, out, err = duecourse("calls", "--customer", "C-7")
    assert (code, out, "nothing to call C-7 about" in err) == (0, "", True)
    told = json.loads(duecourse("calls", "--customer", "C-7", "--json")[1])
    assert told["nothing"]["code"] == "noted"


def test_a_refusal_by_a_limit_is_one_sentence_with_the_limit(callable_, duecourse):
    facts = {"field": "pays_on", "limit": "days", "least": "2026-03-02", "most": "2026-03-16"}
    facts |= {"reason": "a day from 2026-03-02 to 2026-03-16", "rule": 7}
    told = {"code": "invalid_input", "detail": "Correct the named field.", "facts": facts}
    callable_.answers["POST", "/entities/demo/calls/01JTASK/outcome"] = (422, told)
    code, _, err = duecourse(*PROMISED)
    said = "pays_on: a day from 2026-03-02 to 2026-03-16. Correct the named field. (rule: 7)"
    assert (code, " ".join(err.split())) == (Exit.REFUSED, f"duecourse: invalid_input: {said}")


def test_a_refusal_of_fields_names_each_with_what_is_expected(callable_, duecourse):
    wrong = {"field": "pays_on", "code": "bad_day", "reason": "Write a day as YYYY-MM-DD."}
    told = {"code": "invalid_input", "detail": "Correct the named fields.", "fields": [wrong]}
    callable_.answers["POST", "/entities/demo/calls/01JTASK/outcome"] = (422, told)
    _, _, err = duecourse(*PROMISED)
    assert "  pays_on: Write a day as YYYY-MM-DD." in err


@pytest.mark.parametrize(
    ("typed", "said"),
    [(("--limit", "0"), "It is at least 1."), (("--limit", "ten"), "Write a whole number.")],
)
def test_an_option_is_refused_with_what_it_takes(callable_, duecourse, typed, said):
    code, _, err = duecourse("calls", *typed)
    assert (code, said in err, "Input" in err) == (Exit.USAGE, True, False)
    code, _, err = duecourse("calls", "outcome", "C-7", "callback", "--days", "soon")
    assert (code, "Write a whole number." in err) == (Exit.USAGE, True)
