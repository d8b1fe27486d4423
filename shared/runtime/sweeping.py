"""Finding who is due, and claiming what is asked of them."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.claims import Claims
    from shared.adapters.due_finder import DueFinder
    from shared.adapters.runs import Runs
    from shared.adapters.sweep_runs import SweepRuns
    from shared.usecases.ports.policies import ReadsBook
    from shared.usecases.work_sweep import Ports as SweepPorts


@cache
def due_finder() -> "DueFinder":
    """Return the search for customers who may be due."""
    from shared.adapters.due_finder import DueFinder

    return DueFinder(runtime.table())


@cache
def runs() -> "Runs":
    """Return the checks of the books, and how far sweeping has come."""
    from shared.adapters.runs import Runs

    return Runs(runtime.table())


@cache
def sweep_runs() -> "SweepRuns":
    """Return the sweeps, batch by batch."""
    from shared.adapters.sweep_runs import SweepRuns

    return SweepRuns(runtime.table(), runtime.pending())


@lru_cache(maxsize=64)
def policy_shelf(entity_id: str, policy_version: int) -> "ReadsBook":
    """Return the policies of an entity, remembered until one of them changes."""
    from shared.adapters.policy_shelf import PolicyShelf

    return PolicyShelf(runtime.table())


@cache
def sweeping() -> "SweepPorts":
    """Return everything that working on a batch of a sweep touches.

    Policies are remembered as long as the entity counts no change of them.
    """
    from shared.adapters.autopay_tries import Tries
    from shared.usecases.allocate import apply_credits
    from shared.usecases.end_agreements import end_agreements
    from shared.usecases.tend_autopay import Ports as AutopayPorts
    from shared.usecases.tend_autopay import tend_autopay
    from shared.usecases.work_sweep import Ports

    taking = AutopayPorts(runtime.accounts(), Tries(runtime.table(), runtime.notices()))

    return Ports(
        accounts=runtime.accounts(),
        policies=lambda entity: runtime.policy_shelf(entity.entity_id, entity.policy_version),
        claims=runtime.claims(),
        runs=runtime.sweep_runs(),
        end=lambda entity, account, now: end_agreements(
            entity, account, runtime.papers(), runtime.agreements_over(), now
        ),
        once=runtime.tasks().open_unless_done,
        credit=lambda *whose: apply_credits(runtime.cash_desk(), *whose),
        autopay=lambda *what: tend_autopay(taking, *what),
    )


@cache
def claims() -> "Claims":
    """Return the claims of stage notices."""
    from shared.adapters.claims import Claims

    return Claims(runtime.table(), runtime.notices())
