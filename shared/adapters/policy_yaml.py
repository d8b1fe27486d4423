"""Policy files: YAML in, a validated policy out, and every complaint with line and column."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from shared.adapters.policy_parts import Parts, Trail
from shared.adapters.policy_words import PATTERNS_IN_WORDS
from shared.domain.ladder_faults import handover_faults
from shared.domain.money import parse_money
from shared.domain.policy import Policy
from shared.domain.stage import Stage
from shared.errors import HubError, InvalidInput

_STANDARD = Path(__file__).parent.parent / "templates" / "policies" / "standard.yaml"
BYTES_MAX = 256 * 1024
_ALIASES_MAX = 20
_NODES_MAX = 5_000
_DEPTH_MAX = 12
_PROBLEMS_MAX = 50
_DIGITS_MAX = 16
_AMOUNT_FIELDS = (
    "flat",
    "minimum_open",
    "minimum",
    "maximum",
    "amount_over",
    "minimum_part",
    "maximum_total",
)
_STR, _INT, _BOOL, _NULL, _MAP, _SEQ = (
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "bool", "null", "map", "seq")
)
_MERGE = "tag:yaml.org,2002:merge"
_DIGITS = re.compile(r"0|-?[1-9][0-9]*")
_READ_OTHERWISE = re.compile(
    r"y|n|yes|no|on|off|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", re.IGNORECASE
)
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?")
_RATE = re.compile(r"-?[0-9]{1,2}(\.[0-9]{1,4})?")
_HALF_YEAR = re.compile(r"20[0-9]{2}-0[17]-01")
_PERCENT_FIELDS = ("percent", "percent_a_year", "percent_a_month", "maximum_percent")

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint. line and column count from 1; field is the path, such as stages.2.fee.

    code is file_unreadable, field_invalid or rule_broken: one that takes several fields.
    """

    line: int
    column: int
    field: str
    message: str
    code: str = "field_invalid"

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

    Only plain YAML of one document is read: no tags, no duplicate keys, few aliases; amounts are
    quoted text. Everything that is wrong is named at once, as far as the file can be read.

    Raises PolicyInvalid.
    """
    if len(text.encode()) > BYTES_MAX:
        raise PolicyInvalid([_unreadable(f"the file is over {BYTES_MAX // 1024} KB")])
    reader = _Reader()
    data = reader.plain(_composed(text.removeprefix("\ufeff")), ())
    if not isinstance(data, dict):
        reader.complain((), "write a mapping with name, send_on and stages")
        raise PolicyInvalid(reader.problems)
    if "version" in data:
        reader.complain(("version",), "leave the version out: the hub counts it")
        del data["version"]
    policy = None
    try:
        policy = Policy.model_validate_json(json.dumps(data), strict=True)
        stages = policy.stages
    except ValidationError as exc:
        _complain_of(exc, reader)
        stages = _stages_beside(data, reader)
    for path, sentence in handover_faults(dict(enumerate(stages))):
        reader.complain_of_rule(path, sentence)
    if policy is None or reader.problems:
        raise PolicyInvalid(reader.told())
    return policy


def _unreadable(message: str, line: int = 1, column: int = 1) -> Problem:
    return Problem(line, column, "", message, "file_unreadable")


def _composed(text: str) -> Node | None:
    """Return the file's tree, every node with its place. Raises PolicyInvalid."""
    try:
        _check_size(text)
        tree: Node | None = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = (exc.problem or exc.context or "this is not YAML").split("\n")[0]
        if exc.context == "expected a single document in the stream":
            message = "write one document to a file: here another one begins"
        raise PolicyInvalid([_unreadable(message, line, column)]) from exc
    except (YAMLError, RecursionError, ValueError) as exc:
        message = "this is not YAML that a policy may use"
        raise PolicyInvalid([_unreadable(message)]) from exc
    return tree


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
            raise PolicyInvalid([_unreadable(message, mark.line + 1, mark.column + 1)])


