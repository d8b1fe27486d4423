"""Nothing that a person has to agree to is charged, sent or handed over before."""

from datetime import date, timedelta

import pytest

from shared import runtime
from shared.domain.agreement import HandoverTier
from shared.domain.agreement_drafts import HoldDraft
from shared.domain.answer import Answer
from shared.domain.fee import Fee
from shared.domain.notice import Channel, DeliveryState
from shared.domain.policy import Policy
from shared.domain.stage import Stage
from shared.errors import Conflict, InvalidInput
from shared.usecases.approvals import approve, refuse
from shared.usecases.holds import put_hold
from tests.integration import hub
from tests.integration.test_ladder import DUE, at, live

LADDER = Policy(
    name="standard",
    send_on=(1, 2, 3, 4, 5, 6, 7),
    stages=(
        Stage(id="reminder", offset_days=7, channel=Channel.EMAIL, template="reminder"),
        Stage(
            id="late_fee",
            offset_days=14,
            channel=Channel.EMAIL,
            template="late_fee",
            approval=True,
            fee=Fee(flat={"EUR": "5.00"}),
        ),
        Stage(id="handover", offset_days=45, channel=Channel.HANDOVER),
    ),
)


def say_yes(n: int, tier: str = "") -> str:
    stores = (runtime.accounts(), runtime.entities(), runtime.approvals(), runtime.queues())
    answer = Answer(n=n, by="kim", subject="sub-1", tier=tier)
    return approve(*stores, "demo", "c1", answer, runtime.now())


def say_no(n: int) -> str:
    stores = (runtime.accounts(), runtime.approvals())
    answer = Answer(n=n, by="kim", subject="sub-1", note="they called")
    return refuse(*stores, "demo", "c1", answer, runtime.now())


@pytest.fixture
def seller(table):
    of = hub.seed(LADDER)
    whose = hub.add_customer(of)
    hub.add_invoice(of, whose, "inv1", DUE, stage_done="reminder")
    return of


def account():
    return runtime.accounts().account("demo", "c1")


def on(day: date, seller) -> None:
    live(day, seller, times=2)


@pytest.mark.rule("R37")
def test_neither_fee_nor_mail_before_somebody_agreed(seller):
    on(DUE + timedelta(days=14), seller)
    assert account().newest_notice.delivery is DeliveryState.APPROVAL
    assert [d.kind for d in account().documents] == ["invoice"]
    assert hub.sent_mails() == []
    (task,) = runtime.tasks().list_open("demo")
    assert (task.kind, task.notice) == ("approve", 1)

    assert say_yes(1) == "approved"
    hub.drain("ESCALATION", "NOTICE")
    hub.relay(seller)
    hub.drain("ESCALATION", "NOTICE")
    (mail,) = hub.sent_mails()
    assert "INV1-FEE" in mail.body
    notice = account().newest_notice
    assert (notice.delivery, notice.approved_by) == (DeliveryState.SENT, "kim")
    assert list(runtime.tasks().list_open("demo")) == []


@pytest.mark.rule("R37")
def test_a_refused_stage_is_done_and_costs_nothing(seller):
    on(DUE + timedelta(days=14), seller)
    assert say_no(1) == "refused"
    on(DUE + timedelta(days=20), seller)
    assert hub.sent_mails() == []
    assert [d.kind for d in account().documents] == ["invoice"]
    assert account().newest_notice.n == 1
    assert account().newest_notice.delivery is DeliveryState.DONE
    assert runtime.notices().delivery("demo", "c1", 1)["code"] == "not_approved"


def test_who_answers_second_is_told_so(seller):
    on(DUE + timedelta(days=14), seller)
    say_no(1)
    with pytest.raises(Conflict):
        say_yes(1)


def test_agreement_after_the_debt_is_held_sends_nothing(seller):
    on(DUE + timedelta(days=14), seller)
    stores = (runtime.accounts(), runtime.papers(), runtime.holds())
    until = DUE + timedelta(days=40)
    draft = HoldDraft(customer_id="c1", reason="asked for time", ends_on=until)
    put_hold(*stores, "demo", draft, runtime.now(), by="kim")
    assert say_yes(1) == "withdrawn"
    hub.drain("ESCALATION", "NOTICE")
    assert hub.sent_mails() == []
    assert [d.kind for d in account().documents] == ["invoice"]


@pytest.mark.rule("R37")
def test_the_end_of_the_ladder_is_a_persons_decision(seller):
    on(DUE + timedelta(days=45), seller)
    assert account().newest_notice.delivery is DeliveryState.APPROVAL
    assert account().handovers == ()
    with pytest.raises(InvalidInput):
        say_yes(1)
    assert say_yes(1, "lawyer") == "approved"
    hub.drain("ESCALATION")
    (case,) = account().handovers
    assert (case.tier, case.approved_by, case.documents) == (HandoverTier.LAWYER, "kim", ("inv1",))
    on(DUE + timedelta(days=90), seller)
    assert account().newest_notice.n == 1
    assert account().documents[0].open.minor == 10_000


@pytest.mark.rule("R37")
def test_a_case_that_is_taken_back_is_chased_again(seller):
    on(DUE + timedelta(days=45), seller)
    say_yes(1, "agency")
    hub.drain("ESCALATION")
    (case,) = account().handovers
    at(DUE + timedelta(days=60))
    whose = hub.add_invoice(seller, account().customer, "inv2", DUE + timedelta(days=50))
    today = DUE + timedelta(days=60)
    past = runtime.handovers().take_back(seller, "c1", case.handover_id, today, "kim", "paid half")
    assert (past.ended_on, past.ended_by) == (today, "kim")
    on(today, seller)
    (mail,) = hub.sent_mails()
    assert whose.number in mail.body


def test_what_somebody_agreed_to_on_a_sunday_goes_out_on_monday_unasked(table):
    of = hub.seed(LADDER.model_copy(update={"send_on": (1, 2, 3, 4, 5)}))
    hub.add_invoice(of, hub.add_customer(of), "inv1", DUE)
    friday, sunday = DUE + timedelta(days=18), DUE + timedelta(days=20)
    live(friday, of)
    at(sunday)
    assert say_yes(1) == "approved"
    hub.relay(of)
    hub.drain("ESCALATION", "NOTICE")
    assert (hub.sent_mails(), account().newest_notice.delivery) == ([], DeliveryState.CLAIMED)
    live(sunday + timedelta(days=1), of)
    assert len(hub.sent_mails()) == 1
    assert (account().newest_notice.n, list(runtime.tasks().list_open("demo"))) == (1, [])
