"""DynamoDB's expressions over top-level attributes: conditions, key conditions and updates.

An expression is read once and becomes a function of an item; what DynamoDB would refuse raises
Refused with DynamoDB's error code. Only what the hub uses is read: no document paths (a.b, a[0]),
no size() or contains(), no arithmetic.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.support.table_schema import Attributes

Attribute = Mapping[str, Any]
Test = Callable[[Attributes, Mapping[str, str], Mapping[str, Attribute]], bool]
_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),]|[#:]?[A-Za-z_][A-Za-z0-9_]*)")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_RESERVED = frozenset(word.upper() for word in ReservedKeywords.get_reserved_keywords())


class Refused(Exception):
    """A request that DynamoDB answers with an error; code is DynamoDB's."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


def invalid(message: str) -> Refused:
    """Return DynamoDB's answer to a request that cannot be."""
    return Refused("ValidationException", message)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as read: the test, and the names and values that it mentions."""

    holds: Test
    names: frozenset[str]
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The part of an index or table that a key condition asks for, by attribute names."""

    partition: tuple[str, str]
    """The attribute's name or placeholder, and the placeholder of its value."""
    sort: str | None = None
    how: str = ""
    """begins_with, BETWEEN, =, <, <=, > or >=; "" for the whole partition."""
    bounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """An update as read: (target, value) pairs to set and to add, and targets to remove."""

    set: tuple[tuple[str, str], ...]
    add: tuple[tuple[str, str], ...]
    remove: tuple[str, ...]
    names: frozenset[str]
    values: frozenset[str]


def name_of(token: str, names: Mapping[str, str]) -> str:
    """Return the attribute that token stands for."""
    if not token.startswith("#"):
        return token
    if token not in names:
        raise invalid(f"An expression attribute name used is not defined: {token}")
    return names[token]


def value_of(token: str, values: Mapping[str, Attribute]) -> Attribute:
    """Return the value that token stands for."""
    if token not in values:
        raise invalid(f"An expression attribute value used is not defined: {token}")
    return values[token]


@lru_cache(maxsize=512)
def condition(text: str) -> Condition:
    """Return a condition expression as read."""
    tokens = _Tokens(text)
    test = _either(tokens)
    tokens.end()
    return Condition(test, *tokens.mentioned())


@lru_cache(maxsize=128)
def key_range(text: str) -> KeyRange:
    """Return a key condition as read."""
    tokens = _Tokens(text)
    partition = tokens.path()
    tokens.expect("=")
    first = (partition, tokens.value())
    if tokens.done():
        return KeyRange(first)
    tokens.expect("AND")
    if tokens.peek() == "begins_with":
        tokens.take()
        tokens.expect("(")
        sort = tokens.path()
        tokens.expect(",")
        found = KeyRange(first, sort, "begins_with", (tokens.value(),))
        tokens.expect(")")
    else:
        sort = tokens.path()
        how = tokens.take()
        bounds = [tokens.value()]
        if how == "BETWEEN":
            tokens.expect("AND")
            bounds.append(tokens.value())
        found = KeyRange(first, sort, how, tuple(bounds))
    tokens.end()
    return found


@lru_cache(maxsize=512)
def update(text: str) -> Changes:
    """Return an update expression as read."""
    tokens = _Tokens(text)
    sets: list[tuple[str, str]] = []
    adds: list[tuple[str, str]] = []
    removes: list[str] = []
    clauses: set[str] = set()
    while not tokens.done():
        clause = tokens.take().upper()
        if clause not in ("SET", "ADD", "REMOVE") or clause in clauses:
            raise invalid(f"Invalid UpdateExpression: {clause}")
        clauses.add(clause)
        while True:
            target = tokens.path()
            if clause == "SET":
                tokens.expect("=")
                sets.append((target, tokens.value()))
            elif clause == "ADD":
                adds.append((target, tokens.value()))
            else:
                removes.append(target)
            if tokens.peek() != ",":
                break
            tokens.take()
    if not clauses:
        raise invalid("Invalid UpdateExpression: The expression can not be empty;")
    return Changes(tuple(sets), tuple(adds), tuple(removes), *tokens.mentioned())


def updated(
    item: Attributes,
    changes: Changes,
    names: Mapping[str, str],
    values: Mapping[str, Attribute],
) -> dict[str, Attribute]:
    """Return item after changes, all of which see it as it was."""
    given = (*changes.set, *changes.add)
    targets = [name_of(t, names) for t in (*(t for t, _ in given), *changes.remove)]
    if len(set(targets)) < len(targets):
        raise invalid("Invalid UpdateExpression: Two document paths overlap with each other;")
    after = dict(item)
    for target, value in changes.set:
        after[name_of(target, names)] = value_of(value, values)
    for target, value in changes.add:
        name = name_of(target, names)
        before, more = item.get(name, {"N": "0"}), value_of(value, values)
        if "N" not in before or "N" not in more:
            raise invalid("An operand in the update expression has an incorrect data type")
        after[name] = {"N": str(int(before["N"]) + int(more["N"]))}
    for target in changes.remove:
        after.pop(name_of(target, names), None)
    return after


