"""The newest comparison of an entity with its ERP, as the table holds it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import Put, Table
from shared.adapters.write_groups import again
from shared.domain.clock import Now, from_iso, iso
from shared.domain.drift import Difference, Drift, Side, Sums
from shared.domain.drift_report import BROKEN_OFF, DONE, RUNNING, sentence, state_of

_KEPT = 300
"""Differences that are kept for people to read; the counts are of all."""


class DriftReports:
    """Reads and writes of one report for each entity: the newest."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, entity_id: str, run_id: str, now: Now) -> None:
        """Note that run_id compares since now."""
        self._put(entity_id, {"run_id": run_id, "state": RUNNING, **_moment(now)})

    def end(
        self,
        entity_id: str,
        run_id: str,
        now: Now,
        drift: Drift | None,
        done: Mapping[str, str],
        code: str,
        says: str,
    ) -> None:
        """Write what run_id found, with what was done; code and says tell why it found nothing."""
        told = {"run_id": run_id, "state": DONE, "code": code, "says": says}
        report: Item = told | _moment(now)
        if drift is not None:
            report |= {
                "as_of": iso(drift.as_of),
                "whole": drift.whole,
                "sums": [_sums(s) for s in drift.sums],
                "found": len(drift.differences),
                "differences": [
                    _difference(d, done.get(d.external_id, "")) for d in drift.differences[:_KEPT]
                ],
            }
        self._put(entity_id, report)

    def newest(self, entity_id: str, wall: datetime) -> Mapping[str, Any] | None:
        """Return the newest report as it is at wall, or None where nobody compared yet.

        Its at is by the hub's clock. One that should long have ended is told as broken off: its
        worker cannot say so.
        """
        item = self._table.get(keys.drift_report(entity_id))
        if item is None:
            return None
        state = state_of(item["state"], from_iso(item["wall"]), wall)
        report = item | {"at": from_iso(item["at"]), "state": state}
        if "as_of" in item:
            report["as_of"] = from_iso(item["as_of"])
        if state == BROKEN_OFF:
            report |= {"code": BROKEN_OFF, "says": sentence(BROKEN_OFF)}
        return report

    def _put(self, entity_id: str, report: Item) -> None:
        key = keys.drift_report(entity_id)
        self._table.write(again(Put({**key, "type": "DRIFT", **report})))


def _moment(now: Now) -> Item:
    """Return when it was, for people and for how long it lasts."""
    return {"at": iso(now.business), "wall": iso(now.wall)}


def _sums(sums: Sums) -> Item:
    return {
        "currency": sums.currency,
        "hub": sums.hub_minor,
        "erp": sums.erp_minor,
        "compared": sums.compared,
        "differing": sums.differing,
    }


def _difference(found: Difference, done: str) -> Item:
    return {
        "external_id": found.external_id,
        "number": found.number,
        "customer_id": found.customer_id,
        "document_id": found.document_id,
        "cause": str(found.cause),
        "action": str(found.action),
        "hub": _side(found.hub),
        "erp": _side(found.erp),
        "keys": list(found.keys),
        "done": done,
    }


def _side(side: Side | None) -> Item | None:
    if side is None:
        return None
    return {"currency": side.total.currency, "total": side.total.minor, "open": side.open.minor}
