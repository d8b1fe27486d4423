"""What the forms about money have in common: one request each, and an answer that says why not."""

from collections.abc import Callable

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.pages import LANGUAGE
from shared import runtime
from shared.domain.cash_step import Asked
from shared.domain.money import Money
from shared.errors import Conflict, CurrencyMismatch, HubError, InvalidInput
from shared.ids import derived_id

_NOTE_CHARS_MAX = 500
_REASON_CHARS_MIN, _REASON_CHARS_MAX = 3, 300
_EXAMPLE = "write an amount such as 1,000.50 or 1000.50"
_OF_THE_PAGE = ("csrf",)


def field(form: http.Form, name: str) -> str:
    """Return what was typed into a field, without the spaces around it."""
    return form.get(name, [""])[0].strip()


def why(form: http.Form, name: str) -> str:
    """Return the reason that was typed into a field. Raises InvalidInput for none or an essay."""
    reason = field(form, name)
    if not _REASON_CHARS_MIN <= len(reason) <= _REASON_CHARS_MAX:
        raise InvalidInput(field=name, reason="say why, in a few words")
    return reason


def money(form: http.Form, name: str, currency: str) -> Money:
    """Return the amount of a field, written as the console writes amounts. Raises InvalidInput."""
    try:
        return runtime.templates().voice(LANGUAGE).formats.typed_money(field(form, name), currency)
    except InvalidInput as refused:
        if refused.facts.get("field") != "amount":
            raise
        raise InvalidInput(field=name, reason=_EXAMPLE) from None


def money_or_all(form: http.Form, name: str, currency: str) -> Money | None:
    """Return the amount of a field, None where it was left empty: all of it."""
    return money(form, name, currency) if field(form, name) else None


def request_id(form: http.Form) -> str:
    """Return the name that the page gave this request: a form sent twice is carried out once."""
    name = field(form, "request")
    if not 16 <= len(name) <= 64:
        raise InvalidInput(field="request", reason="load the page again")
    return derived_id("console", name)


def asked(form: http.Form, *what: str) -> Asked:
    """Return the request of a form. what is the action and what it is about."""
    said = [
        f"{name}={value}"
        for name, values in sorted(form.items())
        if name not in _OF_THE_PAGE
        for value in values
    ]
    digest = derived_id("asked", *what, *said)
    note = field(form, "note")[:_NOTE_CHARS_MAX]
    return Asked(request_id(form), digest, access.current().principal.name, note)


def why_not(work: Callable[[], object]) -> str:
    """Do work and return "", or what keeps it from being done, in a sentence for the page."""
    refused = refusal(work)
    return sentence(refused) if refused else ""


def refusal(work: Callable[[], object]) -> HubError | None:
    """Do work and return None, or what keeps it from being done."""
    try:
        work()
    except (InvalidInput, Conflict, CurrencyMismatch) as refused:
        return refused
    return None


def sentence(refused: HubError) -> str:
    """Return a refusal in words for the page."""
    reason = str(refused.facts.get("reason", ""))
    named = str(refused.facts.get("field", ""))
    what = ": ".join(part for part in (named, reason) if part)
    return f"{what[:1].upper()}{what[1:]}. {refused.help}" if what else refused.help
