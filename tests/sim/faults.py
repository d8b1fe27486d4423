"""What goes wrong between us and the table, drawn from a seed.

A client for shared.adapters.table.Table in front of the model. `race` runs another action of the
same customers between our reads and our write; a crash is a BaseException, so that no handler of
errors swallows it; a lost answer comes as an error, or as the SDK meets it, which asks again.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ReadTimeoutError

from tests.support.dynamodb_errors import client_error
from tests.support.dynamodb_model import DynamoModel

_WRITES = (
    "put_item",
    "update_item",
    "delete_item",
    "transact_write_items",
    "batch_execute_statement",
)


class Crash(BaseException):
    """The process is gone at this very point."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How often, of a thousand calls, each fault comes. throttle and crashes hit reads, too."""

    throttle: int = 15
    conflict: int = 20
    crash_before: int = 15
    crash_after: int = 15
    lost_answer: int = 15
    asked_again: int = 25
    race: int = 200


CALM = Odds(0, 0, 0, 0, 0, 0, 0)
RACY = Odds(throttle=4, conflict=8, crash_before=4, crash_after=4, lost_answer=4, race=600)
BRITTLE = Odds(throttle=40, conflict=40, crash_before=40, crash_after=40, lost_answer=40, race=50)


@dataclass(slots=True)
class FaultyClient:
    """The low-level client that the simulated processes share. race is one more action, or None."""

    model: DynamoModel
    chance: random.Random
    odds: Odds = field(default_factory=Odds)
    race: Callable[[], None] | None = None
    seen: Counter[str] = field(default_factory=Counter)
    _racing: bool = False

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        call = getattr(self.model, name)
        return lambda **request: self._make(name, call, request)

    def _make(
        self, name: str, call: Callable[..., dict[str, Any]], request: dict[str, Any]
    ) -> dict[str, Any]:
        writing = name in _WRITES
        if writing and self._comes("race"):
            self._race()
        if self._comes("throttle"):
            raise client_error(name, "ThrottlingException", "slow down")
        if self._comes("crash_before"):
            raise Crash
        if writing and self._comes("conflict"):
            if name == "batch_execute_statement":
                in_use = {"Error": {"Code": "TransactionConflict", "Message": "in use"}}
                return {"Responses": [in_use] * len(request["Statements"])}
            raise _conflict(name, request)
        answer = call(**request)
        if self._comes("crash_after"):
            raise Crash
        if writing and self._comes("lost_answer"):
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        if writing and self._comes("asked_again") and name != "transact_write_items":
            return call(**request)  # a transaction carries a token and is answered as before
        return answer

    def _comes(self, fault: str) -> bool:
        comes = self.chance.randrange(1000) < getattr(self.odds, fault)
        if comes:
            self.seen[fault] += 1
        return comes

    def _race(self) -> None:
        if self.race is None or self._racing:
            return
        self._racing = True
        try:
            self.race()
        finally:
            self._racing = False


def _conflict(name: str, request: dict[str, Any]) -> Exception:
    if name != "transact_write_items":
        return client_error(name, "TransactionConflictException", "in use")
    reasons = [{"Code": "None"} for _ in request["TransactItems"]]
    reasons[0] = {"Code": "TransactionConflict", "Message": "in use"}
    return client_error(name, "TransactionCanceledException", "in use", reasons)
