"""What a mail tells beside the items that decide listed: what is not asked for, and why."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date

from shared.domain.account import Account
from shared.domain.agreement import DisputeOutcome
from shared.domain.autopay_mail import autopay_notes
from shared.domain.autopay_rule import AutopayRule
from shared.domain.coverage import Cover, asked_for, coverage, item_coverage, items_on
from shared.domain.decide import Decision, notice_item
from shared.domain.discount import offered
from shared.domain.document import Document, DocumentKind
from shared.domain.messages import DISCOUNT, LATE_FEE, REMINDER, AnswerView, MailView, Note, Offer
from shared.domain.money import Money
from shared.domain.open_items import document_id_of
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Anchor

_NOT_SPOKEN_FOR = ("open", "free")


def with_facts(
    view: MailView,
    account: Account,
    decision: Decision,
    book: PolicyBook,
    plans_over: tuple[str, ...] = (),
) -> MailView:
    """Return view with all that account says about the items of decision, a SEND, on its day.

    Only what nothing else speaks for is asked for: the figure that decided is the figure shown.
    plans_over are the documents of a plan that ended since the last message.
    """
    covers = item_coverage(account, view.today)
    told = {item.document_id: covers[item.document_id] for item in decision.items}
    return replace(
        view,
        asking={i: asked for i in decision.documents if (asked := asked_for(i, told[i]))},
        notes=_all_notes(account, told, book.customer_policy.autopay, view.today),
        stages=_stages(account, decision, book, view.today),
        offers=_offers(account, view.today),
        plans_over=frozenset(plans_over),
        charges=frozenset(
            item.document_id
            for item in items_on(account, view.today)
            if item.kind is DocumentKind.CHARGE
        ),
    )


def with_open(view: MailView, account: Account) -> MailView:
    """Return view with all that is issued and open on account, for information."""
    covers = item_coverage(account, view.today)
    items = tuple(
        notice_item(item, covers[item.document_id], False, view.today)
        for item in items_on(account, view.today)
        if covers[item.document_id].payable and _issued(item, view.today)
    )
    told = {i.document_id: covers[i.document_id] for i in items}
    notes = _all_notes(account, told, None, view.today)
    return replace(view, items=items, notes=notes)


def with_answer(view: MailView, account: Account, answer: AnswerView) -> MailView:
    """Return view with the answer to a dispute, and with what is open.

    Where the customer was right the correction is on its way, so nothing is listed.
    """
    view = replace(view, answer=answer)
    return view if answer.outcome == DisputeOutcome.LOST else with_open(view, account)


def _all_notes(
    account: Account, told: Mapping[str, Cover], rule: AutopayRule | None, today: date
) -> dict[str, tuple[Note, ...]]:
    """Return what is said of the items that are told, by their ids."""
    found = {}
    for item in items_on(account, today):
        cover = told.get(item.document_id)
        if cover is not None:
            taken = autopay_notes(account, item, cover, rule, today)
            found[item.document_id] = (*_notes(cover), *taken)
    return {item_id: notes for item_id, notes in found.items() if notes}


def _notes(cover: Cover) -> tuple[Note, ...]:
    """Return the parts of what is open that something speaks for."""
    parts = (f.name for f in fields(Cover) if f.name not in _NOT_SPOKEN_FOR)
    found: list[tuple[str, Money]] = [(name, getattr(cover, name)) for name in parts]
    return tuple(Note(name, amount) for name, amount in found if amount)


def _stages(account: Account, decision: Decision, book: PolicyBook, today: date) -> dict[str, str]:
    """Return the template of the stage that each item asked for has reached with decision."""
    found = {}
    fees = {(d.invoice_id, d.stage_done) for d in account.documents}
    positions = decision.done_after or {}
    for item in items_on(account, today):
        if item.document_id in decision.documents:
            position = positions[item.document_id]
            reached = [stage for stage in book.of(item).stages if stage.position <= position]
            of_discount = reached[-1].anchor is Anchor.DISCOUNT_END
            template = DISCOUNT if of_discount else reached[-1].template
            charged = (document_id_of(item.document_id), reached[-1].id) in fees
            uncharged = template == LATE_FEE and not charged
            found[item.document_id] = REMINDER if uncharged else template
    return found


def _offers(account: Account, today: date) -> tuple[Offer, ...]:
    """Return the discounts still to be had on invoices that are told by their instalments."""
    covers = coverage(account, today)
    return tuple(
        Offer(document.number, payable - off, off, document.discount.last_day)
        for document in account.documents
        if document.instalments and document.discount and _issued(document, today)
        for off in (offered(document, today),)
        for payable in (covers[document.document_id].payable,)
        if off and off < payable
    )


def _issued(document: Document, today: date) -> bool:
    return document.issued_on <= today
