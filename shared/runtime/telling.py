"""What an entity's ERP is told."""

from functools import cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.writeback_files import WritebackFiles
    from shared.adapters.writebacks import Writebacks
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


def ledger_of(entity_id: str) -> "Ledger | None":
    """Return the ERP that takes what the hub books, or None where there is none."""
    from shared.domain.connection import ConnectionState
    from shared.usecases.write_back import Ledger

    found = runtime.connections().ledger(entity_id)
    if found is None:
        return None
    works = found.state is ConnectionState.CONNECTED
    return Ledger(runtime.connector(entity_id, found.name) if works else None)
