"""What an entity's ERP is told."""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.drift_reports import DriftReports
    from shared.adapters.writeback_files import WritebackFiles
    from shared.adapters.writebacks import Writebacks
    from shared.usecases.comparing_ports import Ports as ComparePorts
    from shared.usecases.repair_writeback import Ports as RepairPorts
    from shared.usecases.write_back import Ledger
    from shared.usecases.write_back import Ports as TellingPorts


@cache
def writebacks() -> "Writebacks":
    """Return what the ERP is still to be told."""
    from shared.adapters.writebacks import Writebacks

    return Writebacks(runtime.table())


@cache
def writeback_files() -> "WritebackFiles":
    """Return the files for the ERP to fetch."""
    from shared.adapters.writeback_files import WritebackFiles

    return WritebackFiles(runtime.client("s3"), runtime.setting("DROP_BUCKET"))


@cache
def telling() -> "TellingPorts":
    """Return everything that telling an ERP touches."""
    from shared.usecases.write_back import Ports

    return Ports(
        notes=runtime.writebacks(),
        files=runtime.writeback_files(),
        accounts=runtime.accounts(),
        ledger=lambda entity_id: runtime.ledger_of(entity_id),
    )


@cache
def repairing() -> "RepairPorts":
    """Return everything that repairing a line touches."""
    from shared.adapters.writeback_repairs import WritebackRepairs
    from shared.usecases.repair_writeback import Ports as RepairPorts

    return RepairPorts(
        repairs=WritebackRepairs(runtime.table()), queue=runtime.queues(), tasks=runtime.tasks()
    )


@cache
def comparing() -> "ComparePorts":
    """Return everything that a comparison with an ERP touches."""
    from shared.adapters.drift_reader import DriftReader
    from shared.adapters.writeback_repairs import WritebackRepairs
    from shared.usecases.comparing_ports import Ports as ComparePorts
    from shared.usecases.sync_erp import Errand, take_record

    return ComparePorts(
        entities=runtime.accounts(),
        connections=runtime.connections(),
        connector=lambda entity_id, name: runtime.connector(entity_id, name),
        reader=DriftReader(runtime.table()),
        lost=WritebackRepairs(runtime.table()),
        repairing=runtime.repairing(),
        take=lambda *what: take_record(runtime.syncing(), *what),
        pull_all=lambda entity_id, name: runtime.queues().send(
            "SYNC", Errand(entity_id, name, full=True).body
        ),
        tasks=runtime.tasks(),
    )


@cache
def drift_reports() -> "DriftReports":
    """Return the newest comparisons with ERPs."""
    from shared.adapters.drift_reports import DriftReports

    return DriftReports(runtime.table())


def ledger_of(entity_id: str) -> "Ledger | None":
    """Return the ERP that takes what the hub books, or None where there is none."""
    from shared.domain.connection import ConnectionState
    from shared.usecases.write_back import Ledger

    found = runtime.connections().ledger(entity_id)
    if found is None:
        return None
    if found.state is not ConnectionState.CONNECTED:
        return Ledger(None)
    made = runtime.connector(entity_id, found.name)
    if found.told:
        return Ledger(made)
    noted = cache(lambda: runtime.connections().update(entity_id, replace(found, told=True)))
    return Ledger(made, noted)
