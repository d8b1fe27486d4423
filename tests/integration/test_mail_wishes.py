"""Who wants no reminders, and who is never mailed: on every way that a mail can take."""

import re
from datetime import timedelta

import pytest

from shared import runtime
from shared.domain.mail_wish import MailWish
from shared.domain.notice import Channel, DeliveryState
from shared.domain.notices import next_notice
from shared.usecases.mail_wishes import wish_for_mail
from tests.integration import hub
from tests.integration.test_ladder import DUE, at, live
from tests.support.browser import Browser
from tests.unit.test_decide import LADDER

REMIND = DUE + timedelta(days=7)
pytestmark = pytest.mark.rule("R36")


@pytest.fixture
def seller(table):
    of = hub.seed(LADDER)
    whose = hub.add_customer(of)
    hub.add_invoice(of, whose, "inv1", DUE)
    return of


def wish(name: str) -> None:
    stores = (runtime.accounts(), runtime.mail_wishes())
    wish_for_mail(*stores, "demo", "c1", MailWish(name), "ada", runtime.now())


def say(kind: str) -> DeliveryState:
    """Claim a mail that no stage asks for, let it go out, and return what became of it."""
    newest = runtime.accounts().newest_notice("demo", "c1")
    now = runtime.now()
    notice = next_notice(newest, kind=kind, as_of=now.business.date(), claimed_at=now.business)
    assert runtime.notices().claim("demo", "c1", notice, now.wall)
    hub.relay(runtime.entities().get("demo"))
    hub.drain("ESCALATION", "NOTICE")
    return runtime.accounts().notice("demo", "c1", notice.n).delivery


def codes(day) -> set[str]:
    from shared.domain.decide import decide

    account = runtime.accounts().account("demo", "c1")
    return {d.code for d in decide(account, runtime.entities().book("demo", account), day)}


def test_no_stage_that_reminds_is_mailed_and_the_call_still_comes(seller):
    at(REMIND)
    wish("no_reminders")
    live(REMIND, seller, times=2)
    assert codes(REMIND) == {"reminders_off"}
    live(DUE + timedelta(days=14), seller)
    live(DUE + timedelta(days=21), seller)
    assert hub.sent_mails() == []
    newest = runtime.accounts().newest_notice("demo", "c1")
    assert (newest.n, newest.channel) == (1, Channel.CALL)
    account = runtime.accounts().account("demo", "c1")
    assert [d.number for d in account.documents] == ["INV1"], "no fee for a mail that nobody got"


def test_a_reminder_that_is_claimed_already_does_not_go_out(seller):
    at(REMIND)
    hub.sweep(seller)
    wish("no_reminders")
    hub.relay(seller)
    hub.drain("ESCALATION", "NOTICE")
    assert hub.sent_mails() == []
    assert runtime.accounts().notice("demo", "c1", 1).delivery is DeliveryState.WITHDRAWN


def test_an_invoice_and_a_link_asked_for_still_go_out(seller):
    at(DUE - timedelta(days=30))
    wish("no_reminders")
    live(DUE - timedelta(days=30), seller)
    assert say("link") is DeliveryState.SENT
    assert len(hub.sent_mails()) == 2


def test_the_wish_is_a_dated_fact_with_one_task_and_the_debt_stays(seller):
    at(REMIND)
    wish("no_reminders")
    wish("no_reminders")
    assert runtime.accounts().customer("demo", "c1").reminders_off_on == REMIND
    assert [task.kind for task in runtime.tasks().list_open("demo")] == ["no_reminders"]
    facts = list(runtime.table().query("E#demo#C#c1#H", begins="MAIL_WISH#"))
    assert [(f["wish"], f["on"], f["by"]) for f in facts] == [
        ("no_reminders", REMIND.isoformat(), "ada")
    ]
    assert runtime.accounts().account("demo", "c1").documents[0].open.minor == 10_000


def test_a_wish_made_again_in_the_same_moment_is_a_wish_of_its_own(seller):
    at(REMIND)
    for name in ("no_reminders", "reminders", "no_reminders"):
        wish(name)
    assert runtime.accounts().customer("demo", "c1").reminders_off_on == REMIND
    assert [task.kind for task in runtime.tasks().list_open("demo")] == ["no_reminders"] * 2


def test_reminders_go_on_when_they_are_wanted_again(seller):
    at(REMIND)
    wish("no_reminders")
    live(REMIND, seller)
    wish("reminders")
    live(REMIND, seller)
    assert len(hub.sent_mails()) == 1


def test_an_internal_customer_gets_no_mail_of_any_kind_and_no_call(seller):
    at(REMIND)
    wish("internal")
    for days in (-30, 7, 14, 21, 45):
        live(DUE + timedelta(days=days), seller)
        assert codes(DUE + timedelta(days=days)) <= {"internal"}
    assert say("link") is DeliveryState.WITHDRAWN
    assert hub.sent_mails() == []
    assert list(runtime.tasks().list_open("demo")) == []


def test_one_click_in_a_mail_program_stops_the_reminders_without_a_session(seller):
    live(REMIND, seller)
    (mail,) = hub.sent_mails()
    (path,) = set(re.findall(r"/p/demo/l/[A-Za-z0-9_-]{43}/stop", str(mail.body)))
    browser = Browser()
    page = browser.get(path)
    assert page["statusCode"] == 200
    assert "Stop reminders" in page["body"]
    assert runtime.accounts().customer("demo", "c1").reminders_off_on is None
    done = browser.post(path, [("List-Unsubscribe", "One-Click")], origin="")
    assert done["statusCode"] == 200
    assert runtime.accounts().customer("demo", "c1").reminders_off_on is not None
    live(DUE + timedelta(days=14), seller)
    assert len(hub.sent_mails()) == 1


def test_a_forged_link_stops_nothing_and_reads_the_same(seller):
    live(REMIND, seller)
    browser = Browser()
    path = f"/p/demo/l/{'a' * 43}/stop"
    assert browser.post(path, [], origin="")["statusCode"] == 200
    assert "Reminders are stopped" in browser.post(path, [], origin="")["body"]
    assert runtime.accounts().customer("demo", "c1").reminders_off_on is None


def test_mail_goes_again_once_a_person_found_the_address_to_be_good(seller):
    at(REMIND)
    wall = runtime.now().wall
    runtime.suppressions().add("demo", "ap@nordlicht.example", "bounced", wall)
    live(REMIND, seller, times=2)
    assert runtime.accounts().customer("demo", "c1").mail_stopped
    wish("mail_again")
    live(REMIND, seller)
    assert len(hub.sent_mails()) == 1
