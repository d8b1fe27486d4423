"""duecourse writeback and drift: what they show, what they ask, and how they end."""

import json

import pytest

from infra.cli.errors import HELP, Exit

KEY = "P1.D1.0"
PATH = "/entities/demo/writebacks"
DRIFT = "/entities/demo/drift"
EUR = {"currency": "EUR"}
LINE = {
    "key": KEY,
    "state": "waits",
    "told_as": "write_off",
    "customer_id": "c1",
    "document_id": "D1",
    "number": "INV-1",
    "amount": {"amount": "40.00", **EUR},
    "discount": None,
    "tries": 1,
    "code": "erp_refused",
    "said": "The period is closed.",
    "not_before": None,
    "erp_id": "",
    "left": "",
}
TOLD = {
    "erp": {"name": "books", "state": "connected", "says": "It is followed.", "todo": ""},
    "not_begun": None,
    "waits": [],
    "pending": [],
    "next": None,
}
REPORT = {
    "run_id": "drift-1",
    "state": "done",
    "at": "2026-09-02T09:00:00Z",
    "code": "",
    "as_of": "2026-09-02T09:00:00Z",
    "whole": True,
    "equal": True,
    "sums": [
        {
            "currency": "EUR",
            "hub": {"amount": "260.00", **EUR},
            "erp": {"amount": "260.00", **EUR},
            "compared": 3,
            "differing": 0,
            "equal": True,
        }
    ],
    "found": 0,
    "differences": [],
}
LOST = {
    "external_id": "7",
    "number": "INV-7",
    "customer_id": "c1",
    "document_id": "D7",
    "cause": "lost",
    "action": "send_again",
    "hub": {"total": {"amount": "100.00", **EUR}, "open": {"amount": "60.00", **EUR}},
    "erp": None,
    "keys": [KEY],
    "done": "told_again_1",
    "because": "The ERP has it no more.",
    "proposed": "Book it again.",
    "came_of_it": "Told: 1 entry.",
}


def test_what_waits_is_shown_with_the_erps_words(hub, duecourse):
    hub.answers["GET", PATH] = (200, {**TOLD, "waits": [LINE], "next": "abc"})
    more = {**LINE, "key": "P2.D2.0", "number": "INV-2"}
    hub.answers["GET", f"{PATH}?cursor=abc"] = (200, {**TOLD, "waits": [more]})
    code, out, err = duecourse("writeback", "list", "-e", "demo")
    assert code == 0
    assert all(word in out for word in (KEY, "P2.D2.0", "write off", "40.00 EUR", "is closed"))
    assert "writeback again --all" in err


def test_nothing_waits(hub, duecourse):
    hub.answers["GET", PATH] = (200, TOLD)
    code, out, err = duecourse("writeback", "list", "-e", "demo")
    assert (code, out, err.strip()) == (0, "", "The ERP was told everything.")


def test_where_nobody_is_told_that_is_said_and_not_that_all_is_told(hub, duecourse):
    paused = {"name": "books", "state": "paused", "says": "It is paused.", "todo": "Go on so."}
    tested = {"name": "erp", "state": "new", "says": "Its test worked.", "todo": "Begin it so."}
    cases = (
        (None, None, "No ERP is connected"),
        (paused, None, "books: It is paused. Go on so."),
        (None, tested, "erp: Its test worked. Begin it so.\nUntil then, payments are in files"),
    )
    for erp, not_begun, said in cases:
        hub.answers["GET", PATH] = (200, TOLD | {"erp": erp, "not_begun": not_begun})
        code, out, err = duecourse("writeback", "list", "-e", "demo")
        assert (code, out, said in err) == (0, "", True)
        assert "told everything" not in err


def test_again_names_keys_or_says_all(hub, duecourse):
    hub.answers["POST", f"{PATH}/again"] = (200, {"tried": 2})
    assert duecourse("writeback", "again", "-e", "demo")[0] == Exit.USAGE
    assert duecourse("writeback", "again", KEY, "--all", "-e", "demo")[0] == Exit.USAGE
    code, _, err = duecourse("writeback", "again", "--all", "-e", "demo")
    assert (code, "2 lines are told again." in err) == (0, True)
    assert json.loads(hub.asked[-1][2]) == {"keys": []}
    duecourse("writeback", "again", KEY, "-e", "demo")
    assert json.loads(hub.asked[-1][2]) == {"keys": [KEY]}


