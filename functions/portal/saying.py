"""What the pages for promises, disputes and plans share."""

import re
import secrets
from collections import defaultdict
from datetime import date, timedelta

from functions.edge import http
from functions.portal import pages
from functions.portal.visit import Visit
from shared import runtime
from shared.adapters.formats import Formats
from shared.domain.limits import Limit
from shared.domain.money import parse_money
from shared.domain.policy import Policy
from shared.domain.portal import HomeView
from shared.errors import Conflict, HubError, InvalidInput, NotFound
from shared.usecases import portal_views
from shared.usecases.policy_of import policy_of

BY = "customer"
Problems = tuple[tuple[str, str], ...]
REFUSED = (InvalidInput, Conflict, NotFound)
"""Why something may not be said: told to the customer at the field that is wrong."""
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
_LIMITS = {
    Limit.DAYS: "portal.limit.days",
    Limit.AMOUNT: "portal.limit.amount",
    Limit.NOTHING_LEFT: "portal.limit.nothing_left",
    Limit.CHARACTERS: "portal.limit.characters",
    Limit.PARTS: "portal.limit.parts",
    Limit.PART: "portal.limit.part",
    Limit.TOO_LITTLE: "portal.limit.too_little",
    Limit.LAST_DAY: "portal.limit.last_day",
    Limit.PLAN: "portal.limit.plan",
}
_BOUNDS = ("least", "most")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def page(name: str, visitor: Visit, **values: object) -> http.Answer:
    """Return a page with the open account, and what was typed where there are problems."""
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    typed = defaultdict(str, {field: found[0] for field, found in visitor.form.items() if found})
    given = {"view": view, "typed": typed, "problems": (), "request": secrets.token_hex(16)}
    return pages.page(
        name,
        spoken(view),
        status=422 if values.get("problems") else 200,
        base=visitor.base,
        entity=view.entity,
        customer=view.customer,
        csrf=visitor.csrf,
        last_day=lambda days: view.today + timedelta(days=days),
        **(given | values),
    )


def sent(visitor: Visit, key: str) -> http.Answer:
    """Return the page that says that something has arrived."""
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    return pages.message(
        key,
        spoken(view),
        words={"seller": view.entity.name},
        entity=view.entity,
        customer=view.customer,
        csrf=visitor.csrf,
        base=visitor.base,
    )


def done(visitor: Visit, page: str) -> http.Answer:
    """Lead to the page that says that something has arrived."""
    return http.see_other(f"{visitor.base}/{page}?sent=1")


def said(visitor: Visit, refused: HubError) -> Problems:
    """Return the field that was refused, and why, in the customer's words."""
    view = portal_views.home(runtime.accounts(), visitor.principal, visitor.now)
    voice = runtime.templates().voice(*spoken(view))
    if isinstance(refused, Conflict):
        return (("document", voice.words("portal.error.already")),)
    field = "document" if isinstance(refused, NotFound) else str(refused.facts.get("field", ""))
    if "limit" in refused.facts:
        limit = _LIMITS[Limit(str(refused.facts["limit"]))]
        bounds = {name: _bound(refused.facts.get(name, ""), voice.formats) for name in _BOUNDS}
        count = refused.facts.get("most", 0)
        return ((field, voice.words(limit, **bounds, count=count)),)
    sentence = f"portal.error.{_SENTENCES.get(field, 'form')}"
    return ((field, voice.words(sentence, example=voice.formats.decimal("1000.50"))),)


def _bound(value: str | int, formats: Formats) -> str:
    """Return what bounds a limit (shared.domain.limits) as people write it."""
    if isinstance(value, int):
        return formats.number(value)
    if _DAY.fullmatch(value):
        return formats.day(date.fromisoformat(value))
    text, _, currency = value.partition(" ")
    return formats.money(parse_money(text, currency)) if currency else value


def policy(visitor: Visit) -> Policy:
    """Return the policy that bounds what the customer may be given time for."""
    return policy_of(runtime.accounts(), runtime.entities(), *whose(visitor))


def whose(visitor: Visit) -> tuple[str, str]:
    return visitor.principal.entity_id, visitor.principal.customer_id


def spoken(view: HomeView) -> tuple[str, str]:
    return view.customer.language, view.entity.language
