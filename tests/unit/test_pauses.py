"""What customers are given time for is left alone, through its last day, and nothing beside it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.domain.account import Account, Credit
from shared.domain.agreement import Dispute, DisputeReason, Hold, Plan, Promise
from shared.domain.contested import contested
from shared.domain.coverage import coverage, plan_state
from shared.domain.decide import decide
from shared.domain.document import Document, DocumentKind, Line
from shared.domain.plan import Pace, plan_parts
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.errors import InvalidInput
from tests.support.samples import customer, eur

TODAY = date(2026, 3, 2)
LAST = TODAY + timedelta(days=7)
BOOK = PolicyBook(
    Policy.model_validate(
        {
            "name": "standard",
            "send_on": [1, 2, 3, 4, 5, 6, 7],
            "stages": [
                {"id": "late", "offset_days": 3, "channel": "email", "template": "reminder"}
            ],
        }
    )
)
PARTS = plan_parts(eur(100), 2, LAST + timedelta(days=1), Pace.MONTHLY)
PAUSES = {
    "hold": {"holds": (Hold("h", "talks", TODAY, LAST, "kim", ("a",)),)},
    "promise and grace": {
        "promises": (Promise("p", ("a",), eur(100), LAST - timedelta(days=3), 3, TODAY),)
    },
    "dispute": {
        "disputes": (
            Dispute(
                "x", ("a",), DisputeReason.PRICE, TODAY, "c", closed_on=LAST + timedelta(days=1)
            ),
        )
    },
    "plan": {"plans": (Plan("q", ("a",), PARTS, TODAY, "kim", "yes", 2),)},
}


def invoice(name: str) -> Document:
    due_on = date(2026, 2, 20)
    return Document(name, DocumentKind.INVOICE, name, due_on, due_on, eur(100), eur(100))


def asked(account: Account, today: date) -> set[str]:
    send = (d for d in decide(account, BOOK, today) if d.action == "send")
    return {item.partition("/")[0] for decision in send for item in decision.documents}


@pytest.mark.rule("R33")
@pytest.mark.rule("R34")
@pytest.mark.parametrize("facts", PAUSES.values(), ids=PAUSES)
def test_each_pauses_what_it_names_through_its_last_day_and_then_lets_go(
    facts: dict[str, object],
) -> None:
    account = Account(customer(), (invoice("a"), invoice("b")), **facts)
    for days in range(8):
        assert asked(account, TODAY + timedelta(days=days)) == {"b"}
    assert asked(account, LAST + timedelta(days=1)) == {"a", "b"}
    assert asked(account, TODAY - timedelta(days=1)) == {"a", "b"}


@pytest.mark.rule("R33")
def test_nobody_is_asked_while_unapplied_money_covers_the_debt() -> None:
    covered = Account(customer(), (invoice("a"),), credits=(Credit("s", eur(100), TODAY),))
    assert asked(covered, TODAY) == set()
    part = replace(covered, credits=(Credit("s", eur(99), TODAY),))
    assert asked(part, TODAY) == {"a"}


def test_a_hold_of_an_amount_leaves_the_rest_and_two_add_up() -> None:
    some = Hold("h", "line 2", TODAY, LAST, "kim", ("a",), eur(30), 2)
    account = Account(customer(), (invoice("a"),), holds=(some,))
    assert coverage(account, TODAY)["a"].free == eur(70)
    both = replace(account, holds=(some, replace(some, hold_id="i")))
    assert coverage(both, TODAY)["a"].free == eur(40)
    whole = replace(account, holds=(some, replace(some, hold_id="i", amount=None)))
    assert coverage(whole, TODAY)["a"].free == eur(0)


def test_a_hold_ended_early_lets_go_on_that_day_and_was_there_before() -> None:
    hold = Hold("h", "talks", TODAY, LAST, "kim", ended_on=TODAY + timedelta(days=2))
    account = Account(customer(), (invoice("a"),), holds=(hold,))
    assert asked(account, TODAY + timedelta(days=1)) == set()
    assert asked(account, TODAY + timedelta(days=2)) == {"a"}


def test_a_plan_is_missed_at_once_whether_or_not_somebody_noted_it() -> None:
    plan = Plan("q", ("a",), PARTS, TODAY, "kim", "yes", 2)
    account = Account(customer(), (invoice("a"),), plans=(plan,))
    late = PARTS[0].due_on + timedelta(days=3)
    assert plan_state(account, plan, late - timedelta(days=1)) == "running"
    assert plan_state(account, plan, late) == "missed"


LINES = (
    Line("Chairs", "2", eur(30), "20", eur(60)),
    Line("Freight", "1", eur(25), "20", eur(25), gross=eur(25)),
    Line("Thanks", "1", eur(-5), "0", eur(-5)),
)


def test_a_line_contests_what_it_asks_for_with_its_tax_and_no_more_than_is_open() -> None:
    assert contested(invoice("a"), LINES, 1) == eur(72)
    assert contested(invoice("a"), LINES, 2) == eur(25)
    assert contested(replace(invoice("a"), open=eur(50)), LINES, 1) == eur(50)
    assert contested(invoice("a"), (), 7) == eur(100)
    for line in (3, 4):
        with pytest.raises(InvalidInput):
            contested(invoice("a"), LINES, line)
