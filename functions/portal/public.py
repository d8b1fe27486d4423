"""What anybody may ask for: a link's landing page, a fresh link, static files, health."""

from functions.edge import http, static_files
from functions.portal import pages
from functions.portal.visit import COOKIE, Event, base_of, entity_of, known_entity
from shared import runtime
from shared.domain.portal import LinkNotValid
from shared.errors import NotFound, Unauthenticated
from shared.usecases.ask_sign_in import sign_in_again
from shared.usecases.fresh_link import fresh_link
from shared.usecases.mail_wishes import stop_reminders_by_link
from shared.usecases.portal_session import enter, look_at_link

_A_YEAR_S = 365 * 24 * 3600
_A_MINUTE_S = 60
_TOKEN_MAX = 64


def landing(event: Event) -> http.Answer:
    """Show a button. Nothing is used up: mail scanners open links, too."""
    entity_id = _entity(event)
    principal = look_at_link(runtime.links(), entity_id, _token(event), runtime.now())
    entity = runtime.accounts().entity(entity_id)
    customer = runtime.accounts().customer(entity_id, principal.customer_id)
    spoken = (customer.language, entity.language)
    return pages.page("landing", spoken, entity=entity, customer=customer)


def open_account(event: Event) -> http.Answer:
    """Open a session and lead to a clean address."""
    http.require_same_origin(event, runtime.public_url())
    entity_id = _entity(event)
    links, sessions = runtime.links(), runtime.sessions()
    secret = enter(links, sessions, entity_id, _token(event), runtime.now())
    return http.see_other(base_of(entity_id), cookies=[http.host_cookie(COOKIE, secret)])


def mail_fresh_link(event: Event) -> http.Answer:
    """Answer the same, whatever the link was; only one that we know has a mail sent.

    A sign-in has a sign-in mailed, any other link a link.
    """
    http.require_same_origin(event, runtime.public_url())
    token = http.form(event).get("link", [""])[0][:_TOKEN_MAX]
    entity = known_entity(event)
    if entity is not None:
        stores, now = (runtime.accounts(), runtime.notices()), runtime.now()
        if fresh_link(runtime.links(), *stores, entity.entity_id, token, now) == "unknown":
            doors = (runtime.links(), runtime.sessions())
            sign_in_again(*doors, *stores, entity.entity_id, token, now)
    spoken = (*http.languages(event), entity.language if entity else "")
    return pages.message("link.sent", spoken, status=202, entity=entity)


def ask_to_stop(event: Event) -> http.Answer:
    """Show the button that stops reminders. Nothing is done yet: mail scanners open links, too."""
    entity = known_entity(event)
    spoken = (*http.languages(event), entity.language if entity else "")
    return pages.page("stop", spoken, entity=entity)


def stop_reminders(event: Event) -> http.Answer:
    """Stop the reminders; a mail program that does it with one click sends no origin.

    The link is the proof, and what it does is answered the same whatever the link was.
    """
    entity = known_entity(event)
    if entity is not None:
        stores = (runtime.links(), runtime.accounts(), runtime.mail_wishes())
        stop_reminders_by_link(*stores, entity.entity_id, _token(event), runtime.now())
    spoken = (*http.languages(event), entity.language if entity else "")
    return pages.message("stop.done", spoken, entity=entity)


def static(event: Event) -> http.Answer:
    """Return a style sheet or a picture."""
    name = str((event.get("pathParameters") or {}).get("proxy", ""))
    if name not in static_files.files():
        raise NotFound()
    body, content_type = static_files.files()[name]
    named = http.query(event, "v") == static_files.version(name)
    return http.public_file(body, content_type, _A_YEAR_S if named else _A_MINUTE_S)


def health(event: Event) -> http.Answer:
    """Return that the function runs."""
    return http.public_file(b"ok", "text/plain; charset=utf-8", 0)


def _entity(event: Event) -> str:
    try:
        return entity_of(event)
    except Unauthenticated:
        raise LinkNotValid() from None


def _token(event: Event) -> str:
    return str((event.get("pathParameters") or {}).get("token", ""))[:_TOKEN_MAX]


ROUTES = {
    "GET /p/{entity}/l/{token}": landing,
    "POST /p/{entity}/l/{token}": open_account,
    "POST /p/{entity}/fresh-link": mail_fresh_link,
    "GET /p/{entity}/l/{token}/stop": ask_to_stop,
    "POST /p/{entity}/l/{token}/stop": stop_reminders,
    "GET /static/{proxy+}": static,
    "GET /health": health,
}
