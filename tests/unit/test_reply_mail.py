"""Mails as they come in, hostile ones included, to what the hub reads of them."""

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.reply_mail import READ_BYTES_MAX, read_reply
from shared.domain.replies import Written


def mail(subject: str = "Re: Invoice R-1001", body: str = "We paid.", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"] = "Ada Payer <AP@Nordlicht.example>"
    made["To"] = "replies+demo.c1.3@seller.example"
    made["Subject"] = subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(body)
    return made.as_bytes()


def test_a_plain_mail_is_read():
    reply = read_reply(mail())
    assert (reply.sender, reply.subject, reply.text) == (
        "ap@nordlicht.example",
        "Re: Invoice R-1001",
        "We paid.\n",
    )
    assert reply.recipients == ("replies+demo.c1.3@seller.example",)
    assert reply.written is Written.BY_PERSON


def test_the_service_knows_better_than_the_header_for_whom_a_mail_came():
    assert read_reply(mail(), ("a@b.example",)).recipients == ("a@b.example",)


def test_the_same_mail_has_the_same_id_and_another_one_has_not():
    one = mail(Message_ID="<1@x.example>")
    assert read_reply(one).reply_id == read_reply(b"Received: by y\r\n" + one).reply_id
    assert read_reply(one).reply_id != read_reply(mail(Message_ID="<2@x.example>")).reply_id
    assert read_reply(mail()).reply_id != read_reply(mail(body="no")).reply_id


@pytest.mark.parametrize(
    ("headers", "written"),
    [
        ({"Auto_Submitted": "auto-replied"}, Written.BY_AUTO_REPLY),
        ({"Auto_Submitted": "auto-generated (rejected)"}, Written.BY_AUTO_REPLY),
        ({"Auto_Submitted": "no"}, Written.BY_PERSON),
        ({"Precedence": "auto_reply"}, Written.BY_AUTO_REPLY),
        ({"X_Autoreply": "yes"}, Written.BY_AUTO_REPLY),
        ({"List_Id": "<news.x.example>"}, Written.BY_AUTO_REPLY),
        ({"Return_Path": "<>"}, Written.BY_AUTO_REPLY),
        ({"X_Failed_Recipients": "a@b.example"}, Written.BY_MAIL_SERVER),
        ({"Return_Path": "<ap@nordlicht.example>"}, Written.BY_PERSON),
    ],
)
def test_headers_say_who_wrote(headers, written):
    assert read_reply(mail(**headers)).written is written


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Invoice R-1001",
        "Out of Office Re: your invoice",
        "AW: Abwesenheitsnotiz",
        "Automatische Antwort: Rechnung",
        "Réponse automatique : Facture",
        "Respuesta automática: Factura",
        "[Auto-Reply] Invoice",
    ],
)
def test_a_subject_says_that_nobody_is_there(subject):
    assert read_reply(mail(subject)).written is Written.BY_AUTO_REPLY


def test_a_person_may_write_of_their_absence():
    said = "I am out of the office next week; the invoice is paid today."
    assert read_reply(mail(body=said)).written is Written.BY_PERSON
    assert read_reply(mail("Re: payment while I am out of office")).written is Written.BY_PERSON


def test_a_delivery_report_is_a_mail_servers_and_a_read_receipt_is_automatic():
    report = (
        b"From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; boundary=b; "
        b"report-type=%s\r\n\r\n--b\r\n\r\nnot there\r\n--b--\r\n"
    )
    assert read_reply(report % b"delivery-status").written is Written.BY_MAIL_SERVER
    assert read_reply(report % b"disposition-notification").written is Written.BY_AUTO_REPLY


