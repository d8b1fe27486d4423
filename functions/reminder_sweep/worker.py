"""Decides on each customer of a message and claims the notices that are due.

Where the entity wants it, unapplied money of these customers is put to use as well.
"""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.domain.account import Account, Entity
from shared.domain.clock import Now
from shared.usecases import sweep
from shared.usecases.allocate import apply_credits
from shared.usecases.end_agreements import end_agreements

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _work)


def _end(entity: Entity, account: Account, now: Now) -> int:
    return end_agreements(entity, account, runtime.papers(), runtime.agreements_over(), now)


def _work(body: dict[str, Any]) -> None:
    entity_id, run_id, now = body["entity"], body["run_id"], runtime.now()
    tally = sweep.work(
        entity_id,
        body["customers"],
        runtime.accounts(),
        runtime.entities(),
        runtime.claims(),
        _end,
        now,
    )
    used = apply_credits(runtime.cash_desk(), entity_id, body["customers"], now)
    runtime.runs().report(entity_id, run_id, body["batch"], tally)
    log.info("sweep worked", entity=entity_id, run_id=run_id, used_credit=used, **asdict(tally))
