"""What the local SES takes and what it refuses, asked through boto3 as the hub asks it."""

from __future__ import annotations

import email
import json
import re
import urllib.error
import urllib.request
from email.policy import SMTP
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import SENDER, SET, Mail, call

SIGNED = "AWS4-HMAC-SHA256 Credential=local/20261122/us-east-1/ses/aws4_request, Signature=0"


def refused(ses: Any, **members: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        ses.send_email(**call(**members))
    error = caught.value.response
    status = error["ResponseMetadata"]["HTTPStatusCode"]
    return error["Error"]["Code"], status, error["Error"]["Message"]


def post_raw(mail: Mail, body: Any, authorization: str = SIGNED) -> tuple[int, str, str]:
    request = urllib.request.Request(
        mail.url + "/v2/email/outbound-emails",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": authorization},
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    answer = caught.value
    text = json.load(answer)["message"]
    return answer.code, answer.headers["x-amzn-ErrorType"], text


def test_a_mail_is_kept_whole(mail: Mail, ses: Any) -> None:
    content = {
        "Simple": {
            "Subject": {"Data": "Rechnung 1001 für Käse, 12,50 €"},
            "Body": {
                "Text": {"Data": "Bitte zahlen: https://pay.example/p/demo/l/abc\n"},
                "Html": {"Data": '<p>Bitte <a href="https://pay.example/p/demo/l/abc">zahlen</a>'},
            },
            "Headers": [{"Name": "In-Reply-To", "Value": "<case-7@seller.example>"}],
            "Attachments": [
                {
                    "RawContent": b"%PDF-1.7 bytes",
                    "FileName": "Rechnung 1001.pdf",
                    "ContentType": "application/pdf",
                }
            ],
        }
    }
    answer = ses.send_email(
        **call(
            Content=content,
            Destination={
                "ToAddresses": ["Ann <ann@buyer.example>"],
                "CcAddresses": ["boss@buyer.example"],
                "BccAddresses": ["archive@seller.example"],
            },
            ReplyToAddresses=["ask@seller.example"],
        )
    )
    (kept,) = mail.messages(to="ann@buyer.example")
    assert kept["message_id"] == answer["MessageId"]
    assert re.fullmatch(r"0100[0-9a-f]{12}-[0-9a-f-]{36}-000000", answer["MessageId"])
    assert kept["from"] == SENDER
    assert (kept["to"], kept["cc"], kept["bcc"], kept["reply_to"]) == (
        ["Ann <ann@buyer.example>"],
        ["boss@buyer.example"],
        ["archive@seller.example"],
        ["ask@seller.example"],
    )
    assert kept["subject"] == "Rechnung 1001 für Käse, 12,50 €"
    assert kept["text"] == content["Simple"]["Body"]["Text"]["Data"]
    assert kept["html"].strip() == content["Simple"]["Body"]["Html"]["Data"]
    assert kept["tags"] == {"notice": "demo-c1-00000001"}
    assert kept["configuration_set"] == SET
    raw, _ = mail.page(f"/api/messages/{answer['MessageId']}/raw")
    parsed = email.message_from_string(raw, policy=SMTP)
    assert parsed["Message-ID"] == f"<{answer['MessageId']}@email.amazonses.com>"
    assert parsed["In-Reply-To"] == "<case-7@seller.example>"
    assert "archive@seller.example" not in raw
    (pdf,) = parsed.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("Rechnung 1001.pdf", b"%PDF-1.7 bytes")


def test_raw_content_is_read_from_its_headers(mail: Mail, ses: Any) -> None:
    raw = (
        b"From: billing@seller.example\r\nTo: ann@buyer.example\r\nBcc: b@seller.example\r\n"
        b"Subject: =?utf-8?q?K=C3=A4se?=\r\nX-SES-MESSAGE-TAGS: notice=n-1, kind=first\r\n"
        b"X-SES-CONFIGURATION-SET: notices\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n"
    )
    ses.send_email(Content={"Raw": {"Data": raw}})
    (kept,) = mail.messages()
    assert (kept["subject"], kept["text"], kept["html"]) == ("Käse", "Hello\n", "")
    assert kept["tags"] == {"notice": "n-1", "kind": "first"}
    assert kept["recipients"] == ["ann@buyer.example", "b@seller.example"]
    assert not any(header["name"] == "Bcc" for header in kept["headers"])


def test_an_unverified_sender_is_rejected(mail: Mail, ses: Any) -> None:
    code, status, message = refused(ses, FromEmailAddress="who@elsewhere.example")
    assert (code, status) == ("MessageRejected", 400)
    assert "US-EAST-1: who@elsewhere.example" in message
    assert mail.messages() == []
    ses.create_email_identity(EmailIdentity="elsewhere.example")
    assert ses.get_email_identity(EmailIdentity="elsewhere.example")["VerificationStatus"] == (
        "PENDING"
    )
    assert refused(ses, FromEmailAddress="who@elsewhere.example")[0] == "MessageRejected"
    mail.config("identities", identity="elsewhere.example")
    ses.send_email(**call(FromEmailAddress="who@elsewhere.example"))
    ses.delete_email_identity(EmailIdentity="elsewhere.example")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"ConfigurationSetName": "missing"}, "NotFoundException"),
        ({"EmailTags": [{"Name": "notice", "Value": "a:b"}]}, "BadRequestException"),
        ({"Destination": {"ToAddresses": ["no-at-sign"]}}, "BadRequestException"),
        ({"Destination": {"ToAddresses": ["Käse <a@b.example>"]}}, "BadRequestException"),
        ({"Destination": {"ToAddresses": ["a@b.example\r\nBcc: c@d.example"]}}, "BadRequestExcept"),
        ({"Destination": {}}, "BadRequestException"),
        ({"Content": {"Template": {"TemplateName": "t"}}}, "BadRequestException"),
    ],
)
def test_what_aws_refuses_is_refused(
    mail: Mail, ses: Any, members: dict[str, Any], code: str
) -> None:
    assert refused(ses, **members)[0].startswith(code)
    assert mail.messages() == []


