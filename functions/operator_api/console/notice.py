"""One notice: whom it was sent to, what became of it, and its words as they were sent."""

from functions.edge import http
from functions.operator_api.console.pages import Visit, page
from shared import runtime
from shared.adapters.mail_archive import kept_mail

_PDF = ".pdf"


def notice_page(visit: Visit, customer_id: str, n: int) -> http.Answer:
    """Show one notice. Raises NotFound."""
    entity_id = visit.entity.entity_id
    notice = runtime.accounts().notice(entity_id, customer_id, n)
    delivery = runtime.notices().delivery(entity_id, customer_id, n) or {}
    key = str(delivery.get("mail_key", ""))
    is_text = bool(key) and not key.endswith(_PDF)
    body = runtime.documents().read(key) if is_text else None
    return page(
        "notice",
        visit,
        customer=runtime.accounts().customer(entity_id, customer_id),
        notice=notice,
        to=[*delivery.get("to", ()), *delivery.get("cc", ())],
        code=delivery.get("code", ""),
        since=delivery.get("updated_at", ""),
        text=kept_mail(body) if body else None,
        letter=key.endswith(_PDF),
    )


def letter(visit: Visit, customer_id: str, n: int) -> http.Answer:
    """Lead to the letter as it was sent, or back to its notice where there is none."""
    entity_id = visit.entity.entity_id
    delivery = runtime.notices().delivery(entity_id, customer_id, n) or {}
    key = str(delivery.get("mail_key", ""))
    if not key.endswith(_PDF):
        whose = f"{visit.base}/customers/{http.segment(customer_id)}"
        return http.see_other(f"{whose}/notices/{n}")
    return http.see_other(runtime.documents().address(key, f"letter-{n}.pdf"))
