# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on command, each used up after so many times."""

from dataclasses import asdict, dataclass
from typing import Any

KINDS = {
    "api": ("error", "unavailable", "timeout", "delay", "lose_answer"),
    "webhook": ("drop", "delay", "duplicate", "reorder"),
}


@dataclass
class Fault:
    """What shall go wrong.

    target api: error (500, kept under the idempotency key), unavailable (503, not carried out),
    timeout (not carried out, no answer), lose_answer (carried out, no answer), delay (late answer).
    target webhook: drop, delay, duplicate, reorder (the next `times` events in reverse order).
    match is a path prefix such as /v1/checkout/sessions, or an event type; method an HTTP verb.
    """

    target: str
    kind: str
    match: str = ""
    method: str = ""
    times: int = 1
    seconds: float = 0.0
    fired: int = 0


class Faults:
    """The faults that were ordered, first come first served."""

    def __init__(self) -> None:
        """Start with none."""
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Let a fault happen from now on."""
        self._ordered.append(fault)

    def take(
        self, target: str, kinds: tuple[str, ...], name: str, method: str = ""
    ) -> Fault | None:
        """Return the fault that hits this call or event, using it up once, or None."""
        for fault in self._ordered:
            if (
                fault.target == target
                and fault.kind in kinds
                and fault.fired < fault.times
                and name.startswith(fault.match)
                and fault.method in ("", method)
            ):
                fault.fired += 1
                return fault
        return None

    def report(self) -> list[dict[str, Any]]:
        """Return every fault with how often it has happened."""
        return [asdict(fault) for fault in self._ordered]

    def clear(self) -> None:
        """Forget all faults."""
        self._ordered.clear()
