"""What is taken by itself and when: each case with the account alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Account
from shared.domain.agreement import Handover, HandoverTier, Hold, Plan, PlanPart, PlanState
from shared.domain.autopay import (
    days_ahead,
    still_to_take,
    taken_on,
    to_announce,
    to_end,
    to_forget,
    to_take,
)
from shared.domain.autopay_rule import AutopayRule
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.collection import Collection, Verdict, collections_as_of, verdict_on
from shared.domain.coverage import item_coverage, kept_plans
from shared.domain.decide import Action, decide
from shared.domain.discount import to_pay
from shared.domain.document import Discount, DiscountTax
from shared.domain.mandate import Mandate, Method
from shared.domain.policy_book import PolicyBook
from tests.support.samples import customer, eur
from tests.unit.test_decide import LADDER, TODAY, invoice

RULE = AutopayRule()
POLICY = LADDER.model_copy(update={"autopay": RULE})
NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)
CARD = Method("cus_1", "pm_1", "card", "visa", "4242")
GIVEN = Mandate(
    "m1",
    "EUR",
    datetime(2026, 1, 1, tzinfo=UTC),
    "customer",
    given_on=date(2026, 1, 1),
    method=CARD,
)


def account(*documents, collections=(), checkouts=(), **changes) -> Account:
    return Account(
        customer(),
        documents,
        mandates=changes.pop("mandates", (GIVEN,)),
        collections=tuple(collections),
        checkouts=tuple(checkouts),
        **changes,
    )


def collection(*names: str, take_on: date = TODAY, minor: int = 10_000) -> Collection:
    return Collection(
        collection_id="col1",
        mandate_id="m1",
        account=CARD,
        lines=tuple((name, eur(minor)) for name in names),
        announced_on=take_on - timedelta(days=2),
        take_on=take_on,
        notice=1,
        retry_on=(take_on + timedelta(days=3), take_on + timedelta(days=7)),
        next_on=take_on,
    )


def trying(name: str = "co1", minor: int = 10_000) -> Checkout:
    at = datetime.combine(TODAY, datetime.min.time(), UTC)
    plan = (("inv", eur(minor)),)
    return Checkout(name, CheckoutState.PROCESSING, eur(minor), plan, at, at, mandate_id="m1")


def codes(of: Account, today: date = TODAY) -> list[str]:
    return [d.code for d in decide(of, PolicyBook(POLICY), today)]


def test_what_is_due_in_two_days_is_announced_and_the_rest_is_not():
    (announced,) = to_announce(account(invoice("inv", -2), invoice("later", -3)), RULE, TODAY)
    assert announced.lines == (("inv", eur(10_000)),)
    assert announced.take_on == TODAY + timedelta(days=2)
    assert announced.retry_on == (TODAY + timedelta(days=5), TODAY + timedelta(days=9))


def test_what_was_late_before_leave_was_given_is_announced_first():
    late = account(invoice("inv", 20))
    (announced,) = to_announce(late, RULE, TODAY)
    assert announced.take_on == TODAY + timedelta(days=2)
    assert codes(late) == ["autopay_pending"]


def test_a_bank_debit_is_tried_again_only_where_the_policy_says_so():
    debit = replace(GIVEN, method=replace(CARD, kind="sepa_debit"))
    of = account(invoice("inv", 0), mandates=(debit,))
    assert to_announce(of, RULE, TODAY)[0].retry_on == ()
    again = AutopayRule(retry_debits=True)
    assert len(to_announce(of, again, TODAY)[0].retry_on) == 2


def test_a_debit_takes_its_own_currency_only():
    debit = replace(GIVEN, method=replace(CARD, kind="us_bank_account"))
    of = account(invoice("inv", 10), mandates=(debit,))
    assert to_announce(of, RULE, TODAY) == ()
    assert codes(of) == ["stage_reached"]


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": customer(email="")},
        {"customer": customer(mail_stopped="bounced")},
        {"mandates": ()},
        {"mandates": (replace(GIVEN, ended_on=TODAY),)},
    ],
)
def test_who_cannot_be_told_or_gave_no_leave_is_chased_as_ever(changes):
    of = replace(account(invoice("inv", 10)), **changes)
    assert to_announce(of, RULE, TODAY) == ()
    assert "autopay_pending" not in codes(of)


def discounted(last_day: date, late: int = -20, minor: int = 10_000):
    """Return an invoice of which 2 % are off until last_day."""
    off = Discount("2", last_day, eur(minor // 50), DiscountTax.REDUCE)
    return invoice("inv", late, minor, discount=off)


def test_an_invoice_is_taken_on_the_last_day_of_its_discount_less_the_discount():
    of = account(discounted(TODAY + timedelta(days=2)))
    (announced,) = to_announce(of, RULE, TODAY)
    assert (announced.take_on, announced.lines) == (
        of.documents[0].discount.last_day,
        (("inv", eur(9_800)),),
    )
    early = account(discounted(TODAY + timedelta(days=3)))
    assert to_announce(early, RULE, TODAY) == ()
    assert TODAY + timedelta(days=1) in days_ahead(early, RULE, TODAY)
    cover = item_coverage(early, TODAY)["inv"]
    assert taken_on(early, early.documents[0], cover, RULE, TODAY) == TODAY + timedelta(days=3)


def test_a_discount_that_cannot_be_kept_moves_nothing():
    too_late = account(discounted(TODAY + timedelta(days=1)))
    switched_off = AutopayRule(keep_discount=False)
    hold = Hold("h1", "credit note", TODAY, TODAY, "olga", ("inv",), amount=eur(4_000))
    held = account(discounted(TODAY + timedelta(days=2)), holds=(hold,))
    for of, rule in (
        (too_late, RULE),
        (account(discounted(TODAY + timedelta(days=2))), switched_off),
        (held, RULE),
    ):
        assert to_announce(of, rule, TODAY) == ()
        assert days_ahead(of, rule, TODAY) == {TODAY + timedelta(days=18)}


def test_with_a_discount_no_more_is_taken_than_closes_the_invoice_nor_than_was_announced():
    document = discounted(TODAY)
    announced = collection("inv", minor=9_800)
    (taking,) = to_take(account(document, collections=[announced]), TODAY)
    assert taking.allocations == (("inv", eur(9_800)),)
    credited = account(replace(document, open=eur(9_900)), collections=[announced])
    assert to_take(credited, TODAY)[0].allocations == (("inv", eur(9_700)),)
    refused = announced.begun(TODAY, "co0").failed("insufficient_funds", TODAY)
    again = refused.next_on
    (later,) = to_take(account(document, collections=[refused]), again)
    assert later.allocations == (("inv", eur(9_800)),)


def test_of_an_invoice_announced_whole_no_discount_is_kept_once_it_is_over():
    over = discounted(TODAY - timedelta(days=1), 0)
    (taking,) = to_take(account(over, collections=[collection("inv")]), TODAY)
    assert taking.allocations == (("inv", eur(10_000)),)


@given(st.integers(0, 40), st.integers(1, 30), st.integers(1, 10), st.integers(2, 10_000))
def test_whoever_leaves_it_to_us_pays_no_more_than_who_pays_in_time(
    last: int, due: int, announce: int, minor: int
):
    """Day by day from the issue: announced in time, and taken for what it costs on that day."""
    rule = AutopayRule(announce_days=announce)
    document = discounted(TODAY + timedelta(days=last), -due, minor)
    of = account(document)
    for today in (TODAY + timedelta(days=n) for n in range(60)):
        for announced in to_announce(of, rule, today):
            day = announced.take_on
            assert day == today + timedelta(days=announce)
            ((_, amount),) = announced.lines
            assert amount == to_pay(document, day)
            kept = announce <= last < due and bool(document.discount.amount)
            assert day == TODAY + timedelta(days=last if kept else max(due, announce))
            return
    raise AssertionError("never announced")


@pytest.mark.rule("R33", "R44")
def test_nobody_is_reminded_before_the_first_try_nor_on_the_day_of_a_further_one():
    announced = collection("inv", take_on=TODAY + timedelta(days=1))
    assert codes(account(invoice("inv", 9), collections=[announced])) == ["autopay_pending"]
    refused = announced.begun(TODAY, "co0").failed("insufficient_funds", TODAY)
    between = account(invoice("inv", 9), collections=[refused])
    assert codes(between) == ["stage_reached"]
    on_the_day = replace(refused, next_on=TODAY)
    assert codes(account(invoice("inv", 9), collections=[on_the_day])) == ["autopay_pending"]


@pytest.mark.rule("R44")
def test_a_fee_waits_for_the_try_of_its_day():
    due_for_a_fee = invoice("inv", 14)
    held_back = account(due_for_a_fee, collections=[collection("inv")])
    assert codes(held_back) == ["autopay_pending"]
    (send,) = decide(account(due_for_a_fee, mandates=()), PolicyBook(POLICY), TODAY)
    assert send.action is Action.SEND
    assert send.stage is not None and send.stage.fee is not None


@pytest.mark.rule("R44")
def test_while_a_try_is_under_way_nothing_is_said():
    begun = collection("inv").begun(TODAY, "co1")
    of = account(invoice("inv", 30), collections=[begun], checkouts=[trying()])
    for days in range(40):
        assert codes(of, TODAY + timedelta(days=days)) == ["autopay_pending"]


@pytest.mark.rule("R44")
def test_a_part_that_is_still_to_be_taken_is_not_missed():
    parts = (PlanPart(TODAY - timedelta(days=9), eur(10_000)),)
    plan = Plan("p1", ("inv",), parts, TODAY - timedelta(days=20), 3, PlanState.RUNNING)
    part = f"inv/{parts[0].due_on:%Y%m%d}"
    of = account(invoice("inv", 30), plans=(plan,))
    assert kept_plans(of, TODAY) == ()
    waiting = replace(of, collections=(collection(part),))
    assert kept_plans(waiting, TODAY) == (plan,)
    over = collection(part).begun(TODAY, "co1").failed("stolen_card", TODAY)
    assert kept_plans(replace(of, collections=(over,)), TODAY) == ()


def test_no_more_is_taken_than_nothing_else_speaks_for():
    hold = Hold("h1", "credit note", TODAY, TODAY, "olga", ("inv",), amount=eur(4_000))
    of = account(invoice("inv", 0), collections=[collection("inv")], holds=(hold,))
    (taking,) = to_take(of, TODAY)
    assert taking.allocations == (("inv", eur(6_000)),)
    whole = replace(hold, amount=None)
    held = replace(of, holds=(whole,))
    assert to_take(held, TODAY) == ()
    assert [c.outcome for c in to_end(held, TODAY)] == ["nothing_left"]


def test_one_currency_is_tried_once_a_day():
    first = collection("inv")
    second = replace(collection("other"), collection_id="col2")
    of = account(invoice("inv", 0), invoice("other", 0), collections=[second, first])
    (taking,) = to_take(of, TODAY)
    assert taking.collection.collection_id == "col1"
    tried = first.begun(TODAY, "co1").failed("insufficient_funds", TODAY)
    again = replace(of, collections=(tried, second))
    assert to_take(again, TODAY) == ()
    assert days_ahead(again, RULE, TODAY) >= {TODAY + timedelta(days=1)}


def test_a_refusal_for_good_is_the_end_and_nothing_is_announced_anew():
    over = collection("inv").begun(TODAY, "co1").failed("stolen_card", TODAY)
    of = account(invoice("inv", 1), collections=[over])
    assert (over.outcome, over.next_on) == ("stolen_card", None)
    assert to_announce(of, RULE, TODAY) == ()
    anew = replace(of, mandates=(replace(GIVEN, mandate_id="m2"),))
    assert len(to_announce(anew, RULE, TODAY)) == 1


def test_a_try_is_looked_at_once_more_before_the_gateway_is_asked():
    begun = collection("inv").begun(TODAY, "co1")
    of = account(invoice("inv", 0), collections=[begun], checkouts=[trying()])
    assert still_to_take(of, trying(), TODAY)
    assert not still_to_take(replace(of, mandates=()), trying(), TODAY)
    less = replace(of, documents=(replace(of.documents[0], open=eur(500)),))
    assert not still_to_take(less, trying(), TODAY)


def test_a_collection_is_over_with_its_try_and_forgotten_with_its_documents():
    begun = collection("inv").begun(TODAY, "co1")
    (paid,) = to_end(account(invoice("inv", 0), collections=[begun]), TODAY)
    assert (paid.outcome, paid.tries[-1].code) == ("paid", "paid")
    assert to_forget(account(invoice("inv", 0), collections=[paid])) == ()
    assert to_forget(account(collections=[paid])) == (paid,)


def test_a_mandate_that_ended_ends_what_was_announced():
    of = account(invoice("inv", -1), collections=[collection("inv")], mandates=())
    assert [c.outcome for c in to_end(of, TODAY)] == ["mandate_ended"]
    assert to_take(of, TODAY) == ()


@given(st.integers(-5, 40), st.lists(st.sampled_from(["insufficient_funds", "do_not_honor"])))
def test_however_often_it_is_refused_it_is_tried_on_its_days_only(late: int, refusals: list[str]):
    """Whatever the bank says, tries are on the first day and on those of the rule, never twice."""
    of = collection("inv")
    day = TODAY
    for why in refusals:
        if of.next_on is None:
            break
        day = max(day, of.next_on)
        of = of.begun(day, f"co{len(of.tries)}").failed(why, day + timedelta(days=max(0, late)))
    days = [t.on for t in of.tries]
    assert days == sorted(set(days))
    assert len(days) <= 1 + len(of.retry_on)
    assert of.over == (of.next_on is None)


def test_an_unknown_refusal_may_pass_and_those_that_cannot_are_for_good():
    assert verdict_on("try_again_later") is Verdict.AGAIN
    assert verdict_on("authentication_required") is Verdict.NEVER
    assert verdict_on("amount_too_small") is Verdict.THIS_TIME


@pytest.mark.parametrize("days", [(), (1,), (3, 7)])
def test_the_days_of_a_rule_ascend(days):
    assert AutopayRule(retry_days=days).retry_days == days
    with pytest.raises(ValueError, match="ascend"):
        AutopayRule(retry_days=(*days, 60, 60))


def test_the_invoice_itself_is_mailed_all_the_same():
    of = account(invoice("inv", -28))
    (send,) = decide(of, PolicyBook(POLICY), TODAY)
    assert send.stage is not None and send.stage.template == "invoice"
    assert codes(account(invoice("inv", -4))) == ["stage_reached"]
    told = account(invoice("inv", -4, stage_done="issued"))
    assert codes(told) == ["autopay_pending"]


def test_the_day_of_taking_is_the_due_date_or_the_day_announced():
    of = account(invoice("inv", -4))
    cover = item_coverage(of, TODAY)["inv"]
    assert taken_on(of, of.documents[0], cover, RULE, TODAY) == TODAY + timedelta(days=4)
    assert taken_on(of, of.documents[0], cover, None, TODAY) is None


def test_a_day_is_told_by_what_was_known_on_it():
    first = collection("inv").begun(TODAY, "co1")
    failed = first.failed("insufficient_funds", TODAY + timedelta(days=1))
    again = TODAY + timedelta(days=3)
    now = failed.begun(again, "co2").ended("paid", again + timedelta(days=2))

    def then(days: int) -> Collection:
        (found,) = collections_as_of((now,), TODAY + timedelta(days=days))
        return found

    assert collections_as_of((now,), TODAY - timedelta(days=3)) == ()
    assert (then(-1).tries, then(-1).next_on) == ((), TODAY)
    assert [t.code for t in then(0).tries] == [""] and then(0).next_on is None
    assert [t.code for t in then(1).tries] == ["insufficient_funds"]
    assert then(2).next_on == again
    assert [t.code for t in then(4).tries] == ["insufficient_funds", ""]
    assert then(4).under_way is not None
    assert then(5) == now


def test_leave_counts_on_the_days_between_its_giving_and_its_end():
    over = replace(GIVEN, given_on=TODAY, ended_on=TODAY + timedelta(days=2), ended_why="replaced")
    days = [over.as_of(TODAY + timedelta(days=n)) for n in range(-1, 3)]
    assert [day is not None for day in days] == [False, True, True, False]
    assert days[1] is not None and days[1].in_force(TODAY + timedelta(days=30))


def test_nothing_is_taken_of_a_case_that_somebody_else_has():
    case = Handover("h1", HandoverTier.LAWYER, "ada", TODAY, 7)
    of = account(invoice("inv", 0), collections=[collection("inv")], handovers=(case,))
    assert to_take(of, TODAY) == ()
    assert [c.outcome for c in to_end(of, TODAY)] == ["handed_over"]
    assert to_announce(replace(of, collections=()), RULE, TODAY) == ()
