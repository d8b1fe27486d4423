"""The ERP's page: what it did not take, and where it and the hub differ."""

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.pages import Visit, page
from functions.operator_api.routes_drift import drift_out
from functions.operator_api.routes_writebacks import waiting_out
from shared import runtime
from shared.domain.roles import Role
from shared.ids import new_id
from shared.usecases.compare_erp import drift_message
from shared.usecases.repair_writeback import try_again

_SHOWN = 50


def erp_page(visit: Visit) -> http.Answer:
    """Show what waits for a person and the newest comparison."""
    entity_id = visit.entity.entity_id
    report = runtime.drift_reports().newest(entity_id, access.current().now.wall)
    repairs = runtime.repairing().repairs
    waits = [
        waiting_out(repairs, entity_id, parked)
        for parked in repairs.waiting(entity_id, limit=_SHOWN)
    ]
    drift = drift_out(report) if report else None
    return page("erp", visit, drift=drift, waits=waits)


def tell_again(visit: Visit) -> http.Answer:
    """Have all that waits told again, in the visitor's name."""
    entity_id = visit.entity.entity_id
    access.allow(Role.CLERK, entity_id)
    request = access.current()
    try_again(runtime.repairing(), entity_id, None, request.principal.name, request.now)
    return http.see_other(f"{visit.base}/erp")


def compare(visit: Visit, form: http.Form) -> http.Answer:
    """Have hub and ERP compared now; mended too, where a controller asks for it."""
    entity_id, fix = visit.entity.entity_id, "fix" in form
    access.allow(Role.CONTROLLER if fix else Role.CLERK, entity_id)
    request = access.current()
    run_id, by = f"drift-{new_id(request.now.wall)}", request.principal.name if fix else ""
    runtime.queues().send("SYNC", drift_message(entity_id, run_id, by))
    return http.see_other(f"{visit.base}/erp")
