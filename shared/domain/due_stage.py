"""Which stage an open item is due for, or why for none. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest

from shared.domain.account import Account
from shared.domain.autopay import taken_on
from shared.domain.conditions import Standing
from shared.domain.coverage import Cover
from shared.domain.document import Document, DocumentKind
from shared.domain.mail_wish import wants_none
from shared.domain.messages import REMINDERS
from shared.domain.money import Money, parse_money
from shared.domain.notice import Channel
from shared.domain.open_items import document_id_of, is_plan_part
from shared.domain.phone import e164
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Anchor, Rung, Stage

NEVER = -1_000_000
"""The position of an item of which nothing was said."""


@dataclass(frozen=True, slots=True)
class Item:
    """An open item with its cover, its policy, and the rungs it has reached, furthest first.

    rides_with is the invoice of a charge while that is open itself: the charge is asked for in the
    messages about its invoice, and has no ladder of its own. taken_on is the day on which it is
    taken by itself, None where nobody waits for that.
    """

    document: Document
    cover: Cover
    policy: Policy
    reached: tuple[Rung, ...]
    done: int
    rides_with: str = ""
    taken_on: date | None = None

    def is_done(self, rung: Rung) -> bool:
        """Return whether this item was taken to rung, or further."""
        return self.done >= rung.position


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an item is due for no stage: a stable code and a sentence; again_on as in Decision."""

    code: str
    reason: str
    stage: Stage | None = None
    again_on: date | None = None


@dataclass(slots=True)
class Sums:
    """What is chaseable of a customer, in minor units by policy, stage and currency.

    late is all that has reached the stage; asked what the stage has not been said for yet, and what
    no further stage speaks for by another channel.
    """

    late: dict[tuple[str, str, str], int] = field(default_factory=dict)
    asked: dict[tuple[str, str, str], int] = field(default_factory=dict)


def items_of(
    account: Account,
    open_items: Iterable[Document],
    covers: Mapping[str, Cover],
    book: PolicyBook,
    done: Mapping[str, int],
    today: date,
) -> tuple[Item, ...]:
    """Return open_items, each with what decides on its stage."""
    found = []
    listed = tuple(open_items)
    invoices = {document_id_of(item.document_id) for item in listed}
    rule, by_itself = book.customer_policy.autopay, bool(account.mandates or account.collections)
    for document in listed:
        policy, rides_with = book.of(document), ""
        if is_plan_part(document.document_id):
            rung = policy.reached_by_part(document, today)
            reached = tuple(r for r in (rung,) if r is not None)
        elif document.kind is DocumentKind.CHARGE:
            rides_with = document.invoice_id if document.invoice_id in invoices else ""
            reached = () if rides_with else _reached_by_charge(policy, document, today)
        else:
            reached = policy.reached(document, today)
        cover = covers[document.document_id]
        position = done.get(document.document_id, NEVER)
        day = taken_on(account, document, cover, rule, today) if by_itself else None
        found.append(Item(document, cover, policy, reached, position, rides_with, day))
    return tuple(found)


def _reached_by_charge(policy: Policy, charge: Document, today: date) -> tuple[Rung, ...]:
    """Return the rungs that a charge has reached whose invoice is paid, furthest first.

    It was announced when it was made, and bears no charge: what is left are the mails and letters
    after its due date, and the decision of a person at the end.
    """
    return tuple(
        rung
        for rung in policy.reached(charge, today)
        if rung.stage.anchor is Anchor.DUE_DATE
        and rung.stage.offset_days > 0
        and not rung.stage.charges
        and (rung.stage.channel.is_message or rung.stage.channel is Channel.HANDOVER)
    )


def joins(item: Item, invoice: Document, rung: Rung, today: date) -> bool:
    """Return whether a charge is asked for in the message about invoice that says rung."""
    if item.rides_with != document_id_of(invoice.document_id) or item.is_done(rung):
        return False
    asked = item.document.due_on <= today and item.taken_on is None
    return asked and bool(item.cover.chaseable)


def due_rungs(account: Account, items: Sequence[Item], today: date) -> tuple[Rung | Refusal, ...]:
    """Return for each item the furthest rung that it is due for on today, or why there is none.

    The least that a stage asks for is that of its own message: an item of which a further stage
    speaks by another channel adds nothing to it. So what is decided after the first message of a
    day was claimed is what was decided before, and no item falls back to a second mail.
    """
    sums = sums_of(items)
    found = tuple(due_rung(account, item, sums, today) for item in items)
    if len({rung.stage.channel for rung in found if isinstance(rung, Rung)}) < 2:
        return found
    while (now := sums_of(items, found)) != sums:
        sums = now  # settled from the furthest stage down, a stage more each time
        found = tuple(due_rung(account, item, sums, today) for item in items)
    return found


def sums_of(items: Sequence[Item], spoken: Sequence[Rung | Refusal] = ()) -> Sums:
    """Return what is late of items, stage by stage, where a stage asks; spoken is by item."""
    sums = Sums()
    for item, by in zip_longest(items, spoken):
        chaseable = item.cover.chaseable
        for rung in item.reached if chaseable and item.taken_on is None else ():
            if not (rung.stage.minimum_open or rung.stage.when.stated):
                continue
            key = (item.policy.name, rung.stage.id, chaseable.currency)
            sums.late[key] = sums.late.get(key, 0) + chaseable.minor
            if not item.is_done(rung) and not _speaks_instead(by, rung):
                sums.asked[key] = sums.asked.get(key, 0) + chaseable.minor
    return sums


