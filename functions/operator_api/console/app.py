"""The console: signs in by the issuer, works without scripts, answers in pages."""

from http import HTTPStatus

from functions.edge import http
from functions.edge.problems import status_of
from functions.operator_api import access
from functions.operator_api.console import (
    agreements,
    calls,
    cases,
    customer,
    day,
    document,
    erp,
    figures,
    home,
    lists,
    mailing,
    money,
    notice,
    payments,
    runs,
    session,
    statement,
)
from functions.operator_api.console.pages import Visit, bare, base_of
from functions.operator_api.console.session import Event
from shared import runtime
from shared.domain.clock import Now
from shared.domain.roles import Role
from shared.errors import HubError, NotFound, Unauthenticated

_ID_CHARS_MAX = 64
_NUMBER_CHARS_MAX = 8
_NAME_CHARS_MAX = 32
_CURSOR_CHARS_MAX = 120
_FORM_STATUS: dict[type[HubError], int] = {
    http.ForeignForm: 403,
    http.NotAForm: 400,
    http.BodyTooLarge: 413,
}


def console(event: Event, now: Now) -> http.Answer:
    """Return the page asked for, or the page that says why not."""
    try:
        return _answer(event, now)
    except Unauthenticated as error:
        return bare("sign_in", 401, failed=error.facts.get("reason") != "missing")
    except HubError as error:
        status = _FORM_STATUS.get(type(error)) or status_of(error)
        title = "There is no such page" if status == 404 else HTTPStatus(status).phrase
        return bare("problem", status, title=title, text=error.help)


def _answer(event: Event, now: Now) -> http.Answer:
    method = event["requestContext"]["http"]["method"]
    parts = [p for p in str(event["rawPath"]).split("/") if p][1:]
    match method, parts:
        case "GET", ["sign-in"]:
            return session.sign_in()
        case "GET", ["callback"]:
            return session.callback(event, now)
        case "GET", ["sign-in.json"]:
            return session.for_the_command()
        case "GET", ["signed-out"]:
            return session.signed_out()
    csrf = session.begin(event, now)
    form = session.check_form(event, csrf) if method == "POST" else {}
    match method, parts:
        case "GET", []:
            return _entities(csrf)
        case "POST", ["sign-out"]:
            return session.sign_out()
        case _, ["e", entity_id, *rest] if all(len(p) <= _ID_CHARS_MAX for p in rest):
            return _of_entity(event, _visit(entity_id, csrf, str(event["rawPath"])), rest, form)
    raise NotFound(path="console")


def _of_entity(event: Event, visit: Visit, rest: list[str], form: http.Form) -> http.Answer:
    method = event["requestContext"]["http"]["method"]
    match method, rest:
        case "GET", []:
            return home.home(visit)
        case "GET", ["customers"]:
            return lists.customers(visit, http.query(event, "q")[:100], http.query(event, "sort"))
        case "GET", ["figures"]:
            return figures.figures_page(visit, http.query(event, "from"), http.query(event, "to"))
        case "GET", ["invoices"]:
            return lists.invoices(visit, http.query(event, "currency"), http.query(event, "age"))
        case "GET", ["customers", customer_id]:
            return customer.customer(visit, customer_id)
        case _, ["customers", customer_id, *further] if further:
            return _of_customer(event, visit, customer_id, further, form)
        case "GET", ["payments"]:
            return payments.payments_page(visit, http.query(event, "after")[:_CURSOR_CHARS_MAX])
        case "GET", ["tasks"]:
            return lists.tasks(visit)
        case "GET", ["runs"]:
            return runs.runs_page(visit)
        case "POST", ["runs", run_id, "resume"]:
            return runs.resume_run(visit, run_id)
        case "GET", ["calls"]:
            return calls.calls_page(visit)
        case "POST", ["calls", task_id]:
            return calls.note(visit, task_id, form)
        case "POST", ["tasks", task_id]:
            return customer.task_done(visit, task_id, form)
        case "GET", ["parked"]:
            return lists.parked(visit)
        case "POST", ["mail"]:
            return mailing.resume(visit, form)
        case "GET", ["erp"]:
            return erp.erp_page(visit, http.query(event, "asked")[:_NAME_CHARS_MAX])
        case "POST", ["erp", "connections", name, what]:
            return erp.act(visit, name, what)
        case "POST", ["erp", "again"]:
            return erp.tell_again(visit)
        case "POST", ["erp", "compare"]:
            return erp.compare(visit, form)
    raise NotFound(path="console")


