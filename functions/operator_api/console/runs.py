"""Sweeps that ran: how far each has come, and a button for one that stands still."""

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.pages import Visit, page
from shared import runtime
from shared.domain.roles import Role
from shared.errors import NotFound
from shared.usecases.resume_sweep import resume

_SHOWN = 20


def runs_page(visit: Visit) -> http.Answer:
    """Show the newest sweeps, newest first."""
    found = list(runtime.sweep_runs().newest(visit.entity.entity_id, _SHOWN))
    return page("runs", visit, runs=found)


def resume_run(visit: Visit, run_id: str) -> http.Answer:
    """Queue the batches of a sweep that nobody reported, and show the sweeps. Raises NotFound."""
    access.allow(Role.CLERK, visit.entity.entity_id)
    run = resume(visit.entity.entity_id, run_id, runtime.sweep_runs(), runtime.queues())
    if run is None:
        raise NotFound(run=run_id[:64])
    return http.see_other(f"{visit.base}/runs")