class _Reader:
    """Turns the file's tree into plain values and remembers where each one stood."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._positions: dict[Trail, Position] = {(): (1, 1)}
        self._blamed: set[Trail] = set()

    def plain(self, node: Node | None, path: Trail) -> Any:
        """Return what node says; None, with a complaint, where it cannot be told."""
        if node is None:
            return None
        position = (node.start_mark.line + 1, node.start_mark.column + 1)
        if len(self._positions) >= _NODES_MAX or len(path) > _DEPTH_MAX:
            raise PolicyInvalid([_unreadable("the file is too deep or too large", *position)])
        self._positions[path] = position
        tag = str(node.tag)
        if isinstance(node, MappingNode) and tag == _MAP:
            return self._mapping(node, path)
        if isinstance(node, SequenceNode) and tag == _SEQ:
            return [self.plain(each, (*path, i)) for i, each in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return self._scalar(node, tag, path)
        self.complain(path, f"write no tag here: {tag[:60]}")
        return None

    def _mapping(self, node: MappingNode, path: Trail) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            at = (key.start_mark.line + 1, key.start_mark.column + 1)
            if str(key.tag) == _MERGE:
                self._at(at, path, "write out what is merged here")
            elif str(key.tag) != _STR or not name or _is_read_otherwise(key):
                self._at(at, path, "every key must be plain text; quote this one")
            elif name in found:
                self._at(at, (*path, name), f"duplicate key: {name[:40]} stands here already")
            else:
                found[name] = self.plain(value, (*path, name))
                if found[name] is None and not value.value:
                    self._positions[*path, name] = at
        return found

    def position(self, path: Trail) -> Position:
        """Return where path stands, or the nearest thing around it."""
        while path not in self._positions:
            path = path[:-1]
        return self._positions[path]

    def blames(self, path: Trail) -> bool:
        """Return whether there is a complaint about path."""
        return path in self._blamed

    def complain(self, path: Trail, message: str) -> None:
        """Note a complaint about a field, unless there is one about it already, or part of it."""
        if not any(known[: len(path)] == path for known in self._blamed):
            self._blamed.add(path)
            self._at(self.position(path), path, message)

    def complain_of_rule(self, path: Trail, message: str) -> None:
        """Note a rule that is broken at path, unless there is a complaint about that field already.

        A sentence may begin with the field of path that it is about.
        """
        about = (*path, message.split()[0].rstrip(":"))
        if self.blames(path) or self.blames(about):
            return
        self._blamed.add(about)
        shown = about if about in self._positions else path
        self._at(self.position(shown), shown, message, "rule_broken")

    def told(self) -> list[Problem]:
        """Return the complaints in the file's order, as many as a person reads."""
        return sorted(self.problems, key=lambda p: (p.line, p.column))[:_PROBLEMS_MAX]

    def _at(
        self, position: Position, path: Trail, message: str, code: str = "field_invalid"
    ) -> None:
        self.problems.append(Problem(*position, ".".join(str(p) for p in path), message, code))

    def _scalar(self, node: ScalarNode, tag: str, path: Trail) -> Any:
        quoted, text = bool(node.style), str(node.value)
        if path[-1:] and (path[-1] in _PERCENT_FIELDS or path[-2:-1] == ("rates",)):
            return self._percent(text, quoted, path)
        if len(path) > 1 and path[-2] in _AMOUNT_FIELDS:
            return self._amount(text, quoted, path)
        if tag == _STR and _is_read_otherwise(node):
            self.complain(path, f'quote this ("{text[:20]}"): other programs read it otherwise')
        elif tag == _STR:
            return text
        elif tag == _NULL:
            return None
        elif tag == _BOOL and text in ("true", "false"):
            return text == "true"
        elif tag == _INT and _DIGITS.fullmatch(text):
            return int(text) if len(text) < _DIGITS_MAX else None
        elif tag == _INT:
            self.complain(path, "write the number in plain digits: others read this one otherwise")
        else:
            self.complain(path, "write plain text or a whole number here")
        return None

    def _percent(self, text: str, quoted: bool, path: Trail) -> str:
        if not quoted:
            self.complain(path, 'write the percent as quoted text, such as "8.50"')
            return ""
        is_rate = path[-2:-1] == ("rates",)
        if is_rate and not _HALF_YEAR.fullmatch(str(path[-1])):
            self.complain(path, 'name the first day of a half-year, such as "2027-01-01"')
        if not (_RATE if is_rate else _PERCENT).fullmatch(text):
            self.complain(path, "write digits with a dot, such as 8.50")
            return ""
        return text

    def _amount(self, text: str, quoted: bool, path: Trail) -> str:
        if not quoted:
            self.complain(path, 'write the amount as quoted text, such as "40.00"')
            return text
        try:
            parse_money(text, str(path[-1]))
        except InvalidInput as exc:
            unknown = exc.facts["field"] == "currency"
            reason = f"{path[-1]} is no currency" if unknown else str(exc.facts["reason"])
            self.complain(path, reason)
        return text


def _is_read_otherwise(node: ScalarNode) -> bool:
    """Return whether node is unquoted text that YAML 1.1 reads as something else than text."""
    return not node.style and bool(_READ_OTHERWISE.fullmatch(node.value))


def _complain_of(exc: ValidationError, reader: _Reader) -> None:
    """Complain of the fields that cannot be read; rules across fields are asked by themselves."""
    errors = exc.errors(include_url=False, include_context=True, include_input=False)
    around = {error["loc"][:n] for error in errors for n in range(len(error["loc"]))}
    for error in errors:
        is_emptied = error["type"] == "too_short" and error["loc"] in around
        if error["type"] != "value_error" and not is_emptied:
            reader.complain(tuple(p for p in error["loc"] if p != "[key]"), _sentence(error))


def _stages_beside(data: dict[str, Any], reader: _Reader) -> tuple[Stage, ...]:
    """Complain of the rules that what can be read breaks. Returns the stages, as far as read."""
    parts = Parts(reader.blames)
    read = parts.read(Policy, data)
    for path, sentence in parts.faults:
        reader.complain_of_rule(path, sentence)
    return getattr(read, "stages", ())


def _sentence(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a field, in words."""
    if error["type"] == "extra_forbidden":
        return "there is no such field"
    message = str(error["msg"])
    if error["type"] == "string_pattern_mismatch":
        message = PATTERNS_IN_WORDS.get(error["ctx"]["pattern"], message)
    return message[:1].lower() + message[1:]
