"""Mails in words: from what is true to subject, HTML and text."""

from dataclasses import dataclass, replace
from datetime import date

from shared.adapters.formats import Formats
from shared.adapters.templates import Templates, one_line
from shared.adapters.words import Words
from shared.domain.messages import (
    DISCOUNT,
    LATE_FEE,
    MAIL_TEMPLATES,
    REMINDER,
    STAGE_TEMPLATES,
    MailText,
    MailView,
    Note,
    Offer,
)
from shared.domain.money import Money
from shared.domain.notice import NoticeItem
from shared.domain.open_items import document_id_of
from shared.domain.statement import CurrencyRows, by_currency, days_late
from shared.errors import InvalidInput

_NUMBERS_MAX = 3
_ASKS_NOTHING = ("receipt", "answer", "link", "sign_in")
_ANSWERS = {"answer_won", "answer_lost", "answer_withdrawn"}
SPEECHES = MAIL_TEMPLATES | _ANSWERS | {"just_due", "charges", "instalments", DISCOUNT}
"""Every set of sentences: one for each template, and those that say it where it would be wrong."""
_SPEAKS_OF = {"due_today": 0, "reminder": 1, "late_fee": 1, "final_notice": 1}
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one currency under a heading of their own ("": none), with their sum."""

    heading: str
    items: tuple[NoticeItem, ...]
    sum: Money


class Texts:
    """Writes every mail. The same view gives the same words."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def mail(self, template: str, language: str, view: MailView) -> MailText:
        """Return the mail of template in language, else in the entity's, else in English.

        Raises InvalidInput when template is none of MAIL_TEMPLATES.
        """
        if template not in MAIL_TEMPLATES:
            raise InvalidInput(field="template", value=template[:40])
        if view.link and not view.link.startswith(("https://", "http://")):
            raise ValueError("the link of a mail is an absolute address")
        voice = self._templates.voice(language, view.entity.language)
        words = voice.words
        if template == LATE_FEE and not view.fees:
            template = REMINDER
        if template in _ASKS_NOTHING:
            view = replace(view, items=tuple(replace(i, asked=False) for i in view.items))
        named = _named(template, view)
        facts = _facts(view, named, words, voice.formats)
        speech = _speech(template, named, view)
        values = {
            "template": template,
            "view": view,
            "groups": by_currency(view.items, view.asking),
            "sections": lambda group: _sections(group, view, words),
            "listed": lambda group: _listed(group, template, view, words),
            "without_heading": lambda section: replace(section, heading=""),
            "status": lambda item: _status(item, view.today, words),
            "offers": lambda group: _offers(group, view, words, voice.formats),
            "offer": lambda item: _offer(item, words, voice.formats),
            "notes": lambda item: _notes(item, view, words, voice.formats),
            "numbers": _reference(template, view, words),
            "title": words(f"mail.{speech}.title", **facts),
            "intro": _intro(speech, view, words, facts),
            "plan_over": _plan_over(view, words, voice.formats),
            "answered": words("mail.answer.words") if view.answer and view.answer.words else "",
            "closing": words(_closing(speech, view), **facts),
            "why": words(f"mail.{'answer' if view.answer else speech}.why", **facts),
            "asking": STAGE_TEMPLATES,
            "upcoming": bool(view.taking)
            or all(days_late(i, view.today) <= 0 for i in view.items if i.asked),
        }
        subject = one_line(words(f"mail.{speech}.subject", **facts))
        html = voice.render("mail/mail.html", **values)
        text = voice.render("mail/mail.txt", **values)
        return MailText(subject.translate(_SPACES), html, text.translate(_SPACES))


def _speech(template: str, named: list[NoticeItem], view: MailView) -> str:
    """Return which sentences speak for template: what they say must be true of the items named.

    A mail of the due date that went out later does not say "today", nor one ahead of it "soon"; a
    charge whose invoice is settled is asked for in words of its own.
    """
    if view.answer:
        return f"answer_{view.answer.outcome}"
    if template in _ASKS_NOTHING or not named:
        return template
    if all(item.document_id in view.charges for item in named):
        return "charges"
    if all(view.stages.get(item.document_id) == DISCOUNT for item in named):
        return DISCOUNT
    if template == "invoice" and len(_names(named)) == 1 < len(named):
        return "instalments"
    if template not in ("upcoming", "due_today"):
        return template
    late = [days_late(item, view.today) for item in named]
    if any(days > 0 for days in late):
        return "just_due"
    return "due_today" if not any(late) else template


