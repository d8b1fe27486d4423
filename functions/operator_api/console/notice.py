"""One notice: whom it was sent to, what became of it, and its words as they were sent."""

from functions.edge import http
from functions.operator_api.as_sent import as_sent, letter_address
from functions.operator_api.console.pages import Visit, page
from shared import runtime


def notice_page(visit: Visit, customer_id: str, n: int) -> http.Answer:
    """Show one notice. Raises NotFound."""
    entity_id = visit.entity.entity_id
    sent = as_sent(entity_id, customer_id, n)
    return page(
        "notice",
        visit,
        customer=runtime.accounts().customer(entity_id, customer_id),
        notice=sent.notice,
        to=[*sent.to, *sent.cc],
        code=sent.code,
        text=sent.text,
        letter=bool(sent.letter),
    )


def letter(visit: Visit, customer_id: str, n: int) -> http.Answer:
    """Lead to the letter as it was sent, or back to its notice where there is none.

    Raises NotFound where there is no such notice.
    """
    address = letter_address(as_sent(visit.entity.entity_id, customer_id, n))
    whose = f"{visit.base}/customers/{http.segment(customer_id)}"
    return http.see_other(address or f"{whose}/notices/{n}")
