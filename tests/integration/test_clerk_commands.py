"""A clerk's commands through the real API: calls, explain and lists, as they are typed."""

import io
import json
import sys
from datetime import timedelta
from urllib.parse import unquote, urlsplit

import pytest

from infra.cli.errors import Exit
from infra.cli.http import Answer
from infra.cli.main import run
from shared import runtime
from tests.integration.test_calls import (  # noqa: F401 - fixtures
    CALL_DAY,
    LARGE,
    TWO,
    admin,
    listed,
)
from tests.support.operators import event, invoke


@pytest.fixture
def duecourse(listed, monkeypatch, capsys, tmp_path):  # noqa: F811 - a fixture is imported
    def request(method, url, headers=None, body=None):
        text = body.decode() if body else None
        address = unquote(url.removeprefix("http://hub.example"))
        assert urlsplit(address).path.startswith("/api/v1/")
        told = invoke(event(method, address, headers, text))
        return Answer(told.status, told.headers, (), told.text.encode())

    monkeypatch.setenv("DUECOURSE_API_URL", "http://hub.example/api/v1")
    monkeypatch.setenv("DUECOURSE_TOKEN", listed)
    monkeypatch.setenv("DUECOURSE_ENTITY", "demo")
    monkeypatch.setattr("infra.cli.api.request", request)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["duecourse", *arguments])
        with pytest.raises(SystemExit) as ended:
            run()
        told = capsys.readouterr()
        return ended.value.code or 0, " ".join(told.out.split()), " ".join(told.err.split())

    return call


def test_a_promise_of_part_of_one_invoice_is_noted_by_number_and_then_nobody_is_to_be_called(
    duecourse,
):
    day = CALL_DAY + timedelta(days=3)
    far = (CALL_DAY + timedelta(days=90)).isoformat()
    said = ("calls", "outcome", TWO, "reached_promise", "--document", LARGE, "--amount")
    code, _, err = duecourse(*said, "900.00", "--pays-on", far)
    last = CALL_DAY + timedelta(days=14)
    assert (code, f"pays_on: a day from {CALL_DAY} to {last}." in err) == (Exit.REFUSED, True), err
    code, _, err = duecourse(*said, "901.00", "--pays-on", day.isoformat())
    assert (code, "amount: above zero and at most 900.00 EUR." in err) == (Exit.REFUSED, True), err
    code, _, err = duecourse(*said, "900,00", "--pays-on", "Friday")
    assert "amount.amount: Write digits with a dot" in err
    assert "pays_on: Write a day as YYYY-MM-DD" in err
    code, _, err = duecourse(*said, "900.00", "--pays-on", day.isoformat())
    assert (code, err) == (0, "Noted: promise.")
    (promise,) = runtime.accounts().account("demo", TWO).promises
    assert (promise.documents, str(promise.amount)) == ((LARGE,), "900.00 EUR")
    code, _, err = duecourse("calls", "outcome", TWO, "no_answer")
    assert code == Exit.REFUSED
    assert f"noted: nothing to call {TWO} about. ada noted on {CALL_DAY}: reached promise." in err


def test_a_call_that_was_put_off_needs_no_task_to_be_noted(duecourse):
    assert duecourse("calls", "outcome", TWO, "no_answer", "--days", "3")[0] == 0
    _, _, err = duecourse("calls", "--customer", TWO)
    assert err.endswith(f"The next call is agreed for {CALL_DAY + timedelta(days=3)}.")
    assert duecourse("calls", "outcome", TWO, "refused")[0] == 0


def test_why_is_told_in_words_and_with_the_clocks_of_the_entity(duecourse):
    code, out, _ = duecourse("explain", TWO, "--at", CALL_DAY.isoformat())
    assert code == 0
    assert "a call to make about" in out and "(Europe/Berlin)" in out
    exact = json.loads(duecourse("explain", TWO, "--json", "--at", CALL_DAY.isoformat())[1])
    assert exact["time_zone"] == "Europe/Berlin"
    assert exact["facts_as_of"] not in out