def _intro(speech: str, view: MailView, words: Words, facts: dict[str, object]) -> str:
    intro = words(f"mail.{speech}.intro", **facts)
    if view.answer is None:
        return intro
    contested = "part" if view.answer.amount else "whole"
    return f"{words(f'mail.answer.{contested}', **facts)} {intro}"


def _plan_over(view: MailView, words: Words, formats: Formats) -> str:
    """Return that a plan is over, and what of its documents is due now; "" where none ended."""
    items = tuple(
        item
        for item in view.items
        if item.asked and document_id_of(item.document_id) in view.plans_over
    )
    if not items:
        return ""
    sums = [formats.money(group.asked_total) for group in by_currency(items, view.asking)]
    names = _names(list(items))
    return words(
        "mail.plan_over",
        count=len(names),
        numbers=_numbers(names, words),
        amounts=formats.joined(sums),
    )


def _closing(speech: str, view: MailView) -> str:
    """Return which sentence closes the mail: that of the stage's tone where something is late."""
    speaks = view.tone and speech in STAGE_TEMPLATES
    return f"mail.tones.{view.tone}" if speaks else f"mail.{speech}.closing"


def _named(template: str, view: MailView) -> list[NoticeItem]:
    """Return the items that the sentences of a mail speak of: those that its template fits.

    A reminder may list what is due today, too, but must not call it overdue, nor a mail ahead what
    is due already "due soon"; what it says of a stage it says of the items that have reached it.
    Charges are named where nothing else is.
    """
    asked = sorted((i for i in view.items if i.asked), key=lambda i: (i.due_on, i.number))
    asked = [item for item in asked if item.document_id not in view.charges] or asked
    if template == "reminder":
        return [i for i in asked if days_late(i, view.today) > 0] or asked
    stages = (template, DISCOUNT) if template == "upcoming" else (template,)
    of_stage = [i for i in asked if view.stages.get(i.document_id) in stages]
    if template == "upcoming":
        of_stage = [i for i in of_stage if days_late(i, view.today) >= 0] or of_stage
    if of_stage:
        return of_stage
    least_days_late = _SPEAKS_OF.get(template)
    if least_days_late is None:
        return asked
    return [i for i in asked if days_late(i, view.today) >= least_days_late] or asked


def _facts(
    view: MailView, asked: list[NoticeItem], words: Words, formats: Formats
) -> dict[str, object]:
    """Return the values that the sentences of a mail may name."""
    riding = [i for i in view.items if i.asked and i.document_id in view.charges]
    with_charges = [*asked, *(i for i in riding if i not in asked)]
    amounts, total = (
        formats.joined([formats.money(g.asked_total) for g in by_currency(items, view.asking)])
        for items in (asked, with_charges)
    )
    names = _names(asked)
    facts: dict[str, object] = {
        "count": len(names),
        "parts": len(asked),
        "seller": view.entity.name,
        "customer": view.customer.name,
        "numbers": _numbers(names, words),
        "amounts": amounts,
        "total": total,
        "due": _first_due(asked, formats),
        **_saving(asked, formats),
    }
    if view.payment:
        facts["amount"] = formats.money(view.payment.amount)
        facts["received"] = formats.long_day(view.payment.received_on)
    if view.taking:
        facts["day"] = formats.long_day(view.taking.take_on)
        facts["account"] = view.taking.account
    if view.answer:
        facts["count"] = len(view.answer.numbers)
        facts["numbers"] = _numbers(list(view.answer.numbers), words)
        facts["opened"] = formats.long_day(view.answer.opened_on)
        facts["amount"] = formats.money(view.answer.amount) if view.answer.amount else ""
    return facts


def _names(items: list[NoticeItem]) -> list[str]:
    """Return the numbers of items; several instalments of one document go by the document's."""
    numbers: dict[str, list[str]] = {}
    for item in items:
        numbers.setdefault(document_id_of(item.document_id), []).append(item.number)
    return [of[0] if len(of) == 1 else of[0].rpartition(" (")[0] for of in numbers.values()]


def _saving(named: list[NoticeItem], formats: Formats) -> dict[str, str]:
    """Return what the discounts still to be had on the items named come to, and how long."""
    saved = [(item, item.off) for item in named if item.off]
    days = [item.off_until for item in named if item.off_until]
    sums: dict[str, tuple[Money, Money]] = {}
    for item, off in saved:
        nothing = Money(minor=0, currency=off.currency)
        rest_so_far, off_so_far = sums.get(off.currency, (nothing, nothing))
        sums[off.currency] = (rest_so_far + item.payable - off, off_so_far + off)
    return {
        "rest": formats.joined([formats.money(rest) for rest, _ in sums.values()]),
        "off": formats.joined([formats.money(off) for _, off in sums.values()]),
        "last_day": formats.long_day(min(days)) if days else "",
    }


