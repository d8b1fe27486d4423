"""Pages: a template, in the reader's language, with what every page shows."""

from collections.abc import Iterable, Mapping
from typing import Any

from functions.edge import http, static_files
from shared import runtime
from shared.domain.customer import Customer
from shared.domain.entity import Entity


def page(
    name: str,
    languages: Iterable[str],
    *,
    status: int = 200,
    base: str = "",
    entity: Entity | None = None,
    customer: Customer | None = None,
    csrf: str = "",
    cookies: Iterable[str] = (),
    **values: object,
) -> http.Answer:
    """Return the page of template name, in the first of languages that there are words for."""
    body = (
        runtime.templates()
        .voice(*languages)
        .render(
            f"portal/{name}.html",
            css=static_files.address("portal.css"),
            icon=static_files.address("icon.svg"),
            base=base,
            entity=entity,
            customer=customer,
            csrf=csrf,
            **values,
        )
    )
    forms_to = runtime.setting("CHECKOUT_ORIGIN") if csrf else ""
    return http.html(body, status, cookies=cookies, forms_to=forms_to)


def message(
    key: str,
    languages: Iterable[str],
    *,
    words: Mapping[str, Any] | None = None,
    **values: Any,
) -> http.Answer:
    """Return a page with the sentences portal.<key>_title and portal.<key>, words put in."""
    languages = tuple(languages)
    say = runtime.templates().voice(*languages).words
    title = say(f"portal.{key}_title", **(words or {}))
    sentence = say(f"portal.{key}", **(words or {}))
    return page("message", languages, title=title, text=sentence, **values)
