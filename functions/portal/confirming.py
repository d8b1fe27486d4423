"""Confirming who one is: a link mailed for it, good once and soon, opens more of the portal."""

from functions.edge import http
from functions.portal import pages
from functions.portal.visit import COOKIE, Event, base_of, entity_of, visit
from functions.portal.wanted import FIELD, checked
from shared import runtime
from shared.domain.portal import LinkNotValid, Principal
from shared.errors import Unauthenticated
from shared.usecases.ask_sign_in import ask_sign_in

_TOKEN_MAX = 64


def offer(event: Event) -> http.Answer:
    """Show the button that has the sign-in mailed, or that it is on its way."""
    visitor = visit(event)
    entity = runtime.accounts().entity(visitor.principal.entity_id)
    customer = runtime.accounts().customer(entity.entity_id, visitor.principal.customer_id)
    spoken = (customer.language, entity.language)
    shown = {"entity": entity, "customer": customer, "csrf": visitor.csrf, "base": visitor.base}
    if http.query(event, "sent"):
        return pages.message("sign_in.sent", spoken, **shown)
    page = checked(http.query(event, FIELD))
    return pages.page("sign_in", spoken, token="", wanted=page, **shown)


def ask(event: Event) -> http.Answer:
    """Have a sign-in mailed to the address on file."""
    visitor = visit(event)
    page = checked(visitor.form.get(FIELD, [""])[0])
    if runtime.sessions().ask_sign_in(visitor.principal, visitor.now.wall, page):
        ask_sign_in(runtime.accounts(), runtime.notices(), visitor.principal, visitor.now)
    return http.see_other(f"{visitor.base}/sign-in?sent=1")


def landing(event: Event) -> http.Answer:
    """Show a button. Nothing is used up: mail scanners open links, too."""
    entity_id, token = _named(event)
    customer_id = runtime.links().sign_in(entity_id, token, runtime.now().wall)
    if customer_id is None:
        raise LinkNotValid()
    entity = runtime.accounts().entity(entity_id)
    customer = runtime.accounts().customer(entity_id, customer_id)
    return pages.page(
        "sign_in",
        (customer.language, entity.language),
        token=token,
        base=base_of(entity_id),
        entity=entity,
        customer=customer,
    )


def enter(event: Event) -> http.Answer:
    """Open a session of somebody who confirmed who they are, once; lead to what they wanted."""
    http.require_same_origin(event, runtime.public_url())
    entity_id, token = _named(event)
    wall = runtime.now().wall
    customer_id = runtime.links().sign_in(entity_id, token, wall)
    if customer_id is None or not runtime.links().use_sign_in(entity_id, token, wall):
        raise LinkNotValid()
    principal = Principal(entity_id, customer_id)
    page = checked(runtime.sessions().wanted(principal))
    secret = runtime.sessions().open(principal, wall, signed_in=True)
    address = f"{base_of(entity_id)}/{page}" if page else base_of(entity_id)
    return http.see_other(address, cookies=[http.host_cookie(COOKIE, secret)])


def _named(event: Event) -> tuple[str, str]:
    try:
        entity_id = entity_of(event)
    except Unauthenticated:
        raise LinkNotValid() from None
    return entity_id, str((event.get("pathParameters") or {}).get("token", ""))[:_TOKEN_MAX]


ROUTES = {
    "GET /p/{entity}/sign-in": offer,
    "POST /p/{entity}/sign-in": ask,
    "GET /p/{entity}/s/{token}": landing,
    "POST /p/{entity}/s/{token}": enter,
}
