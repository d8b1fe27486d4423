"""Why, on that day: the facts of the day, the policy as it held, and what comes next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.account import Account
from shared.domain.account_as_of import Record, Told, account_as_of
from shared.domain.agreement import Hold, Promise
from shared.domain.agreements_over import noted, over
from shared.domain.brake import Braking
from shared.domain.charges import ChargeKind, InvoiceCharges, Made
from shared.domain.clock import Now
from shared.domain.coming import coming
from shared.domain.conditions import Conditions
from shared.domain.decide import Action, decide
from shared.domain.document import Document, DocumentKind
from shared.domain.document_posting import document_posting
from shared.domain.entity import Entity
from shared.domain.fee import Fee
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.domain.notices import stage_notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Stage
from shared.usecases.charging import charges_ahead
from shared.usecases.explain import explain, explain_day
from tests.support.samples import customer, eur

DUE = date(2026, 3, 2)  # a Monday
HEARD = datetime(2026, 2, 1, 9, tzinfo=UTC)
POLICY = Policy(
    name="standard",
    send_on=(1, 2, 3, 4, 5),
    stages=(
        Stage(id="reminder", offset_days=7, channel=Channel.EMAIL, template="reminder"),
        Stage(id="call", offset_days=12, channel=Channel.CALL),
    ),
)
LATER = POLICY.model_copy(update={"version": 2, "stages": POLICY.stages[1:]})
INVOICE = Document(
    document_id="inv1",
    kind=DocumentKind.INVOICE,
    number="INV-1",
    issued_on=DUE - timedelta(days=30),
    due_on=DUE,
    total=eur(10_000),
    open=eur(10_000),
)


def day(n: int) -> date:
    return DUE + timedelta(days=n)


def nine(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 9, tzinfo=UTC)


def issued() -> Posting:
    return document_posting(INVOICE, Now(HEARD, HEARD))


def paid(recorded: date, value: date, minor: int = 10_000) -> Posting:
    return Posting(
        posting_id=f"payment:{recorded}",
        value_date=value,
        recorded_at=nine(recorded),
        movements=(
            Movement(MovementKind.PAYMENT, eur(minor), source_id="pay1"),
            Movement(MovementKind.ALLOCATION, eur(-minor), document_id="inv1", source_id="pay1"),
        ),
    )


def said(on: date, policy: Policy = POLICY) -> Notice:
    account = Account(customer(), (INVOICE,))
    (decision,) = decide(account, PolicyBook(policy), on)
    return stage_notice(None, decision, on, nine(on))


class Hub:
    """One customer with his past; the policy has a second version from day 20 on."""

    stale = ""
    braking: tuple[Braking, ...] = ()

    def __init__(self, *postings: Posting, **kept: object) -> None:
        closed = replace(INVOICE, open=eur(0)) if len(postings) > 1 else INVOICE
        self.kept = Record(customer(), (closed,), postings, **kept)

    def record(self, *_: str) -> Record:
        return self.kept

    def account(self, *_: str) -> Account:
        return account_as_of(self.kept, nine(day(90)))

    def book(self, _: str, account: Account, at: datetime | None = None) -> PolicyBook:
        return PolicyBook(POLICY if at is not None and at < nine(day(20)) else LATER)

    def explained(self, on: date):
        now = Now(nine(day(90)), nine(day(90)))
        return explain_day(self, self, self, self.as_swept, "demo", "c1", on, now)

    def brakes(self, _: str) -> tuple[Braking, ...]:
        return self.braking

    def as_swept(self, entity_id: str, _: Now) -> Entity:
        return Entity(
            entity_id, "Demo", "EUR", "Etc/UTC", "en", "ar@demo.example", erp_stale=self.stale
        )


@pytest.mark.law("30")
def test_a_past_day_is_told_by_the_facts_of_that_day():
    told = Hub(issued(), paid(day(30), day(30))).explained(day(7))
    assert [(d.action, d.code) for d in told.decisions] == [(Action.SEND, "stage_reached")]
    assert told.covers["inv1"].free == eur(10_000)
    assert told.book.customer_policy.version == 1
    assert "settings" in told.undated


@pytest.mark.law("30")
def test_money_counts_from_the_day_on_which_the_hub_heard_of_it():
    told = Hub(issued(), paid(recorded=day(9), value=day(5))).explained(day(7))
    assert [d.code for d in told.decisions] == ["stage_reached"]
    assert Hub(issued(), paid(recorded=day(9), value=day(5))).explained(day(9)).decisions == ()


def test_a_day_on_which_something_was_claimed_is_told_as_it_was_decided():
    notice = said(day(7))
    later = paid(recorded=day(7), value=day(7))
    later = replace(later, recorded_at=nine(day(7)) + timedelta(hours=3))
    told = Hub(issued(), later, notices=(Told(notice, None),)).explained(day(7))
    assert [d.code for d in told.decisions] == ["stage_reached"]
    assert (told.notices, told.facts_as_of) == ((notice,), notice.claimed_at)


def test_the_day_after_knows_what_was_said():
    told = Hub(issued(), notices=(Told(said(day(7)), None),)).explained(day(8))
    assert [d.code for d in told.decisions] == ["already_done"]


@pytest.mark.rule("R37")
def test_what_waits_for_a_controller_is_told_as_waiting_and_not_as_done():
    notice = replace(said(day(7)), approval=True, delivery=DeliveryState.APPROVAL)
    older = (Told(notice, None), Told(replace(said(day(8)), n=2, items=()), None))
    for on in (day(9), day(10)):
        (decision,) = Hub(issued(), notices=older).explained(on).decisions
        assert decision.code == "awaits_approval"
        assert decision.reason == (
            "Stage reminder of INV-1 waits for a controller's decision"
            " since 2026-03-09: see notice 1."
        )
    refused = replace(notice, delivery=DeliveryState.DONE)
    (decision,) = Hub(issued(), notices=(Told(refused, None),)).explained(day(9)).decisions
    assert decision.code == "already_done"


def test_today_is_told_by_what_stands_now():
    told = Hub(issued(), paid(day(30), day(30))).explained(day(90))
    assert (told.decisions, told.undated) == ((), ())
    assert told.book.customer_policy.version == 2


@pytest.mark.rule("R28")
def test_a_day_is_the_customers_own_day():
    late = replace(paid(day(9), day(9)), recorded_at=nine(day(9)) + timedelta(hours=13))
    hub = Hub(issued(), late)
    assert hub.explained(day(9)).decisions == ()  # 22:00 UTC is 23:00 in Berlin: the same day
    hub.kept = replace(hub.kept, customer=customer(time_zone="Pacific/Auckland"))
    assert [d.code for d in hub.explained(day(9)).decisions] == ["stage_reached"]
    assert hub.explained(day(10)).decisions == ()


def test_what_was_heard_of_later_is_not_known():
    told = Hub(issued()).explained(HEARD.date() - timedelta(days=1))
    assert (told.decisions, dict(told.covers)) == ((), {})


def test_a_promise_whose_end_was_noted_later_was_still_waited_for():
    promise = Promise(
        "p1", ("inv1",), eur(10_000), day(10), made_on=day(1), outcome="broken", decided_on=day(11)
    )
    hub = Hub(issued(), promises=(promise,))
    assert [d.code for d in hub.explained(day(8)).decisions] == ["promised"]
    assert hub.explained(day(8)).account.broken_promises == 0
    assert hub.explained(day(11)).account.broken_promises == 1


def test_the_next_stage_is_told_with_the_day_on_which_it_is_said():
    account = Account(customer(), (INVOICE,))
    book = PolicyBook(POLICY)
    first = coming(account, book, day(0))
    assert first is not None
    assert (first.on, first.stage.id, first.documents) == (day(7), "reminder", ("inv1",))
    after = coming(account, book, day(7))
    assert after is not None
    assert (after.on, after.stage.id) == (day(14), "call")  # day 12 is a Saturday
    told = replace(account, newest_notice=said(day(7)))
    assert coming(told, book, day(8)) == after
    assert coming(told, book, day(14)) is None


def test_a_hold_puts_the_next_stage_off_to_the_day_after_its_end():
    hold = Hold("h1", "talks", day(0), day(9), "clerk")
    found = coming(Account(customer(), (INVOICE,), holds=(hold,)), PolicyBook(POLICY), day(1))
    assert found is not None
    assert (found.on, found.stage.id) == (day(10), "reminder")


def test_what_comes_for_one_invoice_passes_over_what_comes_for_others():
    other = replace(INVOICE, document_id="inv2", number="INV-2", due_on=day(20))
    account = Account(customer(), (INVOICE, other))
    found = coming(account, PolicyBook(POLICY), day(0), "inv2")
    assert found is not None
    assert (found.on, found.stage.id) == (day(28), "reminder")  # day 27 is a Sunday


def test_a_condition_on_broken_promises_reads_how_many_were_broken():
    stage = POLICY.stages[0].model_copy(update={"when": Conditions(broken_promises_at_least=2)})
    book = PolicyBook(POLICY.model_copy(update={"stages": (stage,)}))
    for broken, action in ((1, Action.NOTHING), (2, Action.SEND)):
        account = Account(customer(), (INVOICE,), broken_promises=broken)
        assert decide(account, book, day(7))[0].action is action


def test_an_account_ahead_has_no_agreement_that_is_over():
    promise = Promise("p1", ("inv1",), eur(10_000), day(3), made_on=day(1))
    account = Account(customer(), (INVOICE,), promises=(promise,))
    assert not over(account, day(3))
    found = over(account, day(4))
    ahead = noted(account, found, broken=1)
    assert (ahead.promises, ahead.broken_promises) == ((), 1)


def test_what_is_spoken_for_is_told_by_due_date_and_number():
    names = [("a", 9, "INV-9"), ("b", 2, "INV-3"), ("c", 2, "INV-2"), ("d", 5, "INV-1")]
    documents = tuple(
        replace(INVOICE, document_id=one, due_on=day(due), number=number)
        for one, due, number in names
    )
    told = replace(Hub(issued()).explained(day(90)), account=Account(customer(), documents))
    assert [d.number for d in told.documents_of("")] == ["INV-2", "INV-3", "INV-1", "INV-9"]
    assert [d.document_id for d in told.documents_of("d")] == ["d"]


def test_the_console_is_told_what_stands_now():
    hub = Hub(issued())
    told = explain(hub, hub, hub.as_swept, "demo", "c1", day(8), Now(nine(day(8)), nine(day(8))))
    assert [d.code for d in told.decisions] == ["too_early"]  # the second version begins at 12


def test_while_the_facts_are_old_a_day_to_come_waits_and_a_past_day_is_what_it_was():
    hub = Hub(issued())
    hub.stale = "books: as of 2026-05-01T00:00:00Z"
    (ahead,) = hub.explained(day(91)).decisions
    assert (ahead.action, ahead.code) == (Action.NOTHING, "erp_stale")
    assert hub.stale in ahead.reason
    assert [d.code for d in hub.explained(day(7)).decisions] == ["stage_reached"]


def test_a_past_day_waited_while_the_brake_held_and_no_other_day_did():
    hub = Hub(issued())
    hub.braking = (Braking(nine(day(7)), "books: as of May"), Braking(nine(day(8)), ""))
    for on, code in ((7, "erp_stale"), (8, "erp_stale"), (9, "stage_reached")):
        assert [d.code for d in hub.explained(day(on)).decisions] == [code]


@pytest.mark.rule("R2")
def test_what_was_charged_before_is_not_shown_as_a_charge_to_come():
    stage = Stage(
        id="fee",
        offset_days=7,
        channel=Channel.EMAIL,
        template="late_fee",
        fee=Fee(flat={"EUR": "5.00"}),
    )
    policy = POLICY.model_copy(update={"stages": (stage,)})
    account = Account(customer(), (INVOICE,))
    asked = ("demo", account, INVOICE, policy, stage, day(7))
    (fee,) = charges_ahead(Charges(), *asked)
    assert (fee.number, fee.total) == ("INV-1-FEE", eur(500))
    made = Made(fee.document_id, ChargeKind.LATE_FEE, "fee", "standard", 1, day(7), day(7))
    assert charges_ahead(Charges(made), *asked) == ()


class Charges:
    """The ports of charging, as far as a look ahead asks them: what was charged."""

    def __init__(self, *made: Made) -> None:
        self.charges = self
        self._made = made

    def made_on(self, *_: object) -> dict[str, InvoiceCharges]:
        return {"inv1": InvoiceCharges("inv1", self._made)}
