"""Mails that come back stop the others, as a dated fact; a named person lets them go again."""

import json
from datetime import timedelta

import pytest

from shared import runtime
from shared.adapters.account_items import notice_item
from shared.adapters.table import Put
from shared.domain.clock import Now
from shared.domain.mail import MailEvent, MailEventKind
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.domain.reputation import BOUNCES_MIN, SENT_MIN
from shared.errors import Conflict, InvalidInput
from shared.usecases.watch_mail import mail_health, resume_mail, watch_mail
from tests.integration import hub
from tests.integration.test_ladder import DUE, live
from tests.unit.test_decide import LADDER


@pytest.fixture
def seller(table):
    return hub.seed(LADDER)


def delivered(count: int, first: int = 1) -> None:
    """Write deliveries of so many notices of one customer, as their senders did."""
    now = runtime.now()
    for n in range(first, first + count):
        as_of, claimed_at = now.business.date(), now.business
        notice = Notice(n, "stage", "due", Channel.EMAIL, "standard", 1, as_of, claimed_at)
        runtime.table().write(Put(notice_item("demo", "c9", notice)))
        runtime.notices().call("demo", "c9", n, "f", now.wall, (f"a{n}@x.example",))


def hear(kind: MailEventKind, n: int, now: Now | None = None) -> str:
    event = MailEvent("demo", "c9", n, kind, f"m{n}", recipients=(f"a{n}@x.example",))
    return watch_mail(runtime.entities(), runtime.mail_watch(), event, now or runtime.now())


def health():
    return mail_health(runtime.entities(), runtime.mail_watch(), "demo", runtime.now())


def pause() -> None:
    delivered(SENT_MIN)
    for n in range(1, SENT_MIN + 1):
        hear(MailEventKind.SENT, n)
    for n in range(1, BOUNCES_MIN + 1):
        hear(MailEventKind.BOUNCED, n)


@pytest.mark.rule("R4")
def test_each_mail_counts_once_for_each_news_of_it_however_often_it_is_told(seller):
    delivered(2)
    for _ in range(3):
        for n in (1, 2):
            hear(MailEventKind.SENT, n)
            hear(MailEventKind.DELIVERED, n)
        hear(MailEventKind.BOUNCED, 1)
        hear(MailEventKind.COMPLAINED, 2)
    tally = health().tally
    assert (tally.sent, tally.bounced, tally.complained) == (2, 1, 1)


def test_news_of_a_mail_that_we_never_sent_counts_for_nothing(seller):
    assert hear(MailEventKind.BOUNCED, 77) == ""
    assert health().tally.bounced == 0


def test_too_many_that_come_back_pause_every_mail_until_a_person_lets_them_go(seller):
    pause()
    told = health()
    assert told.paused == "bounces"
    assert (told.pauses[0].tally.sent, told.pauses[0].ended_at) == (SENT_MIN, None)
    assert [t.kind for t in runtime.tasks().list_open("demo")] == ["mail_paused"]
    whose = hub.add_customer(runtime.entities().get("demo"))
    hub.add_invoice(seller, whose, "inv1", DUE)
    live(DUE + timedelta(days=7), seller, times=2)
    assert hub.sent_mails() == []
    assert runtime.accounts().notice("demo", "c1", 1).delivery is DeliveryState.CLAIMED
    resume_mail(
        runtime.entities(), runtime.mail_watch(), "demo", "ada", "list mended", runtime.now()
    )
    live(DUE + timedelta(days=7), seller)
    assert len(hub.sent_mails()) == 1
    (past,) = health().pauses
    assert (past.ended_by, past.note) == ("ada", "list mended")


def test_what_led_to_one_pause_does_not_lead_to_the_next(seller):
    pause()
    resume_mail(runtime.entities(), runtime.mail_watch(), "demo", "ada", "mended", runtime.now())
    delivered(1, first=SENT_MIN + 1)
    assert hear(MailEventKind.BOUNCED, SENT_MIN + 1) == ""
    assert health().paused == ""


def test_news_that_is_older_than_the_window_no_longer_counts(seller):
    pause_day = runtime.now()
    delivered(SENT_MIN)
    for n in range(1, SENT_MIN + 1):
        hear(MailEventKind.SENT, n)
    for n in range(1, BOUNCES_MIN):
        hear(MailEventKind.BOUNCED, n)
    later = Now(pause_day.business, pause_day.wall + timedelta(days=8))
    assert hear(MailEventKind.BOUNCED, BOUNCES_MIN, later) == ""


def test_only_a_person_with_a_reason_lets_mails_go_again_and_only_once(seller):
    stores = (runtime.entities(), runtime.mail_watch(), "demo", "ada")
    with pytest.raises(Conflict):
        resume_mail(*stores, "mended", runtime.now())
    pause()
    with pytest.raises(InvalidInput):
        resume_mail(*stores, " ", runtime.now())


def test_the_real_handler_counts_and_pauses(seller, caplog):
    delivered(SENT_MIN)

    def told(name: str, n: int, **more: object) -> str:
        tags = {"entity": ["demo"], "customer": ["c9"], "notice": [str(n)]}
        return json.dumps({"eventType": name, "mail": {"messageId": "m", "tags": tags}} | more)

    hub.add_customer(seller, customer_id="c9", external_id="9")
    events = [told("Send", n) for n in range(1, SENT_MIN + 1)]
    for n in range(1, BOUNCES_MIN + 1):
        who = [{"emailAddress": f"a{n}@x.example"}]
        bounce = {"bounceType": "Permanent", "bounceSubType": "x", "bouncedRecipients": who}
        events.append(told("Bounce", n, bounce=bounce))
    assert hub.invoke("functions.mail_events.handler", events) == {"batchItemFailures": []}
    assert health().paused == "bounces"
    assert "mail_paused" in caplog.text
