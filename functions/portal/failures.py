"""Errors as pages. An unknown thing and somebody else's thing look the same."""

from urllib.parse import urlencode

from functions.edge import http
from functions.portal import pages
from functions.portal.visit import Event, base_of, known_entity, secret_of
from functions.portal.wanted import FIELD, wanted
from shared.domain.gateway import GatewayRefused, GatewayUnavailable
from shared.domain.portal import LinkNotValid, SignInNeeded
from shared.errors import HubError, NotFound, Unauthenticated, WriteConflict

_PAGES: dict[type[HubError], tuple[int, str]] = {
    NotFound: (404, "error.not_found"),
    Unauthenticated: (401, "signed_out.open"),
    http.ForeignForm: (403, "error.forbidden"),
    http.NotAForm: (400, "error.forbidden"),
    http.BodyTooLarge: (413, "error.too_large"),
    GatewayRefused: (502, "error.gateway"),
    GatewayUnavailable: (503, "error.gateway"),
    WriteConflict: (503, "error.busy"),
}
_HOME = "GET /p/{entity}"
"""Who comes here for the first time has done nothing wrong: they are told how to get in."""
EXPECTED = (LinkNotValid, *_PAGES)


def answer(event: Event, error: HubError) -> http.Answer:
    """Return the page that tells a person about error."""
    entity = known_entity(event)
    spoken = (*http.languages(event), entity.language if entity else "")
    if isinstance(error, SignInNeeded) and entity is not None:
        return http.see_other(f"{base_of(entity.entity_id)}/sign-in{_for_page(event)}")
    if isinstance(error, LinkNotValid):
        base = base_of(str((event.get("pathParameters") or {}).get("entity", "")))
        token = str((event.get("pathParameters") or {}).get("token", ""))[:64]
        shown = {"entity": entity, "base": base, "token": token}
        return pages.page("link", spoken, status=404, once="/s/" in event["routeKey"], **shown)
    if isinstance(error, Unauthenticated) and entity is not None and not secret_of(event):
        status = 200 if event["routeKey"] == _HOME else 401
        words = {"seller": entity.name}
        return pages.message("signed_out.door", spoken, words=words, status=status, entity=entity)
    status, key = next(_PAGES[c] for c in type(error).__mro__ if c in _PAGES)
    return pages.message(key, spoken, status=status, entity=entity)


def _for_page(event: Event) -> str:
    page = wanted(event)
    return f"?{urlencode({FIELD: page})}" if page else ""
