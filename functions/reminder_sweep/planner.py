"""Every hour, and on request: queues every customer who may be due, entity by entity."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.ids import new_id
from shared.usecases.plan_sweep import Ports, plan
from shared.usecases.watch_erps import watch_erps

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _plan)


def _plan(body: dict[str, Any]) -> None:
    now = runtime.now()
    named = body.get("entity")
    for entity_id in [named] if named else list(runtime.accounts().entities()):
        run_id = body.get("run_id") or new_id(now.wall)
        old = watch_erps(runtime.entities(), runtime.connections(), entity_id, now)
        if old:
            log.error("erp_stale", entity=entity_id, reason=old)
        ports = Ports(
            runtime.accounts(),
            runtime.entities(),
            runtime.due_finder(),
            runtime.runs(),
            runtime.sweep_runs(),
            runtime.queues(),
        )
        found = plan(ports, entity_id, run_id, now)
        log.info("sweep planned", entity=entity_id, run_id=run_id, customers=found)
