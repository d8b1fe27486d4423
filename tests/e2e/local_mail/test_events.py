"""Events: SES's shape, our tags, in order, until the topic accepts them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from .conftest import SET, Mail, Topic, call


def kinds(topic: Topic) -> list[str]:
    return [event["eventType"] for event in topic.events()]


def drained(mail: Mail) -> None:
    assert mail.get("/_config/idle", wait_seconds=10)["idle"]


def test_send_and_delivery_carry_our_tags_in_ses_shape(mail: Mail, ses: Any, topic: Topic) -> None:
    message_id = ses.send_email(**call(ReplyToAddresses=["ask@seller.example"]))["MessageId"]
    drained(mail)
    sent, delivered = topic.events()
    assert topic.published[0]["Subject"] == "Amazon SES Email Event Notification"
    assert topic.published[0]["TopicArn"].endswith(":mail-events")
    assert (sent["eventType"], sent["send"]) == ("Send", {})
    assert delivered["eventType"] == "Delivery"
    assert delivered["delivery"]["recipients"] == ["ann@buyer.example"]
    assert set(delivered["delivery"]) == {
        "timestamp",
        "processingTimeMillis",
        "recipients",
        "smtpResponse",
        "reportingMTA",
    }
    head = sent["mail"]
    assert head["messageId"] == message_id
    assert head["destination"] == ["Ann <ann@buyer.example>"]
    assert head["source"] == "Seller Billing <billing@seller.example>"
    assert head["tags"]["notice"] == ["demo-c1-00000001"]
    assert head["tags"]["ses:configuration-set"] == [SET]
    assert head["tags"]["ses:from-domain"] == ["seller.example"]
    assert head["commonHeaders"]["subject"] == "Invoice 1001"
    assert head["commonHeaders"]["messageId"] == message_id
    assert head["headersTruncated"] is False
    assert {"name": "Reply-To", "value": "ask@seller.example"} in head["headers"]
    (kept,) = mail.messages()
    assert [event["state"] for event in kept["events"]] == ["published", "published"]
    assert kept["events"][0]["sns_message_id"] == "sns-1"


@pytest.mark.parametrize(
    ("address", "expected", "kind"),
    [
        ("bounce@simulator.amazonses.com", ["Send", "Bounce"], ("Permanent", "General")),
        ("bounce+7@simulator.amazonses.com", ["Send", "Bounce"], ("Permanent", "General")),
        (
            "suppressionlist@simulator.amazonses.com",
            ["Send", "Bounce"],
            ("Permanent", "Suppressed"),
        ),
        (
            "ooto@simulator.amazonses.com",
            ["Send", "Delivery", "Bounce"],
            ("Transient", "General"),
        ),
        ("success@simulator.amazonses.com", ["Send", "Delivery"], None),
    ],
)
def test_simulator_addresses(
    mail: Mail,
    ses: Any,
    topic: Topic,
    address: str,
    expected: list[str],
    kind: tuple[str, str] | None,
) -> None:
    ses.send_email(**call(address))
    drained(mail)
    assert kinds(topic) == expected
    if kind:
        bounce = topic.events()[-1]["bounce"]
        assert (bounce["bounceType"], bounce["bounceSubType"]) == kind
        assert bounce["bouncedRecipients"][0]["emailAddress"] == address
        assert bounce["feedbackId"]
    assert ses.list_suppressed_destinations()["SuppressedDestinationSummaries"] == []


def test_a_complaint_suppresses_and_the_next_mail_bounces(
    mail: Mail, ses: Any, topic: Topic
) -> None:
    mail.config("recipients", pattern="*@angry.example", outcome="complaint")
    ses.send_email(**call("bob@angry.example"))
    ses.send_email(**call("bob@angry.example"))
    drained(mail)
    assert kinds(topic) == ["Send", "Delivery", "Complaint", "Send", "Bounce"]
    complaint, bounce = topic.events()[2]["complaint"], topic.events()[4]["bounce"]
    assert complaint["complainedRecipients"] == [{"emailAddress": "bob@angry.example"}]
    assert complaint["complaintFeedbackType"] == "abuse"
    assert bounce["bounceSubType"] == "OnAccountSuppressionList"
    found = ses.get_suppressed_destination(EmailAddress="bob@angry.example")
    assert found["SuppressedDestination"]["Reason"] == "COMPLAINT"


def test_rules_by_address_decide(mail: Mail, ses: Any, topic: Topic) -> None:
    mail.config("recipients", pattern="*@full.example", outcome="soft_bounce")
    mail.config("recipients", pattern="*@slow.example", outcome="delay")
    ses.send_email(
        **call(Destination={"ToAddresses": ["a@full.example"], "CcAddresses": ["b@slow.example"]})
    )
    drained(mail)
    assert kinds(topic) == ["Send", "Bounce", "DeliveryDelay", "Delivery"]
    assert topic.events()[1]["bounce"]["bounceType"] == "Transient"
    assert topic.events()[2]["deliveryDelay"]["delayedRecipients"][0]["emailAddress"] == (
        "b@slow.example"
    )


def test_a_virus_is_accepted_then_rejected(mail: Mail, ses: Any, topic: Topic) -> None:
    content = call()["Content"]
    virus = "EICAR-STANDARD-ANTIVIRUS-TEST" + "-FILE!"
    content["Simple"]["Body"] = {"Text": {"Data": virus}}
    ses.send_email(**call(Content=content))
    drained(mail)
    assert kinds(topic) == ["Send", "Reject"]
    assert topic.events()[1]["reject"] == {"reason": "Bad content"}


def test_a_topic_that_refuses_is_asked_again_in_order(mail: Mail, ses: Any, topic: Topic) -> None:
    topic.refuse = 3
    for number in range(3):
        ses.send_email(**call(EmailTags=[{"Name": "notice", "Value": str(number)}]))
    drained(mail)
    order = [(e["mail"]["tags"]["notice"][0], e["eventType"]) for e in topic.events()]
    assert order == [(str(n), kind) for n in range(3) for kind in ("Send", "Delivery")]
    assert mail.get("/_config/counters")["publish_attempts_failed"] == 3


def test_paused_events_are_pending_and_come_later(mail: Mail, ses: Any, topic: Topic) -> None:
    mail.config("events", paused=True)
    ses.send_email(**call())
    state = mail.get("/_config/idle", wait_seconds=0.1)
    assert (state["idle"], state["events_pending"], topic.published) == (False, 2, [])
    mail.config("events", paused=False)
    drained(mail)
    assert kinds(topic) == ["Send", "Delivery"]


def test_only_the_types_asked_for_are_published(mail: Mail, ses: Any, topic: Topic) -> None:
    mail.config(
        "event-destination",
        configuration_set=SET,
        sns_topic_arn="arn:aws:sns:us-east-1:000000000000:mail-events",
        endpoint_url=topic.url,
        event_types=["SEND", "DELIVERY_DELAY", "RENDERING_FAILURE"],
    )
    mail.config("recipients", pattern="*@slow.example", outcome="delay")
    ses.send_email(**call("a@slow.example"))
    drained(mail)
    assert kinds(topic) == ["Send", "DeliveryDelay"]


def test_without_a_configuration_set_nobody_hears(mail: Mail, ses: Any, topic: Topic) -> None:
    members = call()
    del members["ConfigurationSetName"]
    ses.send_email(**members)
    drained(mail)
    assert topic.published == []
    assert {event["state"] for event in mail.messages()[0]["events"]} == {"no destination"}


def test_the_business_clock_stamps_mails_and_events(mail: Mail, ses: Any, topic: Topic) -> None:
    mail.config("clock", offset_seconds=90 * 86_400)
    ses.send_email(**call())
    drained(mail)
    (kept,) = mail.messages()
    moved = datetime.fromisoformat(kept["business_time"])
    wall = datetime.fromisoformat(kept["wall_time"])
    assert (moved - wall).days in (89, 90)
    assert topic.events()[0]["mail"]["timestamp"] == kept["business_time"]
    assert mail.messages(since=kept["business_time"])
    assert mail.messages(since="2999-01-01T00:00:00Z") == []
