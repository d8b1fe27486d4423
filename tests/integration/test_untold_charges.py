"""No fee is owed that no message told of, and nobody's word is passed over just before the call."""

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from functions.notice_send import handler as sender
from shared import runtime
from shared.adapters.entities import entity_write
from shared.adapters.send_pace import SendPace
from shared.domain.agreement_drafts import HoldDraft
from shared.domain.notice import DeliveryState
from shared.usecases.holds import put_hold
from shared.usecases.remind_now import MailByHand, remind_now
from tests.integration import hub
from tests.integration.test_approvals import LADDER as WITH_APPROVAL
from tests.integration.test_approvals import account, say_yes
from tests.integration.test_ladder import DUE, at, live
from tests.unit.test_decide import LADDER

LATE = DUE + timedelta(days=14)


def seller(policy=LADDER, stage_done=""):
    of = hub.seed(policy)
    hub.add_invoice(of, hub.add_customer(of), "inv1", DUE, stage_done=stage_done)
    return of


def hold() -> None:
    stores = (runtime.accounts(), runtime.papers(), runtime.holds())
    until = LATE + timedelta(days=40)
    draft = HoldDraft(customer_id="c1", reason="asked for time", ends_on=until)
    put_hold(*stores, "demo", draft, runtime.now(), by="kim")


def pause(reason: str) -> None:
    entity = runtime.entities().get("demo")
    runtime.table().write(entity_write(replace(entity, mail_paused=reason)))


def owed() -> list[tuple[str, int]]:
    return sorted((d.number, d.open.minor) for d in account().documents)


def charge_only(of) -> None:
    at(LATE)
    hub.sweep(of)
    hub.relay(of)
    hub.drain("ESCALATION")
    assert owed() == [("INV1", 10_000), ("INV1-FEE", 500)]


@pytest.mark.rule("R22")
def test_a_fee_that_was_never_told_is_taken_back_with_its_message(table):
    of = seller(stage_done="reminder")
    charge_only(of)
    hold()
    hub.drain("NOTICE")
    assert account().newest_notice.delivery is DeliveryState.WITHDRAWN
    assert hub.sent_mails() == []
    assert owed() == [("INV1", 10_000)]
    (taken,) = runtime.ledger().postings("demo", "c1", "correction:")
    assert [(m.amount.minor, m.reason) for m in taken.movements] == [(-500, "not_announced")]


@pytest.mark.rule("R22")
def test_a_fee_that_was_told_stays_when_the_mail_is_asked_for_once_more_and_withdrawn(table):
    of = seller(stage_done="reminder")
    live(LATE, of)
    assert len(hub.sent_mails()) == 1
    at(LATE + timedelta(days=1))
    by_hand()
    hold()
    hub.relay(of)
    hub.drain("ESCALATION", "NOTICE")
    assert account().newest_notice.delivery is DeliveryState.WITHDRAWN
    assert owed() == [("INV1", 10_000), ("INV1-FEE", 500)]


def told(name: str, **detail: object) -> None:
    """Let SES tell of the first mail."""
    tags = {"entity": ["demo"], "customer": ["c1"], "notice": ["1"]}
    record = {"eventType": name, "mail": {"messageId": "m", "tags": tags}} | detail
    answer = hub.invoke("functions.mail_events.handler", [json.dumps(record)])
    assert answer == {"batchItemFailures": []}


def bounced(address: str) -> dict[str, object]:
    recipients = [{"emailAddress": address}]
    kind = {"bounceType": "Permanent", "bounceSubType": "General"}
    return kind | {"bouncedRecipients": recipients}


@pytest.mark.rule("R22")
@pytest.mark.rule("R36")
@pytest.mark.parametrize(
    ("event", "detail"),
    [
        ("Reject", {"reject": {"reason": "Bad content"}}),
        ("Bounce", {"bounce": bounced("AP@nordlicht.example")}),
    ],
)
def test_a_fee_is_taken_back_once_its_mail_is_known_to_have_reached_nobody(table, event, detail):
    live(LATE, seller(stage_done="reminder"))
    assert owed() == [("INV1", 10_000), ("INV1-FEE", 500)]
    told("Send")
    told(event, **detail)
    told(event, **detail)
    assert account().newest_notice.delivery is DeliveryState.BOUNCED
    assert owed() == [("INV1", 10_000)]
    assert len(list(runtime.ledger().postings("demo", "c1", "correction:"))) == 1
    assert [task.kind for task in runtime.tasks().list_open("demo")] == ["bounce"]


@pytest.mark.rule("R22")
@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (
            "Complaint",
            {"complaint": {"complainedRecipients": [{"emailAddress": "ap@nordlicht.example"}]}},
        ),
        ("Bounce", {"bounce": bounced("boss@nordlicht.example")}),
    ],
)
def test_a_fee_stays_that_somebody_has_read_of(table, event, detail):
    live(LATE, seller(stage_done="reminder"))
    told(event, **detail)
    assert owed() == [("INV1", 10_000), ("INV1-FEE", 500)]