def _speaks_instead(by: Rung | Refusal | None, rung: Rung) -> bool:
    """Return whether by is further than rung and says its own by another channel."""
    if not isinstance(by, Rung):
        return False
    return by.position > rung.position and by.stage.channel is not rung.stage.channel


def due_rung(account: Account, item: Item, sums: Sums, today: date) -> Rung | Refusal:
    """Return the furthest rung that item is due for on today, or why there is none.

    A stage whose conditions or minimum do not hold is passed over, so an earlier one that was
    missed may still be said.
    """
    number = item.document.number
    if item.rides_with:
        reason = f"{number} is asked for together with its invoice."
        return Refusal("with_its_invoice", reason)
    if not item.reached:
        return Refusal("too_early", f"{number} has not reached the first stage.")
    furthest = item.reached[0]
    if item.is_done(furthest):
        return Refusal(
            "already_done", f"Stage {furthest.stage.words} of {number} was done.", furthest.stage
        )
    if not item.cover.chaseable and not _is_part_ahead(item):
        taken = item.taken_on is not None and item.cover.processing
        return _taken(item) if taken else Refusal(*_covered(number, item.cover))
    passed_over: Refusal | None = None
    for rung in item.reached:
        if item.is_done(rung):
            break
        if item.taken_on is not None and not _brings_invoice(rung.stage, item, today):
            passed_over = _taken(item)
            continue
        refusal = _passes_over(account, item, rung.stage, sums, today)
        if refusal is None:
            return _unheard(account, rung.stage) or rung
        passed_over = passed_over or refusal
    done = f"Stage {furthest.stage.words} of {number} was done."
    return passed_over or Refusal("already_done", done)


def _is_part_ahead(item: Item) -> bool:
    """Return whether item is a part of a plan that is not due yet: what comes before its day may be
    said of it, and nothing else speaks for it.
    """
    return is_plan_part(item.document.document_id) and bool(item.cover.planned)


def _brings_invoice(stage: Stage, item: Item, today: date) -> bool:
    """Return whether stage is the mail that item comes with, and no reminder."""
    ahead = item.document.due_on >= today
    return ahead and bool(stage.template) and stage.template not in REMINDERS


def _taken(item: Item) -> Refusal:
    day = item.taken_on.isoformat() if item.taken_on else ""
    reason = f"{item.document.number} is taken by autopay on {day}: there is nothing to do."
    return Refusal("autopay_pending", reason)


def _passes_over(
    account: Account, item: Item, stage: Stage, sums: Sums, today: date
) -> Refusal | None:
    currency = item.document.open.currency
    key = (item.policy.name, stage.id, currency)
    number = item.document.number
    least = stage.minimum_open.get(currency)
    if least is not None and sums.asked.get(key, 0) < parse_money(least, currency).minor:
        reason = f"What is open is below the least that stage {stage.words} asks for: {number}."
        return Refusal("below_minimum", reason, stage)
    if not stage.when.stated:
        return None
    said = account.newest_notice.said if account.newest_notice else ()
    said = tuple(day for day in said if day < today)  # another channel speaks on the same day
    standing = Standing(
        segment=account.customer.segment,
        risk=account.customer.risk,
        late=Money(minor=sums.late.get(key, 0), currency=currency),
        days_late=item.document.days_late(today),
        broken_promises=account.broken_promises,
        days_since_message=(today - said[-1]).days if said else None,
    )
    unmet = stage.when.unmet(standing)
    if unmet:
        return Refusal(
            "condition_not_met", f"Stage {stage.words} is passed over for {number}: {unmet}.", stage
        )
    return None


def _unheard(account: Account, stage: Stage) -> Refusal | None:
    """Return why the customer cannot be told through the stage's channel, None where it can."""
    customer = account.customer
    if customer.internal:
        return Refusal("internal", "The customer is the company itself: nothing is sent.", stage)
    if stage.channel is Channel.EMAIL and wants_none(customer, stage.template):
        reason = f"The customer wants no reminders by mail since {customer.reminders_off_on}."
        return Refusal("reminders_off", reason, stage)
    if stage.channel is Channel.EMAIL and customer.mail_stopped:
        return Refusal("mail_stopped", f"Mail is off: {customer.mail_stopped}.", stage)
    if stage.channel is Channel.EMAIL and not customer.email:
        return Refusal("no_address", "The customer has no e-mail address.", stage)
    if stage.channel is Channel.SMS and not e164(customer.phone):
        reason = "The customer has no phone number with its country."
        return Refusal("no_phone", reason, stage)
    if stage.channel is Channel.LETTER and not customer.address:
        return Refusal("no_postal_address", "The customer has no postal address.", stage)
    return None


def _covered(number: str, cover: Cover) -> tuple[str, str]:
    if cover.held:
        return "on_hold", f"{number} is on hold."
    if cover.disputed:
        return "disputed", f"The customer contests {number}."
    if cover.planned:
        return "planned", f"{number} is due later, as agreed."
    if cover.promised:
        return "promised", f"Payment of {number} was promised."
    if cover.in_checkout:
        return "in_checkout", f"The customer is paying {number} right now."
    if cover.credit:
        return "credit_covers", f"Money that arrived but is not allocated covers {number}."
    if cover.processing:
        return "processing", f"A payment of {number} is being processed by the bank."
    return "nothing_open", f"{number} has nothing open."