class _Tokens:
    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        place = 0
        text = text.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise invalid(f"Invalid expression: Syntax error; near: {text[place:]!r}")
            self._tokens.append(match.group(1))
            place = match.end()
        self._next = 0

    def peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise invalid("Invalid expression: Syntax error; token: <EOF>")
        self._next += 1
        return token

    def expect(self, token: str) -> None:
        if self.take().upper() != token:
            raise invalid(f"Invalid expression: Syntax error; expected {token}")

    def done(self) -> bool:
        return self._next == len(self._tokens)

    def end(self) -> None:
        if not self.done():
            raise invalid(f"Invalid expression: Syntax error; token: {self.peek()}")

    def path(self) -> str:
        token = self.take()
        if not (token[0] == "#" or token[0].isalpha() or token[0] == "_"):
            raise invalid(f"Invalid expression: Syntax error; token: {token}")
        if token.upper() in _RESERVED:
            raise invalid(f"Attribute name is a reserved keyword; reserved keyword: {token}")
        return token

    def value(self) -> str:
        token = self.take()
        if token[0] != ":":
            raise invalid(f"Invalid expression: Syntax error; token: {token}")
        return token

    def mentioned(self) -> tuple[frozenset[str], frozenset[str]]:
        names = frozenset(t for t in self._tokens if t[0] == "#")
        return names, frozenset(t for t in self._tokens if t[0] == ":")


def _either(tokens: _Tokens) -> Test:
    tests = [_all(tokens)]
    while tokens.peek().upper() == "OR":
        tokens.take()
        tests.append(_all(tokens))
    if len(tests) == 1:
        return tests[0]
    return lambda i, n, v: any([test(i, n, v) for test in tests])


def _all(tokens: _Tokens) -> Test:
    tests = [_not(tokens)]
    while tokens.peek().upper() == "AND":
        tokens.take()
        tests.append(_not(tokens))
    if len(tests) == 1:
        return tests[0]
    return lambda i, n, v: all([test(i, n, v) for test in tests])


def _not(tokens: _Tokens) -> Test:
    if tokens.peek().upper() != "NOT":
        return _one(tokens)
    tokens.take()
    test = _not(tokens)
    return lambda i, n, v: not test(i, n, v)


def _one(tokens: _Tokens) -> Test:
    token = tokens.peek()
    if token == "(":
        tokens.take()
        test = _either(tokens)
        tokens.expect(")")
        return test
    if token in ("attribute_exists", "attribute_not_exists"):
        tokens.take()
        tokens.expect("(")
        path = tokens.path()
        tokens.expect(")")
        wanted = token == "attribute_exists"
        return lambda i, n, v: (name_of(path, n) in i) is wanted
    if token == "begins_with":
        tokens.take()
        tokens.expect("(")
        path = tokens.path()
        tokens.expect(",")
        value = tokens.value()
        tokens.expect(")")
        return lambda i, n, v: _begins(i.get(name_of(path, n)), value_of(value, v))
    return _comparison(tokens)


def _comparison(tokens: _Tokens) -> Test:
    left = _side(tokens)
    how = tokens.take().upper()
    if how == "IN":
        tokens.expect("(")
        choices = [_side(tokens)]
        while tokens.peek() == ",":
            tokens.take()
            choices.append(_side(tokens))
        tokens.expect(")")
        return lambda i, n, v: any(_same(left(i, n, v), choice(i, n, v)) for choice in choices)
    if how == "BETWEEN":
        low = _side(tokens)
        tokens.expect("AND")
        high = _side(tokens)
        return lambda i, n, v: (
            _ordered(">=", left(i, n, v), low(i, n, v))
            and _ordered("<=", left(i, n, v), high(i, n, v))
        )
    right = _side(tokens)
    if how == "=":
        return lambda i, n, v: _same(left(i, n, v), right(i, n, v))
    if how == "<>":
        return lambda i, n, v: not _same(left(i, n, v), right(i, n, v))
    if how not in _COMPARE:
        raise invalid(f"Invalid expression: Syntax error; token: {how}")
    return lambda i, n, v: _ordered(how, left(i, n, v), right(i, n, v))


def _side(tokens: _Tokens) -> Callable[..., Attribute | None]:
    token = tokens.peek()
    if token[:1] == ":":
        token = tokens.value()
        return lambda i, n, v: value_of(token, v)
    token = tokens.path()
    return lambda i, n, v: i.get(name_of(token, n))


def _plain(attribute: Attribute) -> tuple[str, Any]:
    ((kind, value),) = attribute.items()
    return kind, Decimal(value) if kind == "N" else value


def _same(left: Attribute | None, right: Attribute | None) -> bool:
    if left is None or right is None:
        return False
    if "N" in left and "N" in right:
        return Decimal(left["N"]) == Decimal(right["N"])
    return left == right


def _ordered(how: str, left: Attribute | None, right: Attribute | None) -> bool:
    if left is None or right is None:
        return False
    (left_kind, low), (right_kind, high) = _plain(left), _plain(right)
    if left_kind != right_kind or left_kind not in ("S", "N"):
        return False
    if left_kind == "S":
        low, high = low.encode(), high.encode()
    return bool(_COMPARE[how](low, high))


def _begins(attribute: Attribute | None, start: Attribute) -> bool:
    return attribute is not None and "S" in attribute and attribute["S"].startswith(start["S"])
