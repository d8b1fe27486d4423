"""What mails say about money that is taken by itself: the announcement, and a note elsewhere."""

from dataclasses import replace
from datetime import date

from shared.domain.account import Account
from shared.domain.autopay import said_of, taken_of, taken_on
from shared.domain.autopay_rule import AutopayRule
from shared.domain.coverage import Cover, item_coverage, items_on
from shared.domain.days import days_after
from shared.domain.discount import offered
from shared.domain.document import Document
from shared.domain.messages import MailView, Note, TakingView
from shared.domain.notice import Notice, NoticeItem


def announcement(
    view: MailView, account: Account, notice: Notice, rule: AutopayRule | None
) -> MailView | str:
    """Return view with what notice announces, as things stand now, or why it says nothing.

    too_late: the day is too near by now. The announcement is withdrawn then, and made anew.
    """
    by_id = (c for c in account.collections if c.collection_id == notice.payment_id)
    collection = next(by_id, None)
    mandate = account.mandate(view.today)
    if collection is None or collection.over or rule is None or mandate is None:
        return "nothing_left"
    if days_after(view.today, rule.announce_days) > collection.take_on:
        return "too_late"
    covers = item_coverage(account, view.today)
    most = dict(collection.lines)
    items: list[NoticeItem] = []
    notes: dict[str, tuple[Note, ...]] = {}
    for item in items_on(account, view.today):
        cover = covers[item.document_id]
        if item.document_id not in most or not (cover.chaseable or cover.planned):
            continue
        named = (item.document_id, item.number, item.due_on)
        taken = taken_of(item, cover, collection.take_on)
        items.append(NoticeItem(*named, min(taken, most[item.document_id]), asked=True))
        if taken != cover.chaseable + cover.planned:
            off = offered(item, collection.take_on)
            notes[item.document_id] = (Note("autopay_discount", off),)
    if not items:
        return "nothing_left"
    taking = TakingView(collection.take_on, collection.account.label)
    return replace(view, items=tuple(items), taking=taking, notes=notes)


def autopay_notes(
    account: Account, item: Document, cover: Cover, rule: AutopayRule | None, today: date
) -> tuple[Note, ...]:
    """Return what is to be said of item's autopay: when it is taken, or that it was refused."""
    if not cover.chaseable:
        return ()
    collection = said_of(account, item.document_id)
    day = taken_on(account, item, cover, rule, today)
    mandate = account.mandate(today)
    if day is not None and mandate is not None and mandate.method is not None:
        amount = cover.chaseable if cover.planned else taken_of(item, cover, day)
        return (Note("autopay", amount, day, mandate.method.label),)
    if collection is None or collection.refused is None:
        return ()
    label, again_on = collection.account.label, collection.next_on
    part = "autopay_refused" if again_on is None else "autopay_again"
    return (Note(part, cover.chaseable, collection.refused.on, label, again_on),)
