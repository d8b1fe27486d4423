"""A mail that a person has sent: it counts as its stage, and asks for nothing that may not be."""

from datetime import timedelta
from functools import partial

import pytest

from shared import runtime
from shared.domain.agreement import Hold
from shared.domain.mail_wish import MailWish
from shared.domain.notice import DeliveryState
from shared.errors import Conflict, NotFound
from shared.usecases.charging import charges_ahead
from shared.usecases.mail_wishes import wish_for_mail
from shared.usecases.remind_now import MailByHand, remind_ahead, remind_now
from tests.integration import hub
from tests.integration.test_ladder import DUE, at, live
from tests.unit.test_decide import LADDER

THIRD = DUE + timedelta(days=3)


@pytest.fixture
def seller(table):
    of = hub.seed(LADDER)
    whose = hub.add_customer(of)
    hub.add_invoice(of, whose, "inv1", DUE)
    hub.add_invoice(of, whose, "inv2", DUE)
    live(DUE - timedelta(days=5), of)
    at(THIRD)
    return of


def remind(stage: str = "reminder", documents: tuple[str, ...] = ()):
    stores = (runtime.accounts(), runtime.entities(), runtime.notices())
    mail = MailByHand(by="ada", stage_id=stage, documents=documents)
    return remind_now(*stores, "demo", "c1", mail, runtime.now())


def out(of) -> None:
    hub.relay(of)
    hub.drain("ESCALATION", "NOTICE")


def subjects() -> list[str]:
    return [mail.subject for mail in hub.sent_mails()]


@pytest.mark.rule("R35")
def test_what_was_sent_by_hand_is_not_said_again_and_the_next_stage_comes_as_ever(seller):
    before = len(hub.sent_mails())
    notice = remind()
    assert (notice.n, notice.stage, notice.by_hand) == (2, "reminder", "ada")
    out(seller)
    for days in (7, 8, 9):
        live(DUE + timedelta(days=days), seller)
    assert len(hub.sent_mails()) == before + 1
    live(DUE + timedelta(days=14), seller)
    assert len(hub.sent_mails()) == before + 2
    assert "fee" in subjects()[-1]


def fees() -> list[tuple[str, int]]:
    documents = runtime.accounts().account("demo", "c1").documents
    return sorted((d.number, d.total.minor) for d in documents if d.number.endswith("FEE"))


def ahead(stage: str, with_fee: bool = False):
    mail = MailByHand(by="ada", stage_id=stage, with_fee=with_fee)
    stores = (runtime.accounts(), runtime.entities())
    charges = partial(charges_ahead, runtime.charging(), "demo")
    return remind_ahead(*stores, charges, "demo", "c1", mail, runtime.now())


@pytest.mark.rule("R22")
@pytest.mark.parametrize("with_fee", [False, True])
def test_the_first_word_by_hand_charges_only_where_its_sender_says_so(seller, with_fee):
    at(DUE + timedelta(days=14))
    told = ahead("late_fee", with_fee)
    expected = [("INV1-FEE", 500), ("INV2-FEE", 500)] if with_fee else []
    assert [(number, fee.minor) for number, fee in told.fees] == expected
    assert {u.code for u in told.uncharged} == (set() if with_fee else {"first_word"})
    stores = (runtime.accounts(), runtime.entities(), runtime.notices())
    mail = MailByHand(by="ada", stage_id="late_fee", with_fee=with_fee)
    remind_now(*stores, "demo", "c1", mail, runtime.now())
    out(seller)
    assert fees() == expected


@pytest.mark.rule("R22")
def test_what_was_reminded_of_before_is_charged_by_hand_as_on_the_ladder(seller):
    remind()
    out(seller)
    at(DUE + timedelta(days=14))
    assert len(ahead("late_fee").fees) == 2
    remind("late_fee")
    out(seller)
    assert len(fees()) == 2


@pytest.mark.rule("R35")
def test_only_what_the_mail_asked_for_counts_as_said(seller):
    remind(documents=("inv1",))
    out(seller)
    live(DUE + timedelta(days=7), seller)
    first, second = subjects()[-2:]
    assert "INV1" in first
    assert "INV2" not in first
    assert "INV2" in second
    assert "INV1" not in second


def test_a_stage_may_be_said_once_more_by_hand(seller):
    live(DUE + timedelta(days=7), seller)
    before = len(hub.sent_mails())
    remind("")
    out(seller)
    assert len(hub.sent_mails()) == before + 1
    assert runtime.accounts().newest_notice("demo", "c1").delivery is DeliveryState.SENT


def test_the_same_button_pressed_twice_is_one_mail(seller):
    remind()
    with pytest.raises(Conflict, match="just_sent"):
        remind()


def test_what_is_on_hold_is_not_asked_for_by_hand_either(seller):
    assert runtime.holds().put(seller, "c1", Hold("h", "x", THIRD, THIRD, "x", ("inv1",)))
    remind()
    out(seller)
    assert "INV2" in subjects()[-1]
    assert "INV1" not in subjects()[-1]


@pytest.mark.parametrize("wish", ["no_reminders", "internal"])
@pytest.mark.rule("R36")
def test_a_wish_holds_for_mails_by_hand_as_well(seller, wish):
    wish_for_mail(
        runtime.accounts(),
        runtime.mail_wishes(),
        "demo",
        "c1",
        MailWish(wish),
        "ada",
        runtime.now(),
    )
    with pytest.raises(Conflict, match=r"reminders_off|internal"):
        remind()


@pytest.mark.rule("R36")
def test_a_wish_that_comes_after_the_button_was_pressed_keeps_the_mail_back(seller):
    before = len(hub.sent_mails())
    remind()
    wish_for_mail(
        runtime.accounts(),
        runtime.mail_wishes(),
        "demo",
        "c1",
        MailWish.NO_REMINDERS,
        "x",
        runtime.now(),
    )
    out(seller)
    assert len(hub.sent_mails()) == before
    assert runtime.accounts().newest_notice("demo", "c1").delivery is DeliveryState.WITHDRAWN


def test_a_fee_is_not_announced_before_it_is_charged(seller):
    with pytest.raises(Conflict, match="nothing_to_ask"):
        remind("late_fee")


def test_what_is_not_late_is_not_called_late(table):
    of = hub.seed(LADDER)
    hub.add_invoice(of, hub.add_customer(of), "inv1", DUE)
    at(DUE - timedelta(days=2))
    with pytest.raises(Conflict, match="nothing_to_ask"):
        remind("reminder")
    assert remind("upcoming").stage == "upcoming"


def test_an_unknown_stage_or_document_and_a_held_entity_send_nothing(seller):
    with pytest.raises(Conflict, match="no_such_stage"):
        remind("call")
    with pytest.raises(NotFound):
        remind("reminder", ("nothing",))
