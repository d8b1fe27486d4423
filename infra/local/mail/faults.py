"""What goes wrong on command, for which mails, and how often."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from threading import Lock
from typing import Any

from infra.local.mail.addresses import fits
from infra.local.mail.errors import BadControl

KINDS = (
    "refuse",  # a definite no: error, status, message
    "cut",  # the connection ends before the mail is accepted
    "delay_before",  # the mail is accepted late: seconds
    "delay_after",  # accepted at once, the answer comes late: seconds
    "lose_answer",  # accepted, then the connection ends without an answer
    "lose_events",  # accepted and delivered, events never published: events = list of types
    "repeat_events",  # every event is published twice
    "reverse_events",  # the last event is published first
)
_PARTS = ("error", "status", "message", "seconds")
STATUS = {
    "ThrottlingException": 400,
    "AccessDeniedException": 403,
    "InternalFailure": 500,
    "ServiceUnavailable": 503,
}


@dataclass(frozen=True)
class Facts:
    """What rules look at in a SendEmail call; read leniently, before any check."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    tags: tuple[tuple[str, str], ...]
    configuration_set: str

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return {
            "from": self.sender,
            "recipients": list(self.recipients),
            "subject": self.subject,
            "tags": dict(self.tags),
            "configuration_set": self.configuration_set,
        }


@dataclass(frozen=True)
class Match:
    """Which calls a rule is for; patterns with * and ?, an empty one takes all."""

    to: str = ""
    sender: str = ""
    subject: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, data: Any) -> Match:
        """Return the match of {"to", "from", "subject", "tags": {name: pattern}}."""
        if not isinstance(data, dict) or set(data) - {"to", "from", "subject", "tags"}:
            raise BadControl('match takes "to", "from", "subject" and "tags"')
        return cls(
            to=str(data.get("to", "")),
            sender=str(data.get("from", "")),
            subject=str(data.get("subject", "")),
            tags=tuple((str(k), str(v)) for k, v in dict(data.get("tags", {})).items()),
        )

    def takes(self, facts: Facts) -> bool:
        """Say whether a call is meant."""
        tags = dict(facts.tags)
        return (
            (not self.to or any(fits(self.to, address) for address in facts.recipients))
            and (not self.sender or fits(self.sender, facts.sender))
            and (not self.subject or fits(self.subject, facts.subject))
            and all(name in tags and fits(value, tags[name]) for name, value in self.tags)
        )

    def to_json(self) -> dict[str, Any]:
        """Return the match as it was given."""
        given = {"to": self.to, "from": self.sender, "subject": self.subject}
        return {key: value for key, value in given.items() if value} | (
            {"tags": dict(self.tags)} if self.tags else {}
        )


@dataclass
class Fault:
    """One rule: what goes wrong, for whom, and how many more times (None: until cleared)."""

    fault_id: str
    kind: str
    match: Match
    left: int | None
    error: str = "TooManyRequestsException"
    status: int | None = None
    message: str = "Maximum sending rate exceeded."
    seconds: float = 0.0
    events: tuple[str, ...] = ()
    taken: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the rule as JSON values."""
        return {
            "fault_id": self.fault_id,
            "kind": self.kind,
            "match": self.match.to_json(),
            "left": self.left,
            "taken": self.taken,
        }


class Faults:
    """The rules in force, in the order they were given."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rules: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, data: dict[str, Any]) -> Fault:
        """Add the rule a control request describes, and return it."""
        kind = data.get("kind")
        if kind not in KINDS:
            raise BadControl(f"kind must be one of {', '.join(KINDS)}")
        times = data.get("times")
        unknown = sorted(set(data) - {"kind", "match", "times", "events", *_PARTS})
        if unknown:
            raise BadControl(f"a fault does not take {', '.join(unknown)}")
        given = {name: data[name] for name in _PARTS if name in data}
        with self._lock:
            rule = Fault(
                fault_id=f"fault-{next(self._ids)}",
                kind=kind,
                match=Match.parse(data.get("match", {})),
                left=None if times is None else int(times),
                events=tuple(data.get("events", ())),
                **given,
            )
            self._rules.append(rule)
        return rule

    def take(self, kind: str, facts: Facts) -> Fault | None:
        """Return the first rule of a kind that is for this call, one use less; None if none is."""
        with self._lock:
            for rule in self._rules:
                if rule.kind == kind and rule.left != 0 and rule.match.takes(facts):
                    rule.left = None if rule.left is None else rule.left - 1
                    rule.taken += 1
                    return rule
        return None

    def clear(self, fault_id: str | None = None) -> int:
        """Drop one rule, or all, and return how many."""
        with self._lock:
            kept = [r for r in self._rules if fault_id is not None and r.fault_id != fault_id]
            dropped = len(self._rules) - len(kept)
            self._rules = kept
        return dropped

    def to_json(self) -> list[dict[str, Any]]:
        """Return the rules as JSON values."""
        with self._lock:
            return [rule.to_json() for rule in self._rules]