def _of_customer(
    event: Event, visit: Visit, customer_id: str, rest: list[str], form: http.Form
) -> http.Answer:
    method = event["requestContext"]["http"]["method"]
    match method, rest:
        case "GET", ["notices", n] if _is_number(n):
            return notice.notice_page(visit, customer_id, int(n))
        case "GET", ["notices", n, "letter"] if _is_number(n):
            return notice.letter(visit, customer_id, int(n))
        case "POST", ["notices", n, answer] if _is_number(n):
            return cases.decide(visit, customer_id, int(n), answer, form)
        case "POST", ["handovers", handover_id]:
            return cases.take_back(visit, customer_id, handover_id, form)
        case "POST", ["packs"]:
            return cases.ask_pack(visit, customer_id)
        case "GET", ["packs", pack_id]:
            return cases.pack(visit, customer_id, pack_id)
        case "POST", ["remind"]:
            return mailing.remind(visit, customer_id, form)
        case "POST", ["mail"]:
            return mailing.wish(visit, customer_id, form)
        case "POST", ["links"]:
            return mailing.end_links(visit, customer_id, form)
        case "POST", ["holds"]:
            return customer.add_hold(visit, customer_id, form)
        case "POST", ["holds", hold_id]:
            return customer.end_hold(visit, customer_id, hold_id)
        case "GET", ["day"]:
            asked = (http.query(event, "on")[:10], http.query(event, "document")[:_ID_CHARS_MAX])
            return day.day_page(visit, customer_id, *asked)
        case "GET", ["agreements"]:
            return agreements.agreements_page(visit, customer_id)
        case "POST", ["promises" | "disputes" | "plans" | "pauses" as what]:
            return agreements.make(visit, customer_id, what, form)
        case "POST", [
            "promises" | "disputes" | "plans" | "pauses" | "mandates" as what,
            agreement_id,
        ]:
            return agreements.end(visit, customer_id, what, agreement_id, form)
        case "GET", ["statement"]:
            return statement.show(visit, customer_id, event)
        case "POST", ["statements"]:
            return statement.ask(visit, customer_id, form)
        case "GET", ["statements", statement_id]:
            return statement.pdf(visit, customer_id, statement_id)
        case "GET", ["money"]:
            return money.money_page(visit, customer_id)
        case "POST", ["payments"]:
            return money.note_payment(visit, customer_id, form)
        case "POST", ["payments", payment_id, "reverse"]:
            return money.take_back(visit, customer_id, payment_id, form)
        case "POST", ["credits", source_id]:
            return money.use_credit(visit, customer_id, source_id, form)
        case "POST", ["credits", source_id, "refund"]:
            return money.refund(visit, customer_id, source_id, form)
        case "GET", ["documents", document_id]:
            return document.document_page(visit, customer_id, document_id)
        case "GET", ["documents", document_id, "pdf"]:
            return document.pdf(visit, customer_id, document_id)
        case "POST", ["documents", document_id, action]:
            return document.act(visit, customer_id, document_id, action, form)
    raise NotFound(path="console")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _NUMBER_CHARS_MAX


def _visit(entity_id: str, csrf: str, path: str) -> Visit:
    access.allow(Role.VIEWER, entity_id)
    role = access.current().principal.role_in(entity_id)
    return Visit(runtime.entities().get(entity_id), role or Role.VIEWER, csrf, path)


def _entities(csrf: str) -> http.Answer:
    principal = access.current().principal
    seen = [e for e in runtime.entities().ids() if principal.role_in(e) is not None]
    if len(seen) == 1:
        return http.see_other(base_of(seen[0]))
    found = [(base_of(e), runtime.entities().get(e)) for e in seen]
    return bare("entities", csrf=csrf, found=found)
