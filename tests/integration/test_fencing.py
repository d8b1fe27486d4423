"""Who owns a call owns its end: fences, leases and news that comes late, on the real table."""

from datetime import timedelta

import pytest

from shared import runtime
from shared.domain.mail import MailEvent, MailEventKind, SendResult, SendState
from shared.domain.notice import DeliveryState
from shared.domain.notices import next_notice
from tests.integration import hub
from tests.integration.test_ladder import DUE, at, live
from tests.unit.test_decide import LADDER

REMIND = DUE + timedelta(days=7)
TO = ("ap@nordlicht.example",)
pytestmark = [pytest.mark.rule("R1"), pytest.mark.law("6")]


@pytest.fixture
def seller(table):
    """A seller whose customer has one claimed notice that nobody has taken up."""
    of = hub.seed(LADDER)
    hub.add_invoice(of, hub.add_customer(of), "inv1", DUE)
    at(REMIND)
    hub.sweep(of)
    return of


def state() -> DeliveryState:
    return runtime.accounts().notice("demo", "c1", 1).delivery


def call(fence: str) -> bool:
    return runtime.notices().call("demo", "c1", 1, fence, runtime.now().wall, TO)


def resume(of) -> None:
    for _ in range(2):
        hub.relay(of)
        hub.drain("ESCALATION", "NOTICE")


def hear(kind: MailEventKind) -> None:
    from shared.usecases.mail_event import note_mail_event

    event = MailEvent("demo", "c1", 1, kind, "m", recipients=TO)
    stores = (runtime.accounts(), runtime.notices(), runtime.suppressions(), runtime.tasks())
    note_mail_event(*stores, runtime.untold(), event, runtime.now())


def test_what_was_claimed_by_a_worker_that_died_is_taken_over_and_sent_once(seller):
    resume(seller)
    assert (state(), len(hub.sent_mails())) == (DeliveryState.SENT, 1)


def test_what_was_being_called_is_never_sent_again_by_itself(seller):
    assert call("dead")
    resume(seller)
    live(REMIND, seller, times=2)
    assert (state(), hub.sent_mails()) == (DeliveryState.CALLING, [])


def test_of_two_workers_one_calls(seller):
    assert call("first")
    assert not call("second")


@pytest.mark.rule("R34")
def test_what_a_later_notice_has_taken_over_is_not_said_to_be_left_out_by_this_one(seller):
    wall, first = runtime.now().wall, runtime.accounts().notice("demo", "c1", 1)
    later = next_notice(first, kind="receipt", as_of=REMIND, claimed_at=runtime.now().business)
    assert runtime.notices().claim("demo", "c1", later, wall)
    assert not runtime.notices().call("demo", "c1", 1, "stale", wall, TO, done={})
    assert runtime.accounts().notice("demo", "c1", 1) == first
    assert call("anew")


def test_a_worker_that_lost_its_fence_neither_confirms_nor_gives_back(seller):
    wall = runtime.now().wall
    assert call("owner")
    runtime.notices().sent("demo", "c1", 1, "other", wall, "m", "key")
    runtime.notices().refused("demo", "c1", 1, "other", wall, "Throttling")
    assert state() is DeliveryState.CALLING
    runtime.notices().refused("demo", "c1", 1, "owner", wall, "Throttling")
    assert state() is DeliveryState.CLAIMED
    assert call("next")
    runtime.notices().sent("demo", "c1", 1, "owner", wall, "m", "key")
    assert state() is DeliveryState.CALLING, "its call is over: the next one's is under way"


def test_a_definite_no_is_tried_again_and_an_open_question_is_not(seller, monkeypatch):
    answers = [SendResult(SendState.REFUSED, code="x"), SendResult(SendState.UNCERTAIN, code="y")]
    asked = []

    def send(*_: object) -> SendResult:
        asked.append(1)
        return answers.pop(0)

    monkeypatch.setattr("shared.adapters.ses_mail.SesMailer.send", send)
    for _ in range(4):
        resume(seller)
    assert (len(asked), state()) == (2, DeliveryState.CALLING)


def test_bad_news_that_comes_first_stays_and_is_one_task_however_often_it_is_told(seller):
    assert call("owner")
    for kind in (
        MailEventKind.COMPLAINED,
        MailEventKind.COMPLAINED,
        MailEventKind.SENT,
        MailEventKind.DELIVERED,
    ):
        hear(kind)
    assert state() is DeliveryState.BOUNCED
    assert [task.kind for task in runtime.tasks().list_open("demo")] == ["bounce"]
    assert runtime.suppressions().among("demo", TO) == {TO[0]: "complained"}


def test_news_makes_known_what_nobody_knew(seller):
    assert call("owner")
    hear(MailEventKind.DELIVERED)
    assert state() is DeliveryState.SENT
