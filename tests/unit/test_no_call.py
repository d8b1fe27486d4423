"""Why there is nothing to call about: a reason that can be named, and since when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.account import Account, Credit
from shared.domain.agreement import Dispute, DisputeReason, Handover, HandoverTier, Hold, Promise
from shared.domain.calls import call_about
from shared.domain.no_call import no_call
from shared.domain.tasks import Task
from tests.support.samples import customer, eur
from tests.unit.test_decide import TODAY, invoice

ASKED_ON = TODAY - timedelta(days=6)
LATER = TODAY + timedelta(days=5)
ALL = eur(10_000)
CALL = Task("t1", "call", "c1", "Call", datetime(2026, 3, 1, tzinfo=UTC), TODAY, ("a",))
PROMISE = Promise("p", ("a",), ALL, LATER, made_on=ASKED_ON)
DISPUTE = Dispute("x", ("a",), DisputeReason.PRICE, ASKED_ON, "kim")
HOLD = Hold("h", "talks", ASKED_ON, LATER, "kim")
AGENCY = Handover("o", HandoverTier.AGENCY, "kim", ASKED_ON, 7)


@pytest.mark.parametrize(
    ("facts", "code", "words", "since"),
    [
        ({"promises": (PROMISE,)}, "spoken_for", f"promised for {LATER}", ASKED_ON),
        ({"disputes": (DISPUTE,)}, "spoken_for", f"contested since {ASKED_ON}", ASKED_ON),
        ({"holds": (HOLD,)}, "spoken_for", f"on hold through {LATER}", ASKED_ON),
        ({"credits": (Credit("s", ALL, ASKED_ON),)}, "spoken_for", "covered by money", ASKED_ON),
        (
            {"handovers": (AGENCY,)},
            "handed_over",
            f"agency has the case since {ASKED_ON}",
            ASKED_ON,
        ),
    ],
)
def test_what_speaks_for_the_debt_is_named_with_its_day(facts, code, words, since):
    account = Account(customer(), (invoice("a", 40),), **facts)
    told = no_call([CALL], None, account, TODAY)
    assert (told.code, told.since, told.task) == (code, since, CALL)
    assert words in told.reason


def test_two_reasons_are_both_told_and_the_first_day_counts():
    half = eur(5_000)
    later = replace(PROMISE, amount=half, made_on=TODAY)
    facts = {"promises": (later,), "disputes": (replace(DISPUTE, amount=half),)}
    told = no_call([CALL], None, Account(customer(), (invoice("a", 40),), **facts), TODAY)
    assert "contested since" in told.reason and "promised for" in told.reason
    assert told.since == ASKED_ON


def test_a_call_that_is_agreed_for_a_day_names_it():
    put_off = replace(CALL, not_before=LATER)
    told = no_call([put_off], None, Account(customer(), (invoice("a", 40),)), TODAY)
    assert (told.code, told.task) == ("put_off", put_off)
    assert str(LATER) in told.reason


def test_what_was_put_off_hides_no_reason_of_a_call_that_is_not():
    calls = [replace(CALL, task_id="t2", not_before=LATER), CALL]
    told = no_call(calls, None, Account(customer(), (invoice("a", 40),), holds=(HOLD,)), TODAY)
    assert told.code == "spoken_for"


def test_a_call_about_nothing_that_is_open_is_settled_and_one_too_early_names_the_day():
    assert no_call([CALL], None, Account(customer()), TODAY).code == "settled"
    early = invoice("a", -3)
    told = no_call([CALL], None, Account(customer(), (early,)), TODAY)
    assert (told.code, str(early.due_on) in told.reason) == ("not_due", True)


def test_the_last_call_is_told_with_who_noted_it_and_when_where_the_customer_is():
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # the 2nd in Berlin
    noted = CALL.done(late, "kim", "no_answer: Rang twice.")
    told = no_call([], noted, Account(customer()), TODAY)
    assert (told.code, told.reason) == ("noted", "kim noted on 2026-03-02: no answer: Rang twice.")
    settled = no_call([], CALL.done(late, "", "Settled meanwhile."), Account(customer()), TODAY)
    assert (settled.code, settled.since.isoformat()) == ("settled", "2026-03-02")
    assert no_call([], None, Account(customer()), TODAY).code == "never_asked"


def test_it_is_asked_for_those_only_who_are_not_called():
    open_account = Account(customer(), (invoice("a", 40),))
    assert call_about([CALL], open_account, TODAY) is not None
