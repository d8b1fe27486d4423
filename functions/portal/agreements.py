"""What a signed-in customer may say about paying: when, that something is wrong, and in parts."""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from functions.edge import http
from functions.portal import pages
from functions.portal.visit import Event, Visit, checked_id, signed_in, visit
from shared import runtime
from shared.domain.account import DisputeReason, PlanPart
from shared.domain.dispute import TEXT_MAX
from shared.domain.money import Money, parse_money
from shared.domain.open_items import document_ids_of
from shared.domain.plan import Pace
from shared.domain.plan_rule import PlanRule
from shared.domain.policy import Policy
from shared.domain.portal import HomeView
from shared.errors import Conflict, HubError, InvalidInput, NotFound
from shared.usecases import portal_views
from shared.usecases.disputes import open_dispute
from shared.usecases.pay_in_parts import agree_plan, preview
from shared.usecases.policy_of import policy_of
from shared.usecases.promise_to_pay import promise_to_pay

BY = "customer"
Problems = tuple[tuple[str, str], ...]


def promises(event: Event) -> http.Answer:
    """Show the form for a promise to pay, or that one was taken down."""
    visitor = visit(event)
    if http.query(event, "sent"):
        return _sent(visitor, "promise.sent")
    return _promise(visitor, (http.query(event, "invoice"),), ())


def promise(event: Event) -> http.Answer:
    """Take down when the customer will pay."""
    visitor = visit(event)
    about = document_ids_of(visitor.chosen("document"))
    try:
        promise_to_pay(
            runtime.accounts(),
            runtime.promises(),
            *_whose(visitor),
            documents=about,
            amount=_amount(visitor, about),
            pays_on=_day(visitor, "pays_on"),
            rule=_policy(visitor).promises,
            by=BY,
            now=visitor.now,
        )
    except _REFUSED as refused:
        return _promise(visitor, about, _said(visitor, refused))
    return _done(visitor, "promises")


def disputes(event: Event) -> http.Answer:
    """Show the form that contests an invoice, or that it has arrived."""
    visitor = visit(event)
    if http.query(event, "sent"):
        return _sent(visitor, "dispute.sent")
    return _dispute(visitor, checked_id(http.query(event, "invoice")), ())


def dispute(event: Event) -> http.Answer:
    """Take down what the customer contests."""
    visitor = visit(event)
    about = document_ids_of(visitor.chosen("document"))
    if len(about) != 1:
        raise NotFound()
    try:
        open_dispute(
            runtime.accounts(),
            runtime.papers(),
            runtime.disputes(),
            *_whose(visitor),
            documents=about,
            reason=_one_of(visitor, "reason", DisputeReason),
            text=_words(visitor, "text"),
            amount=_amount(visitor, about),
            line=_number(visitor, "line"),
            by=BY,
            now=visitor.now,
        )
    except _REFUSED as refused:
        return _dispute(visitor, about[0], _said(visitor, refused))
    return _done(visitor, "disputes")


def plans(event: Event) -> http.Answer:
    """Show the form for paying in parts, or that it was agreed."""
    visitor = signed_in(event)
    if http.query(event, "sent"):
        return _sent(visitor, "plan.sent")
    return _plan(visitor, (http.query(event, "invoice"),), ())


def plan(event: Event) -> http.Answer:
    """Show the parts and what is agreed to; with the customer's word for that, agree."""
    visitor = signed_in(event)
    rule = _plan_rule(visitor)
    about = document_ids_of(visitor.chosen("document"))
    try:
        asked = _Asked(
            about,
            _number(visitor, "parts"),
            _day(visitor, "first_on"),
            _one_of(visitor, "pace", Pace),
        )
        shown = _preview(visitor, asked, rule)
        consent = _consent(visitor, shown, rule)
        if _typed(visitor, "consent") != consent:
            return _page("plan_confirm", visitor, asked=asked, parts=shown, consent=consent)
        _agree(visitor, asked, rule, consent)
    except _REFUSED as refused:
        return _plan(visitor, about, _said(visitor, refused))
    return _done(visitor, "plans")


def plans_offered(visitor: Visit) -> bool:
    """Return whether customers may agree to a plan by themselves."""
    return _policy(visitor).plans.in_portal


@dataclass(frozen=True, slots=True)
class _Asked:
    documents: tuple[str, ...]
    parts: int
    first_on: date
    pace: Pace


def _preview(visitor: Visit, asked: _Asked, rule: PlanRule) -> tuple[PlanPart, ...]:
    return preview(
        runtime.accounts(),
        *_whose(visitor),
        documents=asked.documents,
        parts=asked.parts,
        first_on=asked.first_on,
        pace=asked.pace,
        rule=rule,
        now=visitor.now,
        request_id=_request(visitor),
    )


def _agree(visitor: Visit, asked: _Asked, rule: PlanRule, consent: str) -> None:
    agree_plan(
        runtime.accounts(),
        runtime.plans(),
        *_whose(visitor),
        documents=asked.documents,
        parts=asked.parts,
        first_on=asked.first_on,
        pace=asked.pace,
        consent=consent,
        rule=rule,
        by=BY,
        now=visitor.now,
        request_id=_request(visitor),
    )


def _request(visitor: Visit) -> str:
    """Return the name that the page gave this request: a form sent twice is carried out once."""
    return _typed(visitor, "request")[:64]


def _consent(visitor: Visit, parts: tuple[PlanPart, ...], rule: PlanRule) -> str:
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    voice = runtime.templates().voice(*_spoken(view))
    whole = sum((p.amount for p in parts), Money.zero(parts[0].amount.currency))
    return voice.words(
        "portal.plan.consent",
        amount=voice.formats.money(whole),
        seller=view.entity.name,
        count=len(parts),
        days=rule.grace_days,
    )


