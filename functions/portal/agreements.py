"""Saying when one will pay, and that something is wrong with an invoice."""

from functions.edge import http
from functions.portal.saying import (
    BY,
    REFUSED,
    Problems,
    done,
    page,
    policy,
    said,
    sent,
    whose,
)
from functions.portal.typed import amount, day, number, one_of, words
from functions.portal.visit import Event, Visit, checked_id, visit
from shared import runtime
from shared.domain.agreement import DisputeReason
from shared.domain.agreement_drafts import DisputeDraft, PromiseDraft
from shared.domain.dispute import TEXT_MAX
from shared.domain.open_items import document_ids_of
from shared.errors import NotFound
from shared.usecases import portal_views
from shared.usecases.disputes import open_dispute
from shared.usecases.promise_to_pay import promise_to_pay

_REASONS = {
    DisputeReason.PRICE: "portal.reason.price",
    DisputeReason.QUANTITY: "portal.reason.quantity",
    DisputeReason.QUALITY: "portal.reason.quality",
    DisputeReason.NOT_RECEIVED: "portal.reason.not_received",
    DisputeReason.NOT_ORDERED: "portal.reason.not_ordered",
    DisputeReason.DUPLICATE: "portal.reason.duplicate",
    DisputeReason.ALREADY_PAID: "portal.reason.already_paid",
    DisputeReason.OTHER: "portal.reason.other",
}


def promises(event: Event) -> http.Answer:
    """Show the form for a promise to pay, or that one was recorded."""
    visitor = visit(event)
    if http.query(event, "sent"):
        return sent(visitor, "promise.sent")
    return _promise(visitor, (http.query(event, "invoice"),), ())


def promise(event: Event) -> http.Answer:
    """Record when the customer will pay."""
    visitor = visit(event)
    about = document_ids_of(visitor.chosen("document"))
    try:
        entity_id, customer_id = whose(visitor)
        draft = PromiseDraft(
            customer_id=customer_id,
            documents=about,
            amount=amount(visitor, about),
            pays_on=day(visitor, "pays_on"),
        )
        rule, stores = policy(visitor).promises, (runtime.accounts(), runtime.promises())
        promise_to_pay(*stores, entity_id, draft, rule, visitor.now, by=BY)
    except REFUSED as refused:
        return _promise(visitor, about, said(visitor, refused))
    return done(visitor, "promises")


def disputes(event: Event) -> http.Answer:
    """Show the form that contests an invoice, or that it has arrived."""
    visitor = visit(event)
    if http.query(event, "sent"):
        return sent(visitor, "dispute.sent")
    return _dispute(visitor, checked_id(http.query(event, "invoice")), ())


def dispute(event: Event) -> http.Answer:
    """Record what the customer disputes."""
    visitor = visit(event)
    about = document_ids_of(visitor.chosen("document"))
    if len(about) != 1:
        raise NotFound()
    try:
        entity_id, customer_id = whose(visitor)
        draft = DisputeDraft(
            customer_id=customer_id,
            documents=about,
            reason=one_of(visitor, "reason", DisputeReason),
            text=words(visitor, "text"),
            amount=amount(visitor, about),
            line=number(visitor, "line"),
        )
        stores = (runtime.accounts(), runtime.papers(), runtime.disputes())
        open_dispute(*stores, entity_id, draft, visitor.now, by=BY)
    except REFUSED as refused:
        return _dispute(visitor, about[0], said(visitor, refused))
    return done(visitor, "disputes")


def _promise(visitor: Visit, about: tuple[str, ...], problems: Problems) -> http.Answer:
    rule = policy(visitor).promises
    return page("promise", visitor, about=about, days_max=rule.days_max, problems=problems)


def _dispute(visitor: Visit, document_id: str, problems: Problems) -> http.Answer:
    stores = (runtime.accounts(), runtime.papers())
    view = portal_views.invoice(*stores, visitor.principal, document_id, visitor.now)
    return page(
        "dispute",
        visitor,
        view=view,
        reasons=_REASONS,
        text_max=TEXT_MAX,
        problems=problems,
    )


ROUTES = {
    "GET /p/{entity}/promises": promises,
    "POST /p/{entity}/promises": promise,
    "GET /p/{entity}/disputes": disputes,
    "POST /p/{entity}/disputes": dispute,
}
