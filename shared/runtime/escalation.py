"""What follows when asking did not help: charges, approvals, other hands."""

from functools import cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.approvals import Approvals
    from shared.adapters.charges import Charges
    from shared.adapters.handovers import Handovers
    from shared.usecases.charging_ports import Ports as ChargingPorts
    from shared.usecases.escalate import Ports as EscalationPorts
    from shared.usecases.take_back_untold import Untold


@cache
def charges() -> "Charges":
    """Return the charges and how they came about."""
    from shared.adapters.charges import Charges

    return Charges(runtime.table())


@cache
def charging() -> "ChargingPorts":
    """Return everything that charging an invoice touches."""
    from shared.adapters.pause import pause
    from shared.usecases.charging_ports import Ports

    cash = runtime.cash_desk().cash
    return Ports(
        runtime.accounts(),
        runtime.ledger(),
        runtime.entities(),
        runtime.charges(),
        cash,
        runtime.tasks(),
        pause,
    )


def untold() -> "Untold":
    """Return what taking back charges touches that no message tells of."""
    from shared.adapters.pause import pause
    from shared.usecases.take_back_untold import Untold

    return Untold(runtime.accounts(), runtime.ledger(), pause)


@cache
def approvals() -> "Approvals":
    """Return the notices that wait for a named person."""
    from shared.adapters.approvals import Approvals

    return Approvals(runtime.table(), runtime.notices(), runtime.tasks())


@cache
def handovers() -> "Handovers":
    """Return the cases that somebody else has."""
    from shared.adapters.handovers import Handovers

    return Handovers(runtime.table(), runtime.notices())


@cache
def escalating() -> "EscalationPorts":
    """Return everything that escalating a notice needs."""
    from shared.usecases.escalate import Ports

    ports = (
        runtime.accounts(),
        runtime.entities(),
        runtime.charging(),
        runtime.notices(),
        runtime.approvals(),
        runtime.handovers(),
    )
    return Ports(*ports, queue=runtime.queues())