def _promise(visitor: Visit, about: tuple[str, ...], problems: Problems) -> http.Answer:
    rule = _policy(visitor).promises
    return _page("promise", visitor, about=about, days_max=rule.days_max, problems=problems)


def _dispute(visitor: Visit, document_id: str, problems: Problems) -> http.Answer:
    stores = (runtime.accounts(), runtime.papers())
    view = portal_views.invoice(*stores, visitor.principal, document_id, visitor.now)
    return _page(
        "dispute",
        visitor,
        view=view,
        reasons=_REASONS,
        text_max=TEXT_MAX,
        problems=problems,
    )


def _plan(visitor: Visit, about: tuple[str, ...], problems: Problems) -> http.Answer:
    rule = _plan_rule(visitor)
    return _page("plan", visitor, about=about, rule=rule, paces=_PACES, problems=problems)


def _page(name: str, visitor: Visit, **values: object) -> http.Answer:
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    typed = defaultdict(str, {field: found[0] for field, found in visitor.form.items() if found})
    given = {"view": view, "typed": typed, "problems": (), "request": secrets.token_hex(16)}
    return pages.page(
        name,
        _spoken(view),
        status=422 if values.get("problems") else 200,
        base=visitor.base,
        entity=view.entity,
        customer=view.customer,
        csrf=visitor.csrf,
        last_day=lambda days: view.today + timedelta(days=days),
        **(given | values),
    )


def _sent(visitor: Visit, key: str) -> http.Answer:
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    return pages.message(
        key,
        _spoken(view),
        words={"seller": view.entity.name},
        entity=view.entity,
        customer=view.customer,
        csrf=visitor.csrf,
        base=visitor.base,
    )


def _done(visitor: Visit, page: str) -> http.Answer:
    return http.see_other(f"{visitor.base}/{page}?sent=1")


def _said(visitor: Visit, refused: HubError) -> Problems:
    """Return the field that was refused, and why, in the customer's words."""
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    say = runtime.templates().voice(*_spoken(view)).words
    if isinstance(refused, Conflict):
        return (("document", say("portal.error.already")),)
    field = "document" if isinstance(refused, NotFound) else str(refused.facts.get("field", ""))
    return ((field, say(f"portal.error.{_SENTENCES.get(field, 'form')}")),)


_REFUSED = (InvalidInput, Conflict, NotFound)
_SENTENCES = {
    "document": "chosen",
    "documents": "chosen",
    "pays_on": "pays_on",
    "first_on": "first_on",
    "amount": "amount",
    "text": "text",
    "parts": "parts",
    "reason": "reason",
    "line": "line",
}
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
_PACES = {
    Pace.MONTHLY: "portal.plan.monthly",
    Pace.FORTNIGHTLY: "portal.plan.fortnightly",
    Pace.WEEKLY: "portal.plan.weekly",
}


def _amount(visitor: Visit, about: tuple[str, ...]) -> Money | None:
    """Return the amount that was typed, None for all of it. Raises InvalidInput."""
    typed = _typed(visitor, "amount")
    if not typed:
        return None
    account = runtime.accounts().account(*_whose(visitor))
    found = [d for d in account.documents if d.document_id in about]
    if not found:
        raise NotFound()
    plain = typed.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    try:
        return parse_money(plain.replace(",", "."), found[0].open.currency)
    except HubError:
        raise InvalidInput(field="amount", reason="digits") from None


def _day(visitor: Visit, field: str) -> date:
    try:
        return date.fromisoformat(_typed(visitor, field))
    except ValueError:
        raise InvalidInput(field=field, reason="a day") from None


def _number(visitor: Visit, field: str) -> int:
    typed = _typed(visitor, field) or "0"
    if not (typed.isascii() and typed.isdigit() and len(typed) < 5):
        raise InvalidInput(field=field, reason="a number")
    return int(typed)


def _one_of[Choice: (DisputeReason, Pace)](
    visitor: Visit, field: str, choices: type[Choice]
) -> Choice:
    try:
        return choices(_typed(visitor, field))
    except ValueError:
        raise InvalidInput(field=field, reason="choose one") from None


def _words(visitor: Visit, field: str) -> str:
    typed = _typed(visitor, field)
    if not typed:
        raise InvalidInput(field=field, reason="it is empty")
    return typed


def _typed(visitor: Visit, field: str) -> str:
    return visitor.form.get(field, [""])[0].strip()[: TEXT_MAX * 2]


def _policy(visitor: Visit) -> Policy:
    return policy_of(runtime.accounts(), runtime.entities(), *_whose(visitor))


def _plan_rule(visitor: Visit) -> PlanRule:
    """Return the limits of plans. Raises NotFound where customers agree to none by themselves."""
    rule = _policy(visitor).plans
    if not rule.in_portal:
        raise NotFound()
    return rule


def _whose(visitor: Visit) -> tuple[str, str]:
    return visitor.principal.entity_id, visitor.principal.customer_id


def _spoken(view: HomeView) -> tuple[str, str]:
    return view.customer.language, view.entity.language


ROUTES = {
    "GET /p/{entity}/promises": promises,
    "POST /p/{entity}/promises": promise,
    "GET /p/{entity}/disputes": disputes,
    "POST /p/{entity}/disputes": dispute,
    "GET /p/{entity}/plans": plans,
    "POST /p/{entity}/plans": plan,
}
