"""Routes of the comparison with the ERP."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import allow, current, entity_of, needs
from functions.operator_api.connected import newest_drift
from functions.operator_api.schema.drift import (
    DifferenceOut,
    DriftIn,
    DriftOut,
    DriftStarted,
    DriftSums,
    SideOut,
)
from functions.operator_api.schema.wire import Amount, amount
from shared import runtime
from shared.domain.drift_words import because, done, proposed
from shared.domain.money import Money
from shared.domain.roles import Role
from shared.errors import NotFound
from shared.ids import new_id
from shared.usecases.compare_erp import drift_message

_PLAIN = ("run_id", "state", "at", "code", "says", "as_of", "whole", "found")

router = APIGatewayHttpRouter()


@router.post(
    "/api/v1/entities/<entity>/drift",
    status_code=202,
    summary="Compare what is open here with what is open in the ERP, now",
    description="With fix, what the hub can mend by itself is mended; that needs a controller.",
)
@needs(Role.CLERK)
def start_drift(entity: str, body: DriftIn) -> DriftStarted:
    entity_of(entity)
    if body.fix:
        allow(Role.CONTROLLER, entity)
    run_id = f"drift-{new_id(current().now.wall)}"
    by = current().principal.name if body.fix else ""
    runtime.queues().send("SYNC", drift_message(entity, run_id, by))
    return DriftStarted(run_id=run_id)


@router.get("/api/v1/entities/<entity>/drift", summary="The newest comparison with the ERP")
@needs(Role.VIEWER)
def get_drift(entity: str) -> DriftOut:
    entity_of(entity)
    report = newest_drift(entity)
    if report is None:
        reason = "hub and ERP were not compared yet: it is done every night, or by duecourse drift"
        raise NotFound(comparison=entity, reason=reason)
    return drift_out(report)


def drift_out(report: Mapping[str, Any]) -> DriftOut:
    """Return a stored report as the wire says it."""
    sums = [_sums(s) for s in report.get("sums", ())]
    ended = report["state"] == "done" and not report["code"]
    return DriftOut(
        **{name: report[name] for name in _PLAIN if name in report},
        equal=ended and report["whole"] and all(s.equal for s in sums),
        sums=sums,
        differences=[_difference(d) for d in report.get("differences", ())],
    )


def _difference(stored: Mapping[str, Any]) -> DifferenceOut:
    sides = {"hub": _side(stored["hub"]), "erp": _side(stored["erp"])}
    words = {
        "because": because(stored["cause"]),
        "proposed": proposed(stored["action"]),
        "came_of_it": done(stored["done"]),
    }
    return DifferenceOut(**stored | sides | words)


def _sums(stored: Mapping[str, Any]) -> DriftSums:
    currency = stored["currency"]
    return DriftSums(
        currency=currency,
        hub=_amount(stored["hub"], currency),
        erp=_amount(stored["erp"], currency),
        compared=stored["compared"],
        differing=stored["differing"],
        equal=not stored["differing"],
    )


def _side(stored: Mapping[str, Any] | None) -> SideOut | None:
    if stored is None:
        return None
    currency = stored["currency"]
    return SideOut(total=_amount(stored["total"], currency), open=_amount(stored["open"], currency))


def _amount(minor: int, currency: str) -> Amount:
    return amount(Money(minor=minor, currency=currency))
