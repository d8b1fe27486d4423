"""What functions said and when they ran, read from the log group as an operator would."""

import json
import re
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from infra.local.stack import LocalStack

_GROUP = "FunctionLogs"
_REPORT = re.compile(r"REPORT RequestId: (\S+)\s+Duration: (\d+)")


@dataclass(frozen=True)
class Call:
    """One invocation: when it ran (wall, ms), and the lines that it wrote."""

    began_ms: int
    ended_ms: int
    lines: tuple[dict[str, Any], ...]

    def overlaps(self, other: "Call") -> bool:
        """Return whether both ran at the same time for at least a millisecond."""
        return min(self.ended_ms, other.ended_ms) > max(self.began_ms, other.began_ms)


def calls(stack: LocalStack, function: str, since_ms: int) -> list[Call]:
    """Return the invocations of a function (logical id) that ended after since_ms.

    Only those that wrote a line are known by name; the times are the emulator's, not the code's.
    """
    ends: dict[str, tuple[int, int]] = {}
    lines: dict[str, list[dict[str, Any]]] = {}
    pages = stack.client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(
        logGroupName=stack.state["physical_ids"][_GROUP], startTime=since_ms
    ):
        for event in page["events"]:
            message = event["message"]
            report = _REPORT.match(message)
            if report:
                ends[report[1]] = (event["timestamp"] - int(report[2]), event["timestamp"])
            elif message.startswith("{"):
                line = json.loads(message)
                lines.setdefault(line.get("function_request_id", ""), []).append(line)
    name = stack.state["physical_ids"][function]
    return [
        Call(*ends[request_id], tuple(said))
        for request_id, said in lines.items()
        if request_id in ends and said[0].get("function_name") == name
    ]


def overlaps(found: list[Call]) -> int:
    """Return how many pairs of invocations ran at the same time."""
    return sum(one.overlaps(other) for one, other in combinations(found, 2))