def _reference(template: str, view: MailView, words: Words) -> str:
    """Return the numbers that a transfer names: what is asked for, or listed by an answer.

    What is taken by itself needs none.
    """
    taken = {i for i, notes in view.notes.items() if any(n.part == "autopay" for n in notes)}
    ours = (item for item in view.items if item.document_id not in taken)
    named = (item for item in ours if item.asked or template == "answer")
    return _numbers(_names(sorted(named, key=lambda i: (i.due_on, i.number))), words)


def _numbers(numbers: list[str], words: Words) -> str:
    named = ", ".join(numbers[:_NUMBERS_MAX])
    more = len(numbers) - _NUMBERS_MAX
    return words("mail.and_more", numbers=named, count=more) if more > 0 else named


def _first_due(asked: list[NoticeItem], formats: Formats) -> str:
    days: list[date] = [item.due_on for item in asked]
    return formats.long_day(min(days)) if days else ""


def _sections(group: CurrencyRows, view: MailView, words: Words) -> list[Section]:
    """Return what is asked for of a currency by stage, the furthest first; one is no list."""
    by_stage: dict[str, list[NoticeItem]] = {}
    for item in group.asked:
        by_stage.setdefault(_stage_of(item, view), []).append(item)
    if len({_stage_of(i, view) for i in view.items if i.document_id in view.stages}) < 2:
        return [Section("", group.asked, group.asked_total)]
    order = ("", DISCOUNT, *STAGE_TEMPLATES)
    return [
        Section(_stage(stage, words), tuple(items), group.sum_of(items))
        for stage, items in sorted(by_stage.items(), key=lambda s: -order.index(s[0]))
    ]


def _stage_of(item: NoticeItem, view: MailView) -> str:
    """Return the stage under whose heading item stands: what is due is not "due soon"."""
    stage = view.stages.get(item.document_id, "")
    has_come = stage == "upcoming" and days_late(item, view.today) >= 0
    return "due_today" if has_come else stage


def _stage(template: str, words: Words) -> str:
    return words(f"mail.stage.{template}") if template else ""


def _listed(group: CurrencyRows, template: str, view: MailView, words: Words) -> list[Section]:
    """Return what is told and not asked for: what is late or today's first, then what is ahead."""
    late = tuple(i for i in group.listed if days_late(i, view.today) >= 0)
    ahead = tuple(i for i in group.listed if days_late(i, view.today) < 0)
    headings = ("mail.table.listed", "mail.table.ahead")
    if template in ("receipt", "answer"):
        headings = ("mail.receipt.still_open", "mail.table.ahead")
    return [
        Section(words(heading), items, group.sum_of(items))
        for heading, items in zip(headings, (late, ahead), strict=True)
        if items
    ]


def _notes(item: NoticeItem, view: MailView, words: Words, formats: Formats) -> list[str]:
    """Return why an item is not asked for, or not all of it, a sentence for each reason."""
    notes = view.notes.get(item.document_id, ())
    return [words(f"mail.note.{note.part}", **_said_of(note, formats)) for note in notes]


def _said_of(note: Note, formats: Formats) -> dict[str, object]:
    days = {"day": note.on, "again": note.again_on}
    said: dict[str, object] = {n: formats.long_day(day) for n, day in days.items() if day}
    return said | {"amount": formats.money(note.amount), "account": note.account}


def _offer(item: NoticeItem, words: Words, formats: Formats) -> str:
    """Return the early-payment discount of an item that has one."""
    if item.off is None or item.off_until is None:
        return ""
    offer = Offer(item.number, item.payable - item.off, item.off, item.off_until)
    return _offered("mail.table.discount", offer, words, formats)


def _offers(group: CurrencyRows, view: MailView, words: Words, formats: Formats) -> list[str]:
    """Return the discounts of a currency that stand beside instalments."""
    mine = (offer for offer in view.offers if offer.rest.currency == group.currency)
    return [_offered("mail.table.discount_whole", offer, words, formats) for offer in mine]


def _offered(sentence: str, offer: Offer, words: Words, formats: Formats) -> str:
    return words(
        sentence,
        number=offer.number,
        rest=formats.money(offer.rest),
        off=formats.money(offer.off),
        day=formats.long_day(offer.last_day),
    )


def _status(item: NoticeItem, today: date, words: Words) -> str:
    late = days_late(item, today)
    if late == 0:
        return words("mail.status.today")
    return words("mail.status.late" if late > 0 else "mail.status.ahead", count=abs(late))
