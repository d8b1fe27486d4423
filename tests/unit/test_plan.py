"""A plan cuts what is owed into parts that sum to it, and is kept or missed by its own dates."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Account, Credit, Incoming
from shared.domain.agreement import Dispute, DisputeReason, Hold, Plan, Promise
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.coverage import coverage, item_coverage, items_on, kept_plans
from shared.domain.decide import decide
from shared.domain.document import Document, DocumentKind, Instalment
from shared.domain.limits import Limit
from shared.domain.notices import stage_notice
from shared.domain.open_items import document_id_of
from shared.domain.plan import Pace, missing, plan_parts
from shared.domain.plan_rule import PlanRule, may_plan
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.errors import Conflict, InvalidInput, NotFound
from tests.support.samples import customer, eur

TODAY = date(2026, 3, 2)
FIRST = date(2026, 3, 9)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PARTS = plan_parts(eur(300), 3, FIRST, Pace.WEEKLY)
LADDER = Policy.model_validate(
    {
        "name": "standard",
        "send_on": [1, 2, 3, 4, 5, 6, 7],
        "stages": [
            {"id": "today", "offset_days": 0, "channel": "email", "template": "due_today"},
            {"id": "late", "offset_days": 7, "channel": "email", "template": "reminder"},
            {"id": "final", "offset_days": 60, "channel": "email", "template": "final_notice"},
        ],
    }
)


def invoice(name: str = "d", minor: int = 300, due_on: date = date(2026, 2, 20)) -> Document:
    issued = due_on - timedelta(days=30)
    return Document(name, DocumentKind.INVOICE, name, issued, due_on, eur(minor), eur(minor))


def plan(**changes: object) -> Plan:
    return replace(Plan("p", ("d",), PARTS, TODAY, "kim", "agreed", 3), **changes)


def owing(*documents: Document, **facts: object) -> Account:
    return Account(customer(), documents or (invoice(),), **({"plans": (plan(),)} | facts))


def codes(account: Account, today: date) -> dict[str, str]:
    return {i: d.code for d in decide(account, PolicyBook(LADDER), today) for i in d.documents}


@pytest.mark.rule("R29")
def test_monthly_parts_keep_their_day_after_a_short_month() -> None:
    days = [part.due_on for part in plan_parts(eur(400), 4, date(2026, 1, 31), Pace.MONTHLY)]
    assert days == [date(2026, m, d) for m, d in ((1, 31), (2, 28), (3, 31), (4, 30))]


@pytest.mark.rule("R25")
@given(
    st.integers(36, 10**9),
    st.integers(1, 36),
    st.sampled_from(Pace),
    st.dates(max_value=date(2200, 1, 1)),
)
def test_the_parts_are_the_whole_and_differ_by_one_unit_at_most(
    minor: int, count: int, pace: Pace, first_on: date
) -> None:
    parts = plan_parts(eur(minor), count, first_on, pace)
    amounts = [part.amount.minor for part in parts]
    assert (len(parts), sum(amounts)) == (count, minor)
    assert max(amounts) - min(amounts) <= 1
    assert sorted({part.due_on for part in parts}) == [part.due_on for part in parts]


@pytest.mark.rule("R33")
def test_what_is_in_a_plan_is_asked_for_by_its_parts_as_they_fall_due() -> None:
    first, second, third = (f"d/{part.due_on:%Y%m%d}" for part in PARTS)
    assert codes(owing(), TODAY) == {first: "too_early", second: "too_early", third: "too_early"}
    told = codes(owing(), FIRST)
    assert told[first] == "stage_reached"
    assert {told[second], told[third]} == {"too_early"}
    assert item_coverage(owing(), FIRST)[first].free == eur(100)
    assert item_coverage(owing(), FIRST)[second].planned == eur(100)


def test_a_part_that_was_asked_for_is_left_alone_in_its_days_of_grace() -> None:
    account = owing()
    send = decide(account, PolicyBook(LADDER), FIRST)[0]
    told = replace(account, newest_notice=stage_notice(None, send, FIRST, NOW))
    for days in range(4):
        assert set(codes(told, FIRST + timedelta(days=days)).values()) <= {
            "already_done",
            "too_early",
        }


@pytest.mark.rule("R1")
def test_a_missed_part_puts_the_documents_back_on_their_own_rungs_and_repeats_none() -> None:
    before = Account(customer(), (invoice(),))
    day = date(2026, 2, 27)
    reminder = decide(before, PolicyBook(LADDER), day)[0]
    assert reminder.stage is not None and reminder.stage.id == "late"
    said = stage_notice(None, reminder, day, NOW)
    account = replace(owing(), newest_notice=said)
    part = decide(account, PolicyBook(LADDER), FIRST)[0]
    assert part.documents == ("d/20260309",)
    account = replace(account, newest_notice=stage_notice(said, part, FIRST, NOW))
    late = FIRST + timedelta(days=4)
    assert kept_plans(account, late - timedelta(days=1)) == account.plans
    assert kept_plans(account, late) == ()
    assert [i.document_id for i in items_on(account, late)] == ["d"]
    assert codes(account, late) == {"d": "already_done"}
    assert codes(account, date(2026, 4, 21)) == {"d": "stage_reached"}


def test_money_pays_the_earliest_part_first_and_keeps_the_plan() -> None:
    paid = owing(replace(invoice(), open=eur(180)))
    assert [p.amount for p in missing(paid, paid.plans[0])] == [eur(80), eur(100)]
    assert kept_plans(paid, FIRST + timedelta(days=10)) == paid.plans
    assert kept_plans(paid, FIRST + timedelta(days=11)) == ()


@pytest.mark.parametrize(
    "facts",
    [
        {"credits": (Credit("s", eur(100), FIRST),)},
        {"incoming": (Incoming("i", eur(100), FIRST, (("d", eur(100)),)),)},
        {"holds": (Hold("h", "talks", TODAY, TODAY + timedelta(days=60), "kim"),)},
        {"disputes": (Dispute("x", ("d",), DisputeReason.PRICE, TODAY, "c", eur(100)),)},
    ],
)
def test_what_is_under_way_or_left_alone_is_no_broken_word(facts: dict[str, object]) -> None:
    account = owing(**facts)
    assert kept_plans(account, FIRST + timedelta(days=5)) == account.plans


def test_two_documents_are_paid_one_after_the_other_and_what_is_beyond_stays_its_own() -> None:
    both = plan(documents=("d", "e"))
    account = owing(invoice(minor=150), invoice("e", 190), plans=(both,))
    items = {i.document_id: i.open.minor for i in items_on(account, TODAY)}
    assert items == {
        "d/20260309": 100,
        "d/20260316": 50,
        "e/20260316": 50,
        "e/20260323": 100,
        "e": 40,
    }
    assert coverage(account, TODAY)["e"].planned == eur(150)


def test_a_plan_that_somebody_ended_counts_no_more_and_one_of_tomorrow_not_yet() -> None:
    over = owing(plans=(plan(ended_on=TODAY),))
    assert [i.document_id for i in items_on(over, TODAY)] == ["d"]
    assert [i.document_id for i in items_on(owing(), TODAY - timedelta(days=1))] == ["d"]


RULE = PlanRule(parts_max=4, days_max=60, first_days_max=14, minimum_part={"EUR": "1.00"})
WITHIN = f"a day from {TODAY} to {TODAY + timedelta(days=14)}"


@pytest.mark.parametrize(
    ("count", "first_on", "pace", "rule", "said"),
    [
        (99, FIRST, Pace.WEEKLY, RULE, f"2 to {RULE.parts_max} parts"),
        (1, FIRST, Pace.WEEKLY, RULE, f"2 to {RULE.parts_max} parts"),
        (4, FIRST, Pace.WEEKLY, RULE, "at most 3: each part is at least 1.00 EUR"),
        (
            2,
            FIRST,
            Pace.WEEKLY,
            RULE.model_copy(update={"minimum_part": {"EUR": "2.00"}}),
            "3.00 EUR is not paid in parts: each is at least 2.00 EUR",
        ),
        (
            3,
            FIRST,
            Pace.MONTHLY,
            RULE.model_copy(update={"days_max": 50}),
            f"the last part is due by {TODAY + timedelta(days=50)}",
        ),
        (3, TODAY + timedelta(days=15), Pace.WEEKLY, RULE, WITHIN),
        (3, TODAY - timedelta(days=1), Pace.WEEKLY, RULE, WITHIN),
        (
            3,
            FIRST,
            Pace.WEEKLY,
            RULE.model_copy(update={"maximum_total": {"EUR": "2.99"}}),
            "a plan is over at most 2.99 EUR, this is 3.00 EUR",
        ),
    ],
)
def test_a_plan_beyond_the_limits_is_refused_with_the_limit(
    count: int, first_on: date, pace: Pace, rule: PlanRule, said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        may_plan(owing(plans=()), ("d",), count, first_on, pace, rule, TODAY)
    assert said in str(refused.value.facts["reason"])
    assert refused.value.facts["limit"] in list(Limit)


def test_nothing_is_promised_in_parts_twice_and_nothing_unknown_at_all() -> None:
    assert may_plan(owing(plans=()), ("d",), 3, FIRST, Pace.WEEKLY, RULE, TODAY) == PARTS
    with pytest.raises(Conflict):
        may_plan(owing(), ("d",), 3, FIRST, Pace.WEEKLY, RULE, TODAY)
    with pytest.raises(NotFound):
        may_plan(owing(plans=()), ("x",), 3, FIRST, Pace.WEEKLY, RULE, TODAY)


days = st.dates(TODAY - timedelta(days=40), TODAY + timedelta(days=60))
minors = st.integers(1, 400)
names = st.sampled_from("abc")
sets = st.sets(names, min_size=1).map(lambda s: tuple(sorted(s)))


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    documents = []
    for name in "abc":
        minor, due_on = draw(minors), draw(days)
        whole = invoice(name, minor, due_on)
        if minor > 1 and draw(st.booleans()):
            first = draw(st.integers(0, minor - 1))
            parts = ((due_on, first), (due_on + timedelta(days=20), minor - first))
            whole = replace(
                whole,
                instalments=tuple(
                    Instalment(n, day, eur(part), eur(part))
                    for n, (day, part) in enumerate(parts, 1)
                ),
            )
        documents.append(whole)

    def some(*made: object) -> tuple[object, ...]:
        return made if draw(st.booleans()) else ()

    page = Checkout(
        "k", draw(st.sampled_from([CheckoutState.OPEN, CheckoutState.PROCESSING])), eur(1),
        ((draw(names), eur(draw(minors))),), NOW, NOW,
    )  # fmt: skip
    promised, since = draw(sets), draw(days)
    amount = draw(st.none() | minors.map(eur))
    spread = draw(st.integers(3, 900))
    return Account(
        customer(),
        tuple(documents),
        credits=some(Credit("s", eur(draw(minors)), TODAY)),
        holds=some(Hold("h", "x", since, draw(days), "me", draw(st.just(()) | sets))),
        promises=some(Promise("p", promised, eur(draw(minors)), draw(days), 3, since)),
        disputes=some(Dispute("x", draw(sets), DisputeReason.PRICE, since, "c", amount)),
        plans=some(
            Plan(
                "q",
                draw(sets),
                plan_parts(eur(spread), 3, draw(days), Pace.WEEKLY),
                since,
                "me",
                "",
                2,
            )
        ),
        checkouts=some(page),
        incoming=some(Incoming("i", eur(9), TODAY, ((draw(names), eur(draw(minors))),))),
    )


@pytest.mark.rule("R15")
@given(accounts(), days)
def test_the_parts_of_coverage_are_disjoint_and_sum_to_what_is_open(
    account: Account, today: date
) -> None:
    opens = {d.document_id: d.open.minor for d in account.documents}
    by_document = dict.fromkeys(opens, 0)
    for item_id, cover in item_coverage(account, today).items():
        parts = [
            cover.processing, cover.credit, cover.in_checkout, cover.disputed,
            cover.promised, cover.planned, cover.held, cover.free,
        ]  # fmt: skip
        assert all(part.minor >= 0 for part in parts)
        assert sum(part.minor for part in parts) == cover.open.minor
        by_document[document_id_of(item_id)] += cover.open.minor
    assert by_document == opens


@given(accounts(), days)
def test_nothing_that_was_agreed_makes_a_debt_unpayable(account: Account, today: date) -> None:
    bare = replace(account, holds=(), promises=(), disputes=(), plans=())
    with_all, without = coverage(account, today), coverage(bare, today)
    for document in account.documents:
        name = document.document_id
        assert with_all[name].payable == without[name].payable


@given(accounts())
def test_every_agreement_but_an_open_dispute_ends_by_itself(account: Account) -> None:
    last = TODAY + timedelta(days=200)
    account = replace(account, disputes=(), checkouts=(), incoming=())
    for document_id, cover in coverage(account, last).items():
        assert cover.free + cover.credit == cover.open, document_id
