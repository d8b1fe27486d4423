"""A customer's statement of account: a page, a CSV file, and a PDF that is made elsewhere."""

from datetime import date

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.asking import field
from functions.operator_api.console.pages import Visit, page
from functions.operator_api.console.session import Event
from shared import runtime
from shared.adapters.statement_csv import statement_csv_lines
from shared.domain.statement_of_account import Statement
from shared.errors import InvalidInput
from shared.usecases.tell_statement import (
    ask_for_statement,
    statement_asked_for,
    tell_statement,
)


def show(visit: Visit, customer_id: str, event: Event) -> http.Answer:
    """Show the statement of a day, with what happened since another, or give it as CSV.

    Raises NotFound.
    """
    typed = {name: http.query(event, name)[:10] for name in ("on", "from")}
    try:
        told = _told(visit, customer_id, _day(typed["on"], "on"), _day(typed["from"], "from"))
        problem = ""
    except InvalidInput as refused:
        told = _told(visit, customer_id, None, None)
        problem = f"{refused.facts['field']}: {refused.facts['reason']}".capitalize() + "."
    if http.query(event, "format") == "csv" and not problem:
        body = "".join(f"{line}\r\n" for line in statement_csv_lines(told))
        return http.private_file(body, "text/csv; charset=utf-8", _name(told.on, "csv"))
    return page(
        "statement",
        visit,
        status=422 if problem else 200,
        customer=told.customer,
        told=told,
        problem=problem,
        today=access.current().now.today(visit.entity.time_zone),
    )


def ask(visit: Visit, customer_id: str, form: http.Form) -> http.Answer:
    """Have the statement made as PDF, and show where it will be. Raises InvalidInput."""
    asked = ask_for_statement(
        runtime.accounts(),
        runtime.statement_requests(),
        visit.entity.entity_id,
        customer_id,
        access.current().now,
        _day(field(form, "on"), "on"),
        _day(field(form, "from"), "from"),
    )
    whose = f"{visit.base}/customers/{http.segment(customer_id)}"
    return http.see_other(f"{whose}/statements/{http.segment(asked.statement_id)}")


def pdf(visit: Visit, customer_id: str, statement_id: str) -> http.Answer:
    """Lead to the PDF, or show that it is still being made. Raises NotFound."""
    entity_id = visit.entity.entity_id
    requests = runtime.statement_requests()
    asked = statement_asked_for(requests, entity_id, customer_id, statement_id)
    if asked.pdf_key:
        return http.see_other(runtime.documents().address(asked.pdf_key, _name(asked.on, "pdf")))
    whose = runtime.accounts().customer(entity_id, customer_id)
    return page("statement_soon", visit, customer=whose)


def _told(visit: Visit, customer_id: str, on: date | None, first: date | None) -> Statement:
    stores = (runtime.accounts(), runtime.books_reader(), visit.entity.entity_id)
    return tell_statement(*stores, customer_id, access.current().now, on, first)


def _day(typed: str, name: str) -> date | None:
    """Return the day of a field, None where it was left empty. Raises InvalidInput."""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise InvalidInput(field=name, reason="write the day as YYYY-MM-DD") from None


def _name(on: date, kind: str) -> str:
    return f"statement-{on.isoformat()}.{kind}"
