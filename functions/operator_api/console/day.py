"""Why, on that day: a customer's account, decision and notices by the facts of a day."""

from datetime import date, timedelta

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.pages import Visit, page
from shared import runtime
from shared.domain.coming import coming
from shared.domain.figures import ageing
from shared.domain.open_items import all_open_items
from shared.usecases.explain import explain_day

_FIRST, _LAST = date(1990, 1, 1), date(2200, 1, 1)
_PARTS = {
    "processing": "being paid",
    "credit": "covered by credit",
    "in_checkout": "on a payment page",
    "disputed": "contested",
    "promised": "promised",
    "planned": "paid in parts",
    "held": "on hold",
}


def day_page(visit: Visit, customer_id: str, typed: str, document_id: str) -> http.Answer:
    """Show what was said to a customer on a day, or why nothing was. typed "" is today.

    document_id narrows it to one document. Raises NotFound.
    """
    entity_id, now = visit.entity.entity_id, access.current().now
    whose = runtime.accounts().customer(entity_id, customer_id)
    today = now.today(whose.time_zone)
    on, problem = _day(typed, today)
    ports = (runtime.accounts(), runtime.records(), runtime.entities(), runtime.as_swept)
    told = explain_day(*ports, entity_id, customer_id, on, now)
    document = (
        runtime.accounts().document(entity_id, customer_id, document_id) if document_id else None
    )
    documents = sorted(told.documents_of(document_id), key=lambda d: (d.due_on, d.number))
    return page(
        "day",
        visit,
        status=422 if problem else 200,
        problem=problem,
        customer=whose,
        document=document,
        on=on,
        today=today,
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        told=told,
        decisions=told.decisions_of(document_id),
        rows=[(d, told.covers[d.document_id]) for d in documents],
        parts=_PARTS,
        ages=ageing(told.account.documents, told.account.credits, on),
        numbers={item.document_id: item.number for item in all_open_items(told.account.documents)},
        policy=told.policy_of(document_id),
        next=coming(told.account, told.book, on, document_id),
        first=_FIRST,
        last=_LAST,
    )


def _day(typed: str, today: date) -> tuple[date, str]:
    """Return the day that was asked for; today, and what is wrong, where it is none."""
    try:
        on = date.fromisoformat(typed) if typed else today
    except ValueError:
        return today, "Write the day as YYYY-MM-DD."
    return (on, "") if _FIRST <= on <= _LAST else (today, "Nothing is known of that day.")