def test_a_repair_says_one_thing_and_is_confirmed(hub, duecourse):
    hub.answers["POST", f"{PATH}/{KEY}/repair"] = (200, LINE | {"state": "told"})
    repair = ("writeback", "repair", KEY, "-e", "demo")
    assert duecourse(*repair, "-y")[0] == Exit.USAGE
    assert duecourse(*repair, "--booked", "M-1")[0] != 0, "nobody agreed"
    code, _, err = duecourse(*repair, "--booked", "M-1", "-y")
    assert (code, f"{KEY} is told." in err) == (0, True)
    assert json.loads(hub.asked[-1][2]) == {"booked_as": "M-1", "dropped": ""}


def test_both_sides_equal_end_well(hub, duecourse):
    hub.answers["POST", DRIFT] = (202, {"run_id": "drift-1"})
    hub.answers["GET", DRIFT] = (200, REPORT)
    code, out, _ = duecourse("drift", "-e", "demo")
    assert (code, "equal" in out, "260.00" in out) == (0, True, True)
    assert json.loads(hub.asked[0][2]) == {"fix": False}


def test_a_difference_is_shown_with_both_sides_and_ends_with_one(hub, duecourse):
    hub.answers["POST", DRIFT] = (202, {"run_id": "drift-1"})
    differing = [REPORT["sums"][0] | {"differing": 1, "equal": False}]
    found = {"equal": False, "sums": differing, "found": 2, "differences": [LOST]}
    hub.answers["GET", DRIFT] = (200, REPORT | found)
    assert duecourse("drift", "--fix", "-e", "demo")[0] != 0, "nobody agreed"
    code, out, err = duecourse("drift", "--fix", "-y", "-e", "demo")
    assert code == Exit.REFUSED
    words = ("1 differ", "INV-7", "60.00 of 100.00 EUR", LOST["because"], LOST["proposed"])
    assert [
        word for word in (*words, LOST["came_of_it"]) if word not in " ".join(out.split())
    ] == []
    assert "send_again" not in out and "told_again" not in out
    assert "the first of 2" in err
    assert json.loads(hub.asked[-2][2]) == {"fix": True}


@pytest.mark.parametrize("last", [["--last"], []])
@pytest.mark.parametrize("state", ["done", "broken_off"])
@pytest.mark.parametrize(
    ("why", "exit_code"),
    [
        ("erp_unavailable", Exit.NOT_COMPARED),
        ("not_connected", Exit.NO_ERP),
        ("paused", Exit.NO_ERP),
    ],
)
def test_why_nothing_was_compared_is_said_and_is_no_difference(
    hub, duecourse, state, last, why, exit_code
):
    hub.answers["POST", DRIFT] = (202, {"run_id": "drift-1"})
    told = {"state": state, "code": why, "says": "Why it is so.", "equal": False}
    hub.answers["GET", DRIFT] = (200, REPORT | told)
    ended, out, err = duecourse("drift", *last, "-e", "demo")
    assert (ended, out) == (exit_code, "")
    assert "Why it is so." in err


def test_a_comparison_from_before_the_erp_was_followed_is_none(hub, duecourse):
    told = {"code": "not_compared", "says": "Nobody compared since.", "equal": False}
    hub.answers["GET", DRIFT] = (200, REPORT | told)
    ended, _, err = duecourse("drift", "--last", "-e", "demo")
    assert (ended, err.strip()) == (Exit.NOT_COMPARED, "Nobody compared since.")


def test_a_comparison_that_was_cut_short_and_one_that_never_was_are_no_difference(hub, duecourse):
    hub.answers["GET", DRIFT] = (200, REPORT | {"equal": False, "whole": False})
    ended, _, err = duecourse("drift", "--last", "-e", "demo")
    assert (ended, "not everything was compared" in err) == (Exit.NOT_COMPARED, True)
    del hub.answers["GET", DRIFT]
    ended, _, err = duecourse("drift", "--last", "-e", "demo")
    assert (ended, "were not compared yet" in err) == (Exit.NOT_COMPARED, True)
    assert all(str(int(code)) in HELP for code in Exit)
