"""Queues unfinished work again, compares with the gateway, starts daily charges, ends old tasks."""

from collections.abc import Callable
from itertools import product
from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.adapters.errands import errand
from shared.domain.clock import Now
from shared.usecases.accrue import hand_out
from shared.usecases.reconcile_gateway import reconcile_gateway
from shared.usecases.requeue import LEASE, give_up_waiting, requeue_stale
from shared.usecases.tend_sweeps import tend_sweeps
from shared.usecases.work_list import end_settled

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _tidy)


def _tidy(body: dict[str, Any]) -> None:
    now = runtime.now()
    if body["kind"] == "reconcile":
        duties, entities = _ASKED, (body["entity"],)
    else:
        duties, entities = _ROUND, tuple(runtime.accounts().entities())
    failed: list[Exception] = []
    for duty, entity_id in product(duties, entities):
        try:
            duty(entity_id, now)
        except Exception as exc:  # no other duty, and no other entity, is to wait for this one
            failed.append(exc)
    if failed:
        raise ExceptionGroup("duties of a janitor's round", failed)


def _requeue(entity_id: str, now: Now) -> None:
    queues = runtime.queues()
    queued = requeue_stale(entity_id, runtime.pending(), errand, queues, now, LEASE)
    log.info("queued again", entity=entity_id, facts=queued)


def _tend_sweeps(entity_id: str, now: Now) -> None:
    handed = tend_sweeps(entity_id, runtime.sweep_runs(), runtime.queues(), now, LEASE)
    log.info("sweeps looked after", entity=entity_id, handed=handed)


def _give_up_waiting(entity_id: str, now: Now) -> None:
    unknown = give_up_waiting(entity_id, runtime.pending(), runtime.notices(), now)
    log.info("waited for news", entity=entity_id, unknown_notices=unknown)


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


def _end_settled(entity_id: str, now: Now) -> None:
    ended = end_settled(runtime.tasks(), runtime.approvals(), entity_id, now)
    if ended:
        log.info("tasks ended by themselves", entity=entity_id, settled=ended)


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


def _reconcile_asked(entity_id: str, now: Now) -> None:
    _reconcile(entity_id, now, on_demand=True)


_Duty = Callable[[str, Now], None]
_ROUND: tuple[_Duty, ...] = (
    _requeue,
    _tend_sweeps,
    _give_up_waiting,
    _charges,
    _end_settled,
    _reconcile,
)
_ASKED: tuple[_Duty, ...] = (_charges, _reconcile_asked)
