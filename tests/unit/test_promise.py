"""A promise is kept, late or broken by the money that came, and by nothing else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Account
from shared.domain.agreement import Dispute, DisputeReason, Promise
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind
from shared.domain.money import Money
from shared.domain.promise import Arrived, PromiseState, promise_state, still_promised
from shared.domain.promise_rule import PromiseRule, may_promise
from shared.errors import Conflict, InvalidInput, NotFound

MADE = date(2026, 11, 2)
PAYS = date(2026, 11, 10)
RULE = PromiseRule()


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def promise(amount: int = 100) -> Promise:
    return Promise("p", ("d",), eur(amount), PAYS, grace_days=3, made_on=MADE)


def account(*promises: Promise, open_minor: int = 500) -> Account:
    customer = Customer("c", "x", "Firm", "a@example.com", "en", "UTC", "EUR", "standard")
    document = Document("d", DocumentKind.INVOICE, "1", MADE, MADE, eur(500), eur(open_minor))
    return Account(customer, (document,), promises=promises)


@pytest.mark.parametrize(
    ("came_on", "today", "state"),
    [
        (PAYS, PAYS, PromiseState.KEPT),
        (PAYS + timedelta(days=1), PAYS, PromiseState.RUNNING),
        (PAYS + timedelta(days=3), PAYS + timedelta(days=9), PromiseState.LATE),
        (PAYS + timedelta(days=4), PAYS + timedelta(days=3), PromiseState.RUNNING),
        (PAYS + timedelta(days=4), PAYS + timedelta(days=9), PromiseState.BROKEN),
        (MADE - timedelta(days=1), PAYS, PromiseState.RUNNING),
    ],
)
def test_the_value_date_decides(came_on: date, today: date, state: PromiseState) -> None:
    assert promise_state(promise(), [Arrived(came_on, eur(100))], today) is state


def test_money_that_went_back_was_not_paid() -> None:
    money = [Arrived(MADE, eur(100)), Arrived(MADE + timedelta(days=1), eur(-100))]
    assert promise_state(promise(), money, PAYS + timedelta(days=4)) is PromiseState.BROKEN


days = st.dates(MADE - timedelta(days=3), PAYS + timedelta(days=10))
moneys = st.lists(st.builds(Arrived, days, st.integers(1, 80).map(eur)), max_size=6)


@given(moneys, moneys, days)
def test_later_money_changes_no_earlier_day(
    known: list[Arrived], more: list[Arrived], today: date
) -> None:
    later = [money for money in more if money.value_date > today]
    assert promise_state(promise(), known, today) is promise_state(promise(), known + later, today)


@given(moneys, days)
def test_a_promise_that_is_not_running_any_more_has_one_end(
    money: list[Arrived], today: date
) -> None:
    state = promise_state(promise(), money, today)
    if state is PromiseState.RUNNING:
        assert today <= PAYS + timedelta(days=3)
    if state is PromiseState.BROKEN:
        assert today > PAYS + timedelta(days=3)


def test_a_kept_promise_of_a_part_covers_no_more() -> None:
    given_ = replace(promise(), was_open=eur(500))
    for open_minor, covered in ((500, 100), (440, 40), (400, 0), (30, 0)):
        found = account(given_, open_minor=open_minor)
        assert still_promised(found, given_, found.documents[0], PAYS) == eur(covered)
    assert still_promised(account(given_), given_, account().documents[0], date.max) == eur(0)


@pytest.mark.parametrize("offset", [-1, RULE.days_max + 1])
def test_the_promised_day_is_bounded(offset: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        may_promise(account(), ("d",), None, MADE + timedelta(days=offset), RULE, MADE)
    last = MADE + timedelta(days=RULE.days_max)
    assert refused.value.facts["reason"] == f"a day from {MADE} to {last}"
    assert refused.value.facts["most"] == last.isoformat()


def test_all_that_is_payable_is_promised_where_nothing_is_said() -> None:
    assert may_promise(account(), ("d",), None, PAYS, RULE, MADE) == eur(500)


@pytest.mark.parametrize(("contested", "promised"), [(120, 380), (500, 500)])
def test_what_is_contested_is_promised_only_where_nothing_else_is(
    contested: int, promised: int
) -> None:
    dispute = Dispute("x", ("d",), DisputeReason.OTHER, MADE, "ap", eur(contested))
    disputed = replace(account(), disputes=(dispute,))
    assert may_promise(disputed, ("d",), None, PAYS, RULE, MADE) == eur(promised)
    assert may_promise(disputed, ("d",), eur(500), PAYS, RULE, MADE) == eur(500)


def test_no_promise_of_more_than_is_open_or_of_nothing() -> None:
    dollars = Money(minor=1, currency="USD")
    most = "above zero and at most 5.00 EUR"
    for amount, said in ((eur(501), most), (eur(0), most), (dollars, "this is open in EUR")):
        with pytest.raises(InvalidInput) as refused:
            may_promise(account(), ("d",), amount, PAYS, RULE, MADE)
        assert refused.value.facts["reason"] == said


def test_what_is_promised_cannot_be_promised_again_until_the_days_of_grace_are_over() -> None:
    with pytest.raises(Conflict):
        may_promise(account(promise()), ("d",), None, PAYS, RULE, PAYS)
    after = PAYS + timedelta(days=4)
    assert may_promise(account(promise()), ("d",), None, after, RULE, after) == eur(500)


def test_only_open_documents_of_the_account_are_promised() -> None:
    with pytest.raises(NotFound):
        may_promise(account(), ("other",), None, PAYS, RULE, MADE)
    with pytest.raises(NotFound):
        may_promise(account(), (), None, PAYS, RULE, MADE)
