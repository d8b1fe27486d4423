"""Every mail there is words for, in every language, as it would be delivered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from infra.local.mail import mime
from shared.adapters.formats import LOCALES
from shared.adapters.ses_mail import SesMailer
from shared.adapters.templates import Templates
from shared.adapters.texts import Texts
from shared.domain.mail import Envelope
from shared.domain.messages import (
    MAIL_TEMPLATES,
    REMINDERS,
    AnswerView,
    Attachment,
    MailText,
    MailView,
    Note,
    Offer,
    ReceiptView,
    TakingView,
)
from shared.domain.money import Money
from shared.domain.notice import NoticeItem
from shared.domain.recipients import recipients
from tests.support.samples import customer, entity, eur

TODAY = date(2026, 11, 20)
LINK = "https://pay.seller.example/p/demo/l/" + "aB3_" * 10 + "xyz"
SELLER = entity(
    bank_account="DE02 1203 0000 0000 2020 51", contact_phone="+49 40 123456", address="Hafen 1"
)


def view(template: str) -> MailView:
    """Return everything that a mail of template can say."""
    shown = MailView(SELLER, customer(), _ITEMS, TODAY, LINK)
    if template == "link":
        return replace(shown, items=())
    if template == "receipt":
        return replace(shown, payment=_PAYMENT)
    if template == "autopay":
        return replace(shown, taking=TakingView(TODAY + timedelta(days=2), "Visa ••4242"))
    if template == "answer":
        return replace(shown, answer=_ANSWER)
    return replace(
        shown,
        fees=(("INV-21-FEE", eur(4_000)),) if template == "late_fee" else (),
        interest=(eur(8_645),) if template == "final_notice" else (),
        asking={"INV-17": eur(1_134_500)},
        notes={"INV-17": (Note("disputed", eur(100_000)),)},
        stages={"INV-17": template, "INV-21": "reminder", "US-1": template},
        offers=(Offer("INV-30", eur(196_000), eur(4_000), TODAY + timedelta(days=3)),),
        statement=True,
        stop_link=f"{LINK}/stop" if template in REMINDERS else "",
    )


def written() -> dict[tuple[str, str], MailText]:
    """Return each mail by template and language."""
    texts = Texts(Templates())
    return {
        (template, language): texts.mail(template, language, view(template))
        for template in sorted(MAIL_TEMPLATES)
        for language in LOCALES
    }


def delivered(template: str, text: MailText) -> bytes:
    """Return a mail as it travels: made by our request as SES makes it, and stamped."""
    asked: dict[str, Any] = {}

    class Service:
        def send_email(self, **request: Any) -> dict[str, str]:
            asked.update(request)
            return {"MessageId": "0102019a"}

    stop_url = view(template).stop_link
    whose = customer()
    envelope = Envelope(
        SELLER, whose, 1, recipients(whose), "answers+demo.c1.1@reply.seller.example", stop_url
    )
    statement = Attachment("statement.pdf", "application/pdf", b"%PDF-1.7\n" + b"x" * 2_000)
    if view(template).statement:
        text = replace(text, attachments=(statement,))
    SesMailer(Service(), "billing@seller.example", "hub").send(envelope, text)
    for file in asked["Content"]["Simple"].get("Attachments", []):
        file["RawContent"] = mime.base64.b64encode(file["RawContent"]).decode()
    return mime.stamp(
        mime.build(asked), "0102019a", "eu-west-1.amazonses.com", datetime(2026, 11, 20, tzinfo=UTC)
    )


def _item(number: str, days_late: int, amount: Money, asked: bool = True) -> NoticeItem:
    return NoticeItem(number, number, TODAY - timedelta(days=days_late), amount, asked)


_ITEMS = (
    _item("INV-17", 34, eur(1_234_500)),
    _item("INV-21", 12, eur(50_000)),
    _item("INV-23", 9, eur(77_700), asked=False),
    _item("INV-31", -5, eur(98_000), asked=False),
    _item("US-1", 3, Money(minor=9_900, currency="USD")),
    _item("JP-1", -1, Money(minor=5_000, currency="JPY"), asked=False),
)
_PAYMENT = ReceiptView(eur(10_000), (("INV-11", eur(9_000)),), "pi_3Q1", TODAY, eur(1_000))
_ANSWER = AnswerView(
    "won", ("INV-17",), TODAY - timedelta(days=9), "You ordered twelve.", eur(100_000)
)
