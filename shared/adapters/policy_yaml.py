"""Policy files: YAML in, a validated policy out, and every complaint with line and column."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent

from shared.domain.money import parse_money
from shared.domain.policy import Policy
from shared.errors import HubError, InvalidInput

_STANDARD = Path(__file__).parent.parent / "templates" / "policies" / "standard.yaml"
BYTES_MAX = 256 * 1024
_ALIASES_MAX = 20
_NODES_MAX = 5_000
_DEPTH_MAX = 12
_PROBLEMS_MAX = 50
_AMOUNT_FIELDS = ("flat", "minimum_open", "minimum", "maximum")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")
_RATE = re.compile(r"-?[0-9]{1,2}(\.[0-9]{1,4})?")
_HALF_YEAR = re.compile(r"20[0-9]{2}-0[17]-01")
_PERCENT_FIELDS = ("percent", "percent_a_year", "percent_a_month", "maximum_percent")

Position = tuple[int, int]
Trail = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint. line and column count from 1; field is the path, such as stages.2.fee."""

    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{self.line}:{self.column}: {where}{self.message}"


class PolicyInvalid(HubError):
    """The policy file cannot be used; problems says where and why, in the file's order."""

    code: ClassVar[str] = "policy_invalid"
    help: ClassVar[str] = "Correct the named lines and send the file again."

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(line=first.line, column=first.column, reason=first.message)


def standard_text() -> str:
    """Return the policy file that a new entity starts with."""
    return _STANDARD.read_text(encoding="utf-8")


def read_policy(text: str) -> Policy:
    """Return the policy that text describes, as version 1.

    Only plain YAML is read: no tags, no duplicate keys, few aliases; amounts are quoted text.

    Raises PolicyInvalid.
    """
    if len(text.encode()) > BYTES_MAX:
        raise PolicyInvalid([Problem(1, 1, "", f"the file is over {BYTES_MAX // 1024} KB")])
    tree = _load(text)
    reader = _Reader()
    data = reader.plain(tree, (), (1, 1), 0)
    if not isinstance(data, dict):
        reader.complain((), "write a mapping with name, send_on and stages")
    elif "version" in data:
        reader.complain(("version",), "leave the version out: the hub counts it")
    if reader.problems:
        raise PolicyInvalid(reader.problems)
    try:
        return Policy.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as exc:
        raise PolicyInvalid(_problems(exc, reader)) from exc


def _load(text: str) -> Any:
    yaml = YAML(typ="rt", pure=True)
    yaml.allow_duplicate_keys = False
    try:
        _check_size(text)
        return yaml.load(text)
    except MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = (exc.problem or exc.context or "this is not YAML").split("\n")[0]
        raise PolicyInvalid([Problem(line, column, "", message)]) from exc
    except (YAMLError, RecursionError, ValueError) as exc:
        message = "this is not YAML that a policy may use"
        raise PolicyInvalid([Problem(1, 1, "", message)]) from exc


def _check_size(text: str) -> None:
    """Raise PolicyInvalid at the first node too deep, or one node or alias too many."""
    depth = nodes = aliases = 0
    for event in YAML(typ="rt", pure=True).parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        nodes += isinstance(event, NodeEvent)
        aliases += isinstance(event, AliasEvent)
        if depth > _DEPTH_MAX or nodes > _NODES_MAX or aliases > _ALIASES_MAX:
            mark = event.start_mark
            message = f"too large: {_DEPTH_MAX} levels, {_NODES_MAX} nodes, {_ALIASES_MAX} aliases"
            raise PolicyInvalid([Problem(mark.line + 1, mark.column + 1, "", message)])


