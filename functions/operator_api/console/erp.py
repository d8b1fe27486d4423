"""The ERP's page: its connections, what it did not take, and where it and the hub differ."""

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.connected import connections_of, newest_drift
from functions.operator_api.console.pages import Visit, page
from functions.operator_api.routes_drift import drift_out
from functions.operator_api.routes_writebacks import waiting_out, writeback_out
from shared import runtime
from shared.domain.roles import Role
from shared.errors import NotFound
from shared.ids import new_id
from shared.usecases import connect_erp
from shared.usecases.compare_erp import drift_message
from shared.usecases.repair_writeback import try_again

_SHOWN = 50


def erp_page(visit: Visit, asked: str = "") -> http.Answer:
    """Show how each connection stands, what it did not take, and the newest comparison.

    asked names a connection that somebody just had pulled.
    """
    entity_id = visit.entity.entity_id
    report = newest_drift(entity_id)
    repairs = runtime.repairing().repairs
    waits = [
        waiting_out(repairs, entity_id, parked)
        for parked in repairs.waiting(entity_id, limit=_SHOWN)
    ]
    under_way = map(writeback_out, repairs.on_the_way(entity_id, _SHOWN))
    tried = [line for line in under_way if line.code]
    drift = drift_out(report) if report else None
    connections = connections_of(visit.entity)
    books = next((c for c in connections if c.keeps_books), None)
    return page(
        "erp",
        visit,
        connections=connections,
        books=books,
        drift=drift,
        waits=waits,
        tried=tried,
        asked=asked,
    )


def act(visit: Visit, name: str, what: str) -> http.Answer:
    """Have a connection pulled now, paused, or followed again after a pause. Raises NotFound."""
    entity_id, ports = visit.entity.entity_id, runtime.connecting()
    now, place = access.current().now, f"{visit.base}/erp"
    match what:
        case "sync":
            access.allow(Role.CLERK, entity_id)
            connect_erp.ask_for_sync(ports, entity_id, name)
            place += f"?asked={http.segment(name)}"
        case "pause":
            access.allow(Role.CONTROLLER, entity_id)
            connect_erp.pause(ports, entity_id, name, now)
        case "follow":
            access.allow(Role.CONTROLLER, entity_id)
            connect_erp.follow_again(ports, entity_id, name, now)
        case _:
            raise NotFound(path="console")
    return http.see_other(place)


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
