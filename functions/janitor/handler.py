"""Hands over again what nobody finished, asks the gateway, and has charges looked at once a day."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.adapters.hand_over import errand
from shared.domain.clock import Now
from shared.usecases.accrue import hand_out
from shared.usecases.hand_over import LEASE, give_up_waiting, hand_over_stale
from shared.usecases.reconcile_gateway import reconcile_gateway
from shared.usecases.tend_sweeps import tend_sweeps

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _tidy)


def _tidy(body: dict[str, Any]) -> None:
    now = runtime.now()
    if body["kind"] == "reconcile":
        _charges(body["entity"], now)
        _reconcile(body["entity"], now, on_demand=True)
        return
    entities = tuple(runtime.accounts().entities())
    duties = [(duty, each) for duty in (_hand_over, _charges, _reconcile) for each in entities]
    failed: list[Exception] = []
    for duty, entity_id in duties:
        try:
            duty(entity_id, now)
        except Exception as exc:  # the next entity is not to wait for this one
            failed.append(exc)
    if failed:
        raise ExceptionGroup("entities of a janitor's round", failed)


def _hand_over(entity_id: str, now: Now) -> None:
    pending = runtime.pending()
    handed = hand_over_stale(entity_id, pending, errand, runtime.queues(), now, LEASE)
    handed += tend_sweeps(entity_id, runtime.sweep_runs(), runtime.queues(), now, LEASE)
    unknown = give_up_waiting(entity_id, pending, runtime.notices(), now)
    log.info("handed over", entity=entity_id, facts=handed, unknown_notices=unknown)


def _charges(entity_id: str, now: Now) -> None:
    customers = hand_out(
        runtime.accounts(),
        runtime.due_finder(),
        runtime.charges(),
        runtime.queues(),
        entity_id,
        now,
    )
    if customers:
        log.info("charges handed out", entity=entity_id, customers=customers)


def _reconcile(entity_id: str, now: Now, *, on_demand: bool = False) -> None:
    if not runtime.has_gateway():
        log.info("no gateway is set up", entity=entity_id)
        return
    found = reconcile_gateway(
        runtime.money_in(), runtime.pending(), entity_id, now, on_demand=on_demand
    )
    tell = log.warning if found.booked or found.parked else log.info
    tell(
        "gateway compared",
        entity=entity_id,
        asked=found.asked,
        compared=found.compared,
        booked=found.booked,
        parked=found.parked,
    )