def test_a_subject_or_header_that_breaks_out_is_refused(mail: Mail, ses: Any) -> None:
    simple = call()["Content"]["Simple"]
    for broken in (
        {"Subject": {"Data": "Hi\r\nBcc: evil@x.example"}},
        {"Headers": [{"Name": "Bcc", "Value": "evil@x.example"}]},
        {"Headers": [{"Name": "X-A", "Value": "a\r\nBcc: evil@x.example"}]},
    ):
        assert refused(ses, Content={"Simple": simple | broken})[0] == "BadRequestException"
    assert mail.messages() == []


def test_requests_outside_the_model_are_refused(mail: Mail) -> None:
    good = call()
    assert post_raw(mail, good | {"EmailTagz": []})[:2] == (400, "BadRequestException")
    assert post_raw(mail, good | {"EmailTags": [{"Name": "a"}]})[:2] == (400, "BadRequestException")
    assert post_raw(mail, good | {"EmailTags": "x"})[:2] == (400, "SerializationException")
    assert post_raw(mail, {"FromEmailAddress": SENDER})[:2] == (400, "BadRequestException")
    assert post_raw(mail, good, "Bearer x")[:2] == (403, "MissingAuthenticationTokenException")
    assert mail.messages() == []


def test_operations_that_are_not_served_say_so(ses: Any) -> None:
    with pytest.raises(ClientError, match="is not served by the local SES"):
        ses.list_contact_lists()


def test_the_rate_is_per_recipient_and_throttles(mail: Mail, ses: Any) -> None:
    mail.config("rate", max_send_rate=2)
    assert ses.get_account()["SendQuota"]["MaxSendRate"] == 2.0
    ses.send_email(
        **call(Destination={"ToAddresses": ["a@b.example"], "CcAddresses": ["c@b.example"]})
    )
    code, status, message = refused(ses)
    assert (code, status) == ("TooManyRequestsException", 429)
    assert message == "Maximum sending rate exceeded."
    assert ses.get_account()["SendQuota"]["SentLast24Hours"] == 2.0
    assert len(mail.messages()) == 1


def test_the_daily_quota_throttles(mail: Mail, ses: Any) -> None:
    mail.config("rate", max_send_rate=100, max_24_hour_send=1)
    ses.send_email(**call())
    assert refused(ses)[:2] == ("TooManyRequestsException", 429)


def test_the_suppression_list_is_kept_and_paged(mail: Mail, ses: Any) -> None:
    for name in ("a", "b", "c"):
        ses.put_suppressed_destination(EmailAddress=f"{name}@x.example", Reason="BOUNCE")
    first = ses.list_suppressed_destinations(PageSize=2)
    rest = ses.list_suppressed_destinations(PageSize=2, NextToken=first["NextToken"])
    pages = [*first["SuppressedDestinationSummaries"], *rest["SuppressedDestinationSummaries"]]
    assert [entry["EmailAddress"] for entry in pages] == [f"{n}@x.example" for n in "abc"]
    assert ses.list_suppressed_destinations(Reasons=["COMPLAINT"]) | {"ResponseMetadata": 0} == {
        "SuppressedDestinationSummaries": [],
        "ResponseMetadata": 0,
    }
    found = ses.get_suppressed_destination(EmailAddress="A@x.example")["SuppressedDestination"]
    assert found["Reason"] == "BOUNCE"
    ses.delete_suppressed_destination(EmailAddress="a@x.example")
    with pytest.raises(ses.exceptions.NotFoundException):
        ses.get_suppressed_destination(EmailAddress="a@x.example")


def test_configuration_sets_are_read(ses: Any) -> None:
    assert ses.get_configuration_set(ConfigurationSetName=SET)["ConfigurationSetName"] == SET
    with pytest.raises(ses.exceptions.NotFoundException):
        ses.get_configuration_set(ConfigurationSetName="missing")
