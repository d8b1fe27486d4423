"""The customer's statement of account: a page, a CSV file, and a PDF that is made elsewhere.

A mailed link may see what is open, not what is closed: there is no activity here.
"""

from functions.edge import http
from functions.portal import pages
from functions.portal.visit import Event, Visit, id_in_path, visit
from shared import runtime
from shared.adapters.statement_csv import statement_csv_lines
from shared.domain.figures import BUCKETS
from shared.domain.statement_of_account import Statement
from shared.usecases.tell_statement import (
    ask_for_statement,
    statement_asked_for,
    tell_statement,
)


def show(event: Event) -> http.Answer:
    """Show the statement of today, or give it as CSV where that is asked for."""
    visitor = visit(event)
    whose = (visitor.principal.entity_id, visitor.principal.customer_id)
    told = tell_statement(runtime.accounts(), runtime.books_reader(), *whose, visitor.now)
    if http.query(event, "format") == "csv":
        body = "".join(f"{line}\r\n" for line in statement_csv_lines(told))
        name = f"statement-{told.on.isoformat()}.csv"
        return http.private_file(body, "text/csv; charset=utf-8", name)
    return _page("statement", visitor, told)


def ask(event: Event) -> http.Answer:
    """Have the statement made as PDF."""
    visitor = visit(event)
    whose = (visitor.principal.entity_id, visitor.principal.customer_id)
    made = ask_for_statement(runtime.accounts(), runtime.statement_requests(), *whose, visitor.now)
    return http.see_other(f"{visitor.base}/statements/{made.statement_id}")


def pdf(event: Event) -> http.Answer:
    """Lead to the PDF, or say that it is being prepared."""
    visitor = visit(event)
    whose = (visitor.principal.entity_id, visitor.principal.customer_id)
    statement_id = id_in_path(event, "statement_id")
    found = statement_asked_for(runtime.statement_requests(), *whose, statement_id)
    if found.pdf_key:
        name = f"statement-{found.on.isoformat()}.pdf"
        return http.see_other(runtime.documents().address(found.pdf_key, name))
    entity = runtime.accounts().entity(whose[0])
    customer = runtime.accounts().customer(*whose)
    return pages.page(
        "statement_soon",
        (customer.language, entity.language),
        base=visitor.base,
        entity=entity,
        customer=customer,
        csrf=visitor.csrf,
        statement_id=statement_id,
    )


def _page(name: str, visitor: Visit, told: Statement) -> http.Answer:
    return pages.page(
        name,
        (told.customer.language, told.entity.language),
        base=visitor.base,
        entity=told.entity,
        customer=told.customer,
        csrf=visitor.csrf,
        told=told,
        buckets=BUCKETS,
    )


ROUTES = {
    "GET /p/{entity}/statement": show,
    "POST /p/{entity}/statements": ask,
    "GET /p/{entity}/statements/{statement_id}": pdf,
}