class _Reader:
    """Turns the loaded tree into plain values and remembers where each one stood."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._positions: dict[Trail, Position] = {}

    def plain(self, node: Any, path: Trail, position: Position, depth: int) -> Any:
        if len(self._positions) >= _NODES_MAX or depth > _DEPTH_MAX:
            raise PolicyInvalid([Problem(*position, "", "the file is too deep or too large")])
        self._positions[path] = position
        if isinstance(node, CommentedMap):
            return {
                self._key(key, path): self.plain(
                    value, (*path, str(key)), _value_at(node, key, position), depth + 1
                )
                for key, value in node.items()
            }
        if isinstance(node, CommentedSeq):
            return [
                self.plain(value, (*path, i), _item_at(node, i, position), depth + 1)
                for i, value in enumerate(node)
            ]
        return self._scalar(node, path)

    def position(self, path: Trail) -> Position:
        """Return where path stands, or the nearest thing around it."""
        while path not in self._positions:
            path = path[:-1]
        return self._positions[path]

    def knows(self, path: Trail) -> bool:
        """Return whether path stands in the file."""
        return path in self._positions

    def complain(self, path: Trail, message: str) -> None:
        field = ".".join(str(p) for p in path)
        self.problems.append(Problem(*self.position(path), field, message))

    def _key(self, key: Any, path: Trail) -> str:
        if not isinstance(key, str):
            self.complain(path, "every key must be plain text; quote this one")
        return str(key)

    def _scalar(self, node: Any, path: Trail) -> Any:
        if path[-1:] and (path[-1] in _PERCENT_FIELDS or path[-2:-1] == ("rates",)):
            return self._percent(node, path)
        is_amount = len(path) > 1 and path[-2] in _AMOUNT_FIELDS
        if is_amount:
            self._check_amount(node, path)
            return str(node)
        if node is None or isinstance(node, bool):
            return node
        if isinstance(node, str) and type(node).__name__ != "TaggedScalar":
            return str(node)
        if type(node) is int or (isinstance(node, int) and not node):
            return int(node)
        if isinstance(node, int):
            self.complain(
                path, f"write the number in plain digits: this one is read as {int(node)}"
            )
            return None
        self.complain(path, "write plain text or a whole number here")
        return None

    def _percent(self, node: Any, path: Trail) -> str:
        if not isinstance(node, str):
            self.complain(path, 'write the percent as quoted text, such as "8.50"')
            return ""
        is_rate = path[-2:-1] == ("rates",)
        if is_rate and not _HALF_YEAR.fullmatch(str(path[-1])):
            self.complain(path, 'name the first day of a half-year, such as "2027-01-01"')
        if not (_RATE if is_rate else _PERCENT).fullmatch(node):
            self.complain(path, "write digits with a dot, such as 8.50")
            return ""
        return str(node)

    def _check_amount(self, node: Any, path: Trail) -> None:
        if not isinstance(node, str):
            self.complain(path, 'write the amount as quoted text, such as "40.00"')
            return
        try:
            parse_money(node, str(path[-1]))
        except InvalidInput as exc:
            unknown = exc.facts["field"] == "currency"
            reason = f"{path[-1]} is no currency" if unknown else str(exc.facts["reason"])
            self.complain(path, reason)


def _value_at(node: CommentedMap, key: Any, around: Position) -> Position:
    try:
        line, column = node.lc.value(key)
    except (KeyError, TypeError, AttributeError):
        return around
    return line + 1, column + 1


def _item_at(node: CommentedSeq, index: int, around: Position) -> Position:
    try:
        line, column = node.lc.item(index)
    except (KeyError, TypeError, AttributeError):
        return around
    return line + 1, column + 1


def _problems(exc: ValidationError, reader: _Reader) -> list[Problem]:
    found = []
    for error in exc.errors(include_url=False, include_context=True, include_input=False):
        path = tuple(p for p in error["loc"] if p != "[key]")
        sentence = _sentence(error)
        blamed = (*path, sentence.split()[0])
        path = blamed if reader.knows(blamed) else path
        field = ".".join(str(p) for p in path)
        found.append(Problem(*reader.position(path), field, sentence))
    return sorted(found, key=lambda p: (p.line, p.column))[:_PROBLEMS_MAX]


def _sentence(error: Mapping[str, Any]) -> str:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, HubError):
        return str(cause.facts.get("reason") or cause.help)
    if isinstance(cause, Exception):
        return str(cause)
    if error["type"] == "extra_forbidden":
        return "there is no such field"
    message = str(error["msg"])
    return message[:1].lower() + message[1:]