@pytest.mark.rule("R22")
def test_a_fee_stays_that_a_later_mail_has_told(table):
    of = seller(stage_done="reminder")
    live(LATE, of)
    at(LATE + timedelta(days=1))
    by_hand()
    hub.relay(of)
    hub.drain("ESCALATION", "NOTICE")
    assert len(hub.sent_mails()) == 2
    told("Reject", reject={"reason": "Bad content"})
    assert owed() == [("INV1", 10_000), ("INV1-FEE", 500)]


@pytest.mark.rule("R22")
def test_nothing_is_charged_for_a_mail_while_mails_are_paused(table):
    of = seller(stage_done="reminder")
    pause("bounces")
    live(LATE, of)
    assert owed() == [("INV1", 10_000)]
    pause("")
    live(LATE, of)
    assert owed() == [("INV1", 10_000), ("INV1-FEE", 500)]
    assert len(hub.sent_mails()) == 1


def by_hand(subject: str = ""):
    stores = (runtime.accounts(), runtime.entities(), runtime.notices())
    mail = MailByHand(by="ada", subject=subject, stage_id="late_fee")
    return remind_now(*stores, "demo", "c1", mail, runtime.now())


@pytest.mark.rule("R37")
def test_a_mail_by_hand_waits_for_approval_as_its_stage_says(table):
    of = seller(WITH_APPROVAL)
    at(LATE)
    by_hand()
    hub.relay(of)
    hub.drain("ESCALATION", "NOTICE")
    assert account().newest_notice.delivery is DeliveryState.APPROVAL
    assert (owed(), hub.sent_mails()) == ([("INV1", 10_000)], [])
    say_yes(1)
    hub.drain("ESCALATION", "NOTICE")
    assert len(hub.sent_mails()) == 1


@pytest.mark.rule("R37")
def test_who_may_agree_does_so_by_asking_for_the_mail(table):
    of = seller(WITH_APPROVAL)
    at(LATE)
    by_hand("sub-1")
    hub.relay(of)
    hub.drain("ESCALATION", "NOTICE")
    notice = account().newest_notice
    assert (notice.delivery, notice.approved_by) == (DeliveryState.SENT, "ada")
    assert notice.approved_subject == "sub-1"


def notice_message() -> None:
    body = {"entity": "demo", "customer_id": "c1", "kind": "notice", "n": 1}
    hub.invoke("functions.notice_send.handler", [json.dumps(body)])


@pytest.mark.rule("R37")
def test_the_sender_itself_sends_nothing_that_still_waits_for_approval(table):
    seller(WITH_APPROVAL)
    at(LATE)
    by_hand()
    notice_message()
    assert (hub.sent_mails(), account().newest_notice.delivery) == ([], DeliveryState.CLAIMED)


def test_what_somebody_agreed_to_only_waits_for_its_day_at_the_sender_too(table):
    of = seller(WITH_APPROVAL.model_copy(update={"send_on": (1, 2, 3, 4, 5)}))
    live(DUE + timedelta(days=18), of)
    say_yes(1)
    hub.drain("ESCALATION")
    at(DUE + timedelta(days=20))
    hub.drain("NOTICE")
    assert (hub.sent_mails(), account().newest_notice.delivery) == ([], DeliveryState.CLAIMED)


@pytest.mark.parametrize("word", [hold, lambda: pause("bounces")])
def test_a_word_that_comes_while_the_sender_waits_for_its_turn_counts(table, monkeypatch, word):
    of = seller()
    at(DUE + timedelta(days=7))
    hub.sweep(of)
    hub.relay(of)
    waited = []

    def wait(self: SendPace, recipients: int, wall: object) -> bool:
        waited.append(recipients)
        word()
        return True

    monkeypatch.setattr(SendPace, "wait", wait)
    hub.drain("NOTICE")
    assert (waited, hub.sent_mails()) == ([1], [])


def test_a_mail_to_two_people_takes_two_turns_and_is_looked_at_after_the_last(table, monkeypatch):
    of = hub.seed(LADDER)
    hub.add_invoice(of, hub.add_customer(of, cc=("adviser@other.example",)), "inv1", DUE)
    waited = []
    monkeypatch.setattr(SendPace, "wait", lambda _, n, wall: not waited.append(n))
    live(DUE + timedelta(days=7), of)
    assert (waited, len(hub.sent_mails())) == ([1, 1], 1)


def test_a_batch_that_runs_out_of_time_leaves_the_rest_claimed(table):
    of = seller()
    at(DUE + timedelta(days=7))
    hub.sweep(of)
    late = SimpleNamespace(get_remaining_time_in_millis=lambda: 15_000)
    body = {"entity": "demo", "customer_id": "c1", "kind": "notice", "n": 1}
    sender._send(sender.batch.enough_time(late), body)
    assert (hub.sent_mails(), account().newest_notice.delivery) == ([], DeliveryState.CLAIMED)
