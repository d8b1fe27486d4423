"""The page that somebody asked for before they confirmed who they are."""

import re

from functions.edge import http
from functions.portal.visit import Event

FIELD = "page"
_WANTED = re.compile(r"(?:plans|autopay)(?:\?invoice=[0-9A-Z]{26})?")


def checked(text: str) -> str:
    """Return text if it names one of the pages that ask for a sign-in, else "".

    What comes back is relative to the portal, so that no text leads anywhere else.
    """
    return text if _WANTED.fullmatch(text) else ""


def wanted(event: Event) -> str:
    """Return the page that the request asked for, with the invoice it named, or ""."""
    page = str(event["routeKey"]).partition("}/")[2].partition("/")[0]
    about = http.query(event, "invoice")
    return checked(f"{page}?invoice={about}") or checked(page)
