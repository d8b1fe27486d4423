# SPDX-License-Identifier: GPL-3.0-or-later
"""The one Stripe of this process: its clock, agenda, webhooks, faults and settings."""

from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

from localstripe import resources

from infra.local.stripe.agenda import Agenda
from infra.local.stripe.clock import BusinessClock
from infra.local.stripe.faults import Faults
from infra.local.stripe.idempotency import Answers
from infra.local.stripe.webhooks import Dispatcher


@dataclass(frozen=True)
class Settlement:
    """A currency that is settled in another one: an amount of it is worth rate times as much."""

    into: str
    rate: Decimal

    def converted(self, minor: int) -> int:
        """Return minor units in the settlement currency, rounded half-even."""
        return int((minor * self.rate).quantize(Decimal(1)))


@dataclass
class Settings:
    """How this Stripe behaves. Days are calendar days of the business clock.

    settlements are by currency; one that is not there is settled in itself.
    """

    account_name: str
    origin: str
    api_version: str
    offset_s: int = 0
    debit_settles_after_days: int = 3
    delivery_timeout_s: float = 10.0
    retry_delays_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0)
    account_id: str = "acct_1LocalDuecourse"
    settlements: dict[str, Settlement] = field(default_factory=dict)


class World:
    """Everything that is not an object of Stripe's API."""

    def __init__(self, settings: Settings) -> None:
        """Make an empty world; localstripe is not touched yet."""
        self.settings = settings
        self.clock = BusinessClock(settings.offset_s)
        self.agenda = Agenda(self.clock)
        self.faults = Faults()
        self.answers = Answers()
        self.dispatcher = Dispatcher(
            self.faults,
            settings.api_version,
            timeout_s=settings.delivery_timeout_s,
            retry_delays_s=settings.retry_delays_s,
        )

    def clear(self) -> None:
        """Forget every object, answer, fault, rate and thing to come; keep clock and endpoints."""
        resources.store.clear()
        self.agenda.clear()
        self.faults.clear()
        self.answers.clear()
        self.dispatcher.forget_deliveries()
        self.settings.settlements.clear()


_open: list[World] = []


def open_world(settings: Settings) -> World:
    """Make the world of this process and put localstripe on its clock, wires and memory."""
    world = World(settings)
    _open[:] = [world]
    resources.store.dump_to_disk = lambda: None
    resources.time = SimpleNamespace(time=world.clock.now_s)
    resources.schedule_webhook = world.dispatcher.accept
    return world


def world() -> World:
    """Return the world that open_world made."""
    return _open[0]