def test_html_alone_is_read_as_a_reader_sees_it():
    made = EmailMessage()
    made.set_content(
        "<style>p{}</style><p>Zahlung &uuml;berwiesen</p><script>x()</script>"
        "<blockquote>old <p>older</p></blockquote>",
        subtype="html",
    )
    assert read_reply(made.as_bytes()).text.split("\n")[1].strip() == "Zahlung überwiesen"
    assert "x()" not in read_reply(made.as_bytes()).text
    assert all(
        line.startswith(">")
        for line in read_reply(made.as_bytes()).text.split("\n")
        if "old" in line
    )


def test_a_broken_charset_gives_the_words_that_can_be_made_out():
    raw = b"From: a@b.example\r\nContent-Type: text/plain; charset=x-nonsense\r\n\r\nwe p\xffaid"
    assert read_reply(raw).text == "we p\ufffdaid"
    assert "=?" not in read_reply(b"Subject: =?utf-8?q?caf=C3=A9?=\r\n\r\n").subject
    assert read_reply(b"Subject: =?nope?b?!!!?=\r\n\r\nx").text == "x"


def test_a_header_smuggles_in_no_line():
    raw = b"From: a@b.example\r\nSubject: =?utf-8?q?hi=0D=0ABcc:_x@y.example?=\r\n\r\nx"
    assert read_reply(raw).subject == "hi Bcc: x@y.example"
    evil = b'From: "boss@seller.example" <evil@x.example>\r\n\r\n'
    assert read_reply(evil).sender == "evil@x.example"
    assert read_reply(b"From: a@b.example\n c@d.example\r\n\r\n").sender in ("", "a@b.example")


def test_parts_in_parts_without_end_are_read_in_no_time():
    begun = time.process_time()
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
        for i in range(15_000)
    )
    assert read_reply(b"From: a@b.example\r\n" + nested).sender == "a@b.example"
    wide = b"--b\r\n\r\n\r\n" * 80_000
    head = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    assert read_reply(head + wide).sender == "a@b.example"
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "raw",
    [
        b'Content-Type: text/plain; a="' + b";" * 200_000 + b"\r\n\r\nx",
        b'Content-Type: multipart/mixed; boundary="b"; a="' + b";" * 200_000 + b"\r\n\r\n--b\r\n",
        b'Content-Disposition: inline; a="' + b";" * 200_000 + b"\r\n\r\nx",
        b"Content-Type: text/html\r\n\r\n" + b"<a " * 7_000,
    ],
)
def test_headers_and_tags_without_end_are_read_in_no_time(raw):
    begun = time.process_time()
    assert read_reply(b"From: a@b.example\r\n" + raw).sender == "a@b.example"
    assert time.process_time() - begun < 2


def test_of_a_hundred_megabytes_only_the_beginning_is_looked_at():
    begun = time.process_time()
    reply = read_reply(mail(body="paid") + b"x" * 100_000_000)
    assert reply.text.startswith("paid")
    assert time.process_time() - begun < 3
    assert READ_BYTES_MAX == 1_000_000


def test_an_attached_mail_and_file_are_not_what_the_customer_says():
    made = EmailMessage()
    made.set_content("see there")
    made.add_attachment("secret plan", filename="a.txt")
    inner = EmailMessage()
    inner.set_content("inner")
    made.add_attachment(inner)
    assert read_reply(made.as_bytes()).text == "see there\n"


@given(st.binary(max_size=400))
def test_whatever_comes_something_is_read(raw):
    reply = read_reply(b"From: a@b.example\r\n" + raw)
    assert "\r" not in reply.subject + reply.text
    reply.text.encode()


PIECES = (
    *(b"From:", b"Subject:", b"=?utf-8?b?", b"?=", b"\r\n", b" ", b"<", b">", b"@", b'"'),
    *(b"\\", b"(", b"Content-Type: multipart/mixed; boundary=", b"b", b"--", b";"),
    *(b"charset*0*=", b"%ff", b"\xff"),
)


@given(st.lists(st.sampled_from(PIECES)))
def test_whatever_pieces_a_mail_is_made_of_something_is_read(pieces):
    read_reply(b"".join(pieces)).text.encode()
