"""What a named person decides on a page: notices that wait, cases that others have, packs."""

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console import customer as customer_page
from functions.operator_api.console.asking import field, why
from functions.operator_api.console.filled import refused
from functions.operator_api.console.pages import Visit, page
from shared import runtime
from shared.domain.answer import Answer
from shared.domain.roles import Role
from shared.errors import NotFound
from shared.usecases.approvals import approve, refuse
from shared.usecases.case_packs import ask_for_pack, pack_asked_for

_NOTE_MAX = 1000
_ZIP = "application/zip"


def decide(visit: Visit, customer_id: str, n: int, answer: str, form: http.Form) -> http.Answer:
    """Approve or refuse a notice that waits. Raises NotFound for any other answer."""
    access.allow(Role.CONTROLLER, visit.entity.entity_id)
    if answer not in ("approve", "refuse"):
        raise NotFound(path="console")
    request, entity_id = access.current(), visit.entity.entity_id
    said = Answer(
        n=n,
        by=request.principal.name,
        subject=request.principal.subject,
        tier=field(form, "tier"),
        note=field(form, "note")[:_NOTE_MAX],
    )
    whose = (entity_id, customer_id)

    def carry_out() -> object:
        accounts, approvals = runtime.accounts(), runtime.approvals()
        if answer == "refuse":
            return refuse(accounts, approvals, *whose, said, request.now)
        stores = (accounts, runtime.entities(), approvals, runtime.queues())
        return approve(*stores, *whose, said, request.now)

    filled = refused(form, f"notices/{n}", carry_out)
    if filled:
        return customer_page.customer(visit, customer_id, filled)
    return http.see_other(_address(visit, customer_id))


def take_back(visit: Visit, customer_id: str, handover_id: str, form: http.Form) -> http.Answer:
    """Take a case back from the lawyer or agency."""
    access.allow(Role.CONTROLLER, visit.entity.entity_id)
    request = access.current()
    zone = runtime.accounts().customer(visit.entity.entity_id, customer_id).time_zone
    today, by = request.now.today(zone), request.principal.name

    def carry_out() -> object:
        what = (visit.entity, customer_id, handover_id, today, by)
        return runtime.handovers().take_back(*what, why(form, "reason"))

    filled = refused(form, f"handovers/{handover_id}", carry_out)
    if filled:
        return customer_page.customer(visit, customer_id, filled)
    return http.see_other(_address(visit, customer_id))


def ask_pack(visit: Visit, customer_id: str) -> http.Answer:
    """Have the customer's case put into one ZIP, and show where it will be."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    request = access.current()
    stores = (runtime.accounts(), runtime.packs(), visit.entity.entity_id)
    asked = ask_for_pack(*stores, customer_id, request.principal.name, request.now)
    return http.see_other(f"{_address(visit, customer_id)}/packs/{http.segment(asked.pack_id)}")


def pack(visit: Visit, customer_id: str, pack_id: str) -> http.Answer:
    """Lead to the ZIP, or show that it is still being made. Raises NotFound."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    asked = pack_asked_for(runtime.packs(), visit.entity.entity_id, customer_id, pack_id)
    if not asked.key:
        whose = runtime.accounts().customer(visit.entity.entity_id, customer_id)
        return page("pack_soon", visit, customer=whose)
    name = f"case-{asked.asked_at.date().isoformat()}.zip"
    return http.see_other(runtime.documents().address(asked.key, name, kind=_ZIP))


def _address(visit: Visit, customer_id: str) -> str:
    return f"{visit.base}/customers/{http.segment(customer_id)}"
