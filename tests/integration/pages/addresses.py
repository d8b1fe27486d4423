"""Which pages there are: read from the routes and the templates, so that none is forgotten."""

import ast
import re
from pathlib import Path
from urllib.parse import urlsplit

from functions.operator_api.console import app
from functions.portal.handler import ROUTES
from tests.support.browser import route_of

FILES = frozenset(
    {
        "GET /p/{entity}/invoices/{document_id}/pdf",
        "GET /static/{proxy+}",
        "GET /health",
        "GET /console/e/{}/customers/{}/documents/{}/pdf",
        "GET /console/e/{}/customers/{}/notices/{}/letter",
    }
)
"""What answers with a file, or leads to one."""
LEADS_ON = frozenset({"GET /console/sign-in", "GET /console/sign-in.json", "GET /console/callback"})
"""What leads to the issuer and back."""
_PARTS = frozenset({"layout.html", "parts.html", "filled.html", "mailing.html", "case.html"})
"""What stands within other pages."""
_TEMPLATES = Path("shared/templates")


def pages() -> frozenset[str]:
    """Return every page as its route, such as GET /console/e/{}/customers/{}."""
    of_portal = {route for route in ROUTES if route.startswith("GET ")}
    return frozenset(of_portal | set(_of_console())) - FILES - LEADS_ON


def templates() -> frozenset[str]:
    """Return every template that is a page of its own, such as console/home.html."""
    found = (path for side in ("portal", "console") for path in (_TEMPLATES / side).glob("*.html"))
    return frozenset(f"{p.parent.name}/{p.name}" for p in found if p.name not in _PARTS)


def page_of(address: str) -> str:
    """Return the page that an address is one of."""
    path = urlsplit(address).path
    if path.partition("/console")[0]:
        return route_of("GET", path)[0]
    for route in _of_console():
        if re.fullmatch(route.removeprefix("GET ").replace("{}", "[^/]+"), path):
            return route
    raise AssertionError(f"no page at {path}")


def _of_console() -> dict[str, None]:
    """Return the pages that the console's own matching of paths names, fixed words first."""
    functions = ast.parse(Path(app.__file__).read_text(encoding="utf-8")).body
    places = {
        "_answer": "/console",
        "_of_entity": "/console/e/{}",
        "_of_customer": "/console/e/{}/customers/{}",
    }
    found: list[str] = []
    for function in functions:
        if isinstance(function, ast.FunctionDef) and function.name in places:
            cases = (node for node in ast.walk(function) if isinstance(node, ast.match_case))
            paths = (_path(case.pattern) for case in cases)
            found += [f"GET {places[function.name]}{path}" for path in paths if path is not None]
    assert len(found) > 10, "the console's pages are not read any more"
    return dict.fromkeys(sorted(found, key=lambda route: route.count("{}")))


def _path(pattern: ast.pattern) -> str | None:
    """Return the path of a pattern such as "GET", ["customers", customer_id], else None."""
    match pattern:
        case ast.MatchSequence([ast.MatchValue(ast.Constant("GET")), ast.MatchSequence(parts)]) if (
            not any(isinstance(part, ast.MatchStar) for part in parts)
        ):
            return "".join(f"/{_part(part)}" for part in parts)
    return None


def _part(pattern: ast.pattern) -> str:
    match pattern:
        case ast.MatchValue(ast.Constant(str(word))):
            return word
    return "{}"
