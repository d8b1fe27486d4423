"""Paying in parts: the form, the parts to look at and agree to, and the agreement."""

from dataclasses import replace

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
    spoken,
    whose,
)
from functions.portal.typed import day, number, one_of, typed
from functions.portal.visit import Event, Visit, signed_in
from shared import runtime
from shared.domain.agreement import PlanPart
from shared.domain.agreement_drafts import PlanDraft
from shared.domain.money import Money
from shared.domain.open_items import document_ids_of
from shared.domain.plan import Pace
from shared.domain.plan_rule import PlanRule
from shared.errors import NotFound
from shared.usecases import portal_views
from shared.usecases.pay_in_parts import agree_plan, preview

_PACES = {
    Pace.MONTHLY: "portal.plan.monthly",
    Pace.FORTNIGHTLY: "portal.plan.fortnightly",
    Pace.WEEKLY: "portal.plan.weekly",
}


def plans(event: Event) -> http.Answer:
    """Show the form for paying in parts, or that it was agreed."""
    visitor = signed_in(event)
    if http.query(event, "sent"):
        return sent(visitor, "plan.sent")
    return _plan(visitor, (http.query(event, "invoice"),), ())


def plan(event: Event) -> http.Answer:
    """Show the parts and what is agreed to; with the customer's word for that, agree."""
    visitor = signed_in(event)
    rule = _plan_rule(visitor)
    about = document_ids_of(visitor.chosen("document"))
    try:
        asked = PlanDraft(
            customer_id=visitor.principal.customer_id,
            documents=about,
            parts=number(visitor, "parts"),
            first_on=day(visitor, "first_on"),
            pace=one_of(visitor, "pace", Pace),
        )
        shown = _preview(visitor, asked, rule)
        consent = _consent(visitor, shown, rule)
        if typed(visitor, "consent") != consent:
            return page("plan_confirm", visitor, asked=asked, parts=shown, consent=consent)
        _agree(visitor, replace(asked, consent=consent), rule)
    except REFUSED as refused:
        return _plan(visitor, about, said(visitor, refused))
    return done(visitor, "plans")


def plans_offered(visitor: Visit) -> bool:
    """Return whether customers may agree to a plan by themselves."""
    return policy(visitor).plans.in_portal


def _preview(visitor: Visit, asked: PlanDraft, rule: PlanRule) -> tuple[PlanPart, ...]:
    entity_id, _ = whose(visitor)
    return preview(runtime.accounts(), entity_id, asked, rule, visitor.now, _request(visitor))


def _agree(visitor: Visit, asked: PlanDraft, rule: PlanRule) -> None:
    entity_id, _ = whose(visitor)
    stores, named = (runtime.accounts(), runtime.plans()), _request(visitor)
    agree_plan(*stores, entity_id, asked, rule, visitor.now, by=BY, request_id=named)


def _request(visitor: Visit) -> str:
    """Return the name that the page gave this request: a form sent twice is carried out once."""
    return typed(visitor, "request")[:64]


def _consent(visitor: Visit, parts: tuple[PlanPart, ...], rule: PlanRule) -> str:
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    voice = runtime.templates().voice(*spoken(view))
    whole = sum((p.amount for p in parts), Money.zero(parts[0].amount.currency))
    return voice.words(
        "portal.plan.consent",
        amount=voice.formats.money(whole),
        seller=view.entity.name,
        count=len(parts),
        days=rule.grace_days,
    )


def _plan(visitor: Visit, about: tuple[str, ...], problems: Problems) -> http.Answer:
    rule = _plan_rule(visitor)
    return page("plan", visitor, about=about, rule=rule, paces=_PACES, problems=problems)


def _plan_rule(visitor: Visit) -> PlanRule:
    """Return the limits of plans. Raises NotFound where customers agree to none by themselves."""
    rule = policy(visitor).plans
    if not rule.in_portal:
        raise NotFound()
    return rule


ROUTES = {
    "GET /p/{entity}/plans": plans,
    "POST /p/{entity}/plans": plan,
}
