"""The call list as a page that a clerk works through: number, debts, last contacts, outcome."""

from datetime import date

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.asking import field, money_or_all, why_not
from functions.operator_api.console.pages import Visit, page
from shared import runtime
from shared.domain.agreement import DisputeReason
from shared.domain.call_list import CallOutcome
from shared.domain.phone import e164
from shared.domain.roles import Role
from shared.errors import InvalidInput, NotFound
from shared.usecases.call_customers import Said, calls, note_outcome

_SHOWN = 30
_CONTACTS_SHOWN = 4
_NOTE_MAX = 1000
_TEXT_MAX = 2000
_DAYS_MAX = 30
_LABELS = {
    DisputeReason.PRICE: "Price",
    DisputeReason.QUANTITY: "Quantity",
    DisputeReason.QUALITY: "Quality",
    DisputeReason.NOT_RECEIVED: "Not received",
    DisputeReason.NOT_ORDERED: "Not ordered",
    DisputeReason.DUPLICATE: "Billed twice",
    DisputeReason.ALREADY_PAID: "Paid already",
    DisputeReason.OTHER: "Other",
}


def calls_page(visit: Visit, problem: str = "", about: str = "") -> http.Answer:
    """Show whom to call, by currency, the most expected money first; problem is about one task."""
    entity_id = visit.entity.entity_id
    now = access.current().now
    found = calls(runtime.accounts(), runtime.tasks(), entity_id, now, _SHOWN)
    contacts = runtime.contacts()
    rows = [
        (
            call,
            e164(call.customer.phone),
            contacts.last(entity_id, call.customer.customer_id, _CONTACTS_SHOWN),
        )
        for call in found
    ]
    return page(
        "calls",
        visit,
        status=422 if problem else 200,
        rows=rows,
        reasons=list(_LABELS.items()),
        today=now.today(visit.entity.time_zone),
        problem=problem,
        about=about,
    )


def note(visit: Visit, task_id: str, form: http.Form) -> http.Answer:
    """Note what came of a call, and go on with the list."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    request = access.current()
    by, entity_id = request.principal.name, visit.entity.entity_id

    def carry_out() -> object:
        ports, said = runtime.calling(), _said(form)
        return note_outcome(ports, entity_id, task_id, said, by, request.now)

    try:
        problem = why_not(carry_out)
    except NotFound:
        problem = "Somebody noted an outcome of this call already."
    if problem:
        return calls_page(visit, problem, task_id)
    return http.see_other(f"{visit.base}/calls")


def _said(form: http.Form) -> Said:
    try:
        outcome = CallOutcome(field(form, "outcome"))
        reason = DisputeReason(field(form, "reason") or DisputeReason.OTHER)
        days = int(field(form, "days") or 2)
        pays_on = date.fromisoformat(field(form, "pays_on")) if field(form, "pays_on") else None
    except ValueError:
        raise InvalidInput(field="outcome", reason="choose one, with a day as YYYY-MM-DD") from None
    if not 1 <= days <= _DAYS_MAX:
        raise InvalidInput(field="days", reason=f"1 to {_DAYS_MAX}")
    return Said(
        outcome=outcome,
        note=field(form, "note")[:_NOTE_MAX],
        days=days,
        pays_on=pays_on,
        amount=money_or_all(form, "amount", field(form, "currency")),
        reason=reason,
        text=field(form, "text")[:_TEXT_MAX],
        documents=tuple(form.get("document", [])),
    )
