"""What came in: every payment of the entity, newest first, page by page."""

from datetime import date

from functions.edge import http
from functions.operator_api import paging
from functions.operator_api.console.pages import Visit, page
from shared import runtime
from shared.adapters.receivables import place_of_payment
from shared.errors import InvalidInput

_ROWS_SHOWN = 50
_ALL_DAYS = (date.min, date.max)


def payments_page(visit: Visit, cursor: str) -> http.Answer:
    """Show payments by value date, newest first; cursor is where the page before ended.

    A cursor that is none leads to the first page.
    """
    entity_id = visit.entity.entity_id
    try:
        before = paging.place(cursor, paging.TASK)
    except InvalidInput:
        return http.see_other(f"{visit.base}/payments")
    lists = runtime.receivables()
    found = lists.payments_by_date(entity_id, _ALL_DAYS, before, _ROWS_SHOWN + 1)
    rows, more = paging.page(found, _ROWS_SHOWN)
    listed = lists.listed(entity_id, sorted({payment.customer_id for payment in rows}))
    return page(
        "payments",
        visit,
        rows=rows,
        names={customer_id: one.name for customer_id, one in listed.items()},
        first=not before,
        older=paging.cursor(place_of_payment(rows[-1])) if more else "",
    )
