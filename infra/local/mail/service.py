"""The state of the local SES: one object that the SES, control and mailbox sides share."""

from __future__ import annotations

from collections import Counter, deque
from pathlib import Path
from threading import Condition
from typing import Any

from infra.local.mail.clock import Clock
from infra.local.mail.errors import SesError
from infra.local.mail.faults import Faults
from infra.local.mail.holds import Holds
from infra.local.mail.inbound import Inbound
from infra.local.mail.outcomes import Addresses
from infra.local.mail.protocol import SesModel
from infra.local.mail.publisher import Destination, Publisher
from infra.local.mail.rate import SendQuota
from infra.local.mail.store import Store, Suppression

RATE_PER_S = 14.0
DAY_MAX = 50_000.0
CALLS_KEPT = 20_000


class Service:
    """Everything the local SES knows."""

    def __init__(self, *, region: str, state_dir: Path | None = None) -> None:
        self.region = region
        self.model = SesModel()
        self.clock = Clock()
        self.store = Store(state_dir)
        self.suppression = Suppression()
        self.addresses = Addresses(self.suppression)
        self.quota = SendQuota(RATE_PER_S, DAY_MAX)
        self.faults = Faults()
        self.holds = Holds(self.clock)
        self.publisher = Publisher(self.store.save)
        self.inbound = Inbound(self.clock)
        self.identities: dict[str, bool] = {}
        self.configuration_sets: set[str] = set()
        self.calls: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)
        self._counts: Counter[str] = Counter()
        self._sending = 0
        self._sending_most = 0
        self._changed = Condition()

    def verify(self, identity: str, verified: bool = True) -> None:
        """Say whether an address or a domain may be sent from."""
        self.identities[identity.lower()] = verified

    def may_send_from(self, address: str) -> bool:
        """Say whether a bare address, its domain or a parent domain is verified."""
        if self.identities.get(address):
            return True
        labels = address.rpartition("@")[2].split(".")
        return any(self.identities.get(".".join(labels[n:])) for n in range(len(labels)))

    def need_configuration_set(self, name: str) -> None:
        """Raise SES's NotFoundException unless a configuration set of that name exists."""
        if name not in self.configuration_sets:
            raise SesError("NotFoundException", f"Configuration set <{name}> does not exist.", 404)

    def connect(self, destination: Destination) -> None:
        """Give a configuration set, made if need be, its event destination."""
        self.configuration_sets.add(destination.configuration_set)
        self.publisher.connect(destination)

    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter."""
        with self._changed:
            self._counts[name] += by

    def enter_send(self) -> None:
        """Note that a SendEmail call is under way."""
        with self._changed:
            self._sending += 1
            self._sending_most = max(self._sending_most, self._sending)
            self._counts["send_calls"] += 1

    def leave_send(self) -> None:
        """Note that a SendEmail call is over."""
        with self._changed:
            self._sending -= 1
            self._changed.notify_all()

    def idle(self, timeout_s: float) -> dict[str, Any]:
        """Return whether no send is under way and no event waits, once so or after the timeout."""
        deadline = self.clock.monotonic() + timeout_s
        with self._changed:
            self._changed.wait_for(lambda: self._sending == 0, timeout_s)
            sending = self._sending
        left_s = max(0.0, deadline - self.clock.monotonic())
        quiet = self.publisher.wait_idle(left_s) and sending == 0
        return {
            "idle": quiet,
            "events_pending": self.publisher.pending(),
            "sends_under_way": sending,
            "held": self.holds.waiting(),
        }

    def counters(self) -> dict[str, Any]:
        """Return every count since the start or the last reset."""
        with self._changed:
            counts = dict(self._counts)
            most = self._sending_most
        return {
            "send_calls": 0,
            "accepted": 0,
            "answers_lost": 0,
            "events_lost": 0,
            **counts,
            "sends_at_once_most": most,
            "events_published": self.publisher.published,
            "events_pending": self.publisher.pending(),
            "publish_attempts_failed": self.publisher.failed_attempts,
        }

    def reset(self) -> None:
        """Forget mails, rules, holds, suppression, counts and the clock's offset.

        Identities, configuration sets, destinations and the rate stay.
        """
        self.holds.clear()
        self.faults.clear()
        self.addresses.forget(None)
        self.publisher.pause(False)
        self.publisher.clear()
        self.publisher.published = self.publisher.failed_attempts = 0
        self.suppression.clear()
        self.store.clear()
        self.quota.forget()
        self.calls.clear()
        self.clock.offset_s = 0.0
        with self._changed:
            self._counts.clear()
            self._sending_most = self._sending

    def close(self) -> None:
        """Let held calls go and stop publishing."""
        self.holds.close()
        self.publisher.close()
