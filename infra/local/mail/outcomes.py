"""What becomes of a mail at each address: SES's simulator addresses, rules, suppression."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from infra.local.mail.addresses import fits
from infra.local.mail.errors import BadControl
from infra.local.mail.store import Suppression

DELIVERED = "delivered"
OUTCOMES = (
    DELIVERED,
    "bounce",
    "soft_bounce",
    "complaint",
    "delay",
    "auto_reply",
    "suppressed",
    "reject",
)
SIMULATOR = {
    "success": DELIVERED,
    "bounce": "bounce",
    "complaint": "complaint",
    "ooto": "auto_reply",
    "suppressionlist": "globally_suppressed",
}
SIMULATOR_DOMAIN = "simulator.amazonses.com"


@dataclass(frozen=True)
class Rule:
    """Addresses that fit a pattern have this outcome."""

    pattern: str
    outcome: str


class Addresses:
    """Decides what becomes of a mail at an address."""

    def __init__(self, suppression: Suppression) -> None:
        self._lock = Lock()
        self._rules: list[Rule] = []
        self._suppression = suppression

    def set(self, pattern: str, outcome: str) -> None:
        """Give addresses that fit a pattern an outcome; the newest rule counts first."""
        if outcome not in OUTCOMES:
            raise BadControl(f"outcome must be one of {', '.join(OUTCOMES)}")
        with self._lock:
            self._rules = [rule for rule in self._rules if rule.pattern != pattern]
            self._rules.insert(0, Rule(pattern, outcome))

    def forget(self, pattern: str | None) -> None:
        """Drop the rule of a pattern, or every rule."""
        with self._lock:
            kept = [r for r in self._rules if pattern is not None and r.pattern != pattern]
            self._rules = kept

    def rules(self) -> list[dict[str, str]]:
        """Return the rules, the one that counts first ahead."""
        with self._lock:
            return [{"pattern": r.pattern, "outcome": r.outcome} for r in self._rules]

    def outcome(self, address: str) -> str:
        """Return what becomes of a mail to a bare address."""
        if self._suppression.holds(address):
            return "suppressed"
        with self._lock:
            for rule in self._rules:
                if fits(rule.pattern, address):
                    return rule.outcome
        local, _, domain = address.partition("@")
        if domain == SIMULATOR_DOMAIN:
            return SIMULATOR.get(local.partition("+")[0], DELIVERED)
        return DELIVERED
