"""What a request has wrong, field by field: a stable code, and a sentence of what is expected."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

PATTERNS: Mapping[str, str] = {
    r"^[0-9A-HJKMNP-TV-Z]{26}$": "Give our id: 26 capital letters and digits.",
    r"^[0-9A-Za-z_-]{1,26}\.[0-9A-Za-z_-]{1,26}\.[0-9]{1,9}$": "Give the key as the list has it.",
    r"^[A-Z]{3}$": "Give a currency by its three capital letters, such as EUR.",
    r"^-?[0-9]{1,15}(\.[0-9]{1,3})?$": "Write digits with a dot, such as 1234.50.",
    r"^-?[0-9]{1,12}(\.[0-9]{1,3})?$": "Write digits with a dot, such as 1234.50.",
    r"^[0-9]{1,12}(\.[0-9]{1,3})?$": "Write digits with a dot and no minus, such as 1234.50.",
    r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$": "Write digits with a dot, such as 2 or 1.5.",
    r"^[0-9]{1,2}(\.[0-9]{1,4})?$|^100$": "Write a percentage from 0 to 100, such as 19 or 7.5.",
    r"^[0-9](\.[0-9]{1,2})?$": "Write a percentage below 10, such as 0.5.",
    r"^([0-9]{1,9}(\.[0-9]{1,10})?)?$": "Write a rate with a dot, such as 1.0825.",
    r"^[a-z][a-z0-9-]{1,30}$": "Use 2 to 31 small letters, digits and hyphens, a letter first.",
    r"^[a-z][a-z0-9_]{0,39}$": "Use at most 40 small letters, digits and _, a letter first.",
    r"^[a-z0-9_-]{0,31}$": "Use at most 31 small letters, digits, _ and hyphens.",
    r"^[a-z][a-z_]{2,29}$": "Use 3 to 30 small letters and _, a letter first.",
    r"^[A-Z][A-Z0-9]{0,9}$": "Use at most 10 capital letters and digits, a letter first.",
    r"^[a-z]{2}$": "Give a language by its two small letters, such as en.",
    r"^[^@\s]+@[^@\s]+$": "Write an e-mail address, such as help@seller.example.",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.csv$": "Name a file that ends with .csv, without blanks.",
}
"""What a text has to look like, in words, by the pattern that a message of ours sets for it."""

_BAD_JSON = "bad_json"
_DAY = "Write a day as YYYY-MM-DD, such as 2026-03-20."
_INSTANT = "Write an instant with its zone, such as 2026-03-20T09:00:00Z."
_NUMBER = "Write a whole number."
_OBJECT = "Send an object with named fields."
_CODES: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "It is needed."),
    "extra_forbidden": ("unknown_field", "There is no such field."),
    "json_invalid": (_BAD_JSON, "The body is not JSON."),
    "string_type": ("bad_text", "Write text, in quotes."),
    "bool_type": ("bad_flag", "Say true or false."),
    "bool_parsing": ("bad_flag", "Say true or false."),
    "list_type": ("bad_list", "Send a list."),
    "set_type": ("bad_list", "Send a list."),
    "dict_type": ("bad_object", _OBJECT),
    "model_type": ("bad_object", _OBJECT),
    "model_attributes_type": ("bad_object", _OBJECT),
}
_KINDS: tuple[tuple[str, str, str], ...] = (
    ("datetime_", "bad_instant", _INSTANT),
    ("timezone_", "bad_instant", _INSTANT),
    ("date_", "bad_day", _DAY),
    ("int_", "bad_number", _NUMBER),
    ("float_", "bad_number", "Write a number."),
    ("decimal_", "bad_number", "Write a number."),
)
"""Kinds of errors by how their names begin."""


def _pattern(context: Mapping[str, Any]) -> str:
    return PATTERNS.get(str(context.get("pattern")), "It does not have the form that it needs.")


def _choice(context: Mapping[str, Any]) -> str:
    known = str(context.get("expected", "")).replace("'", "")
    return f"Say one of these: {known}."


_BOUNDED: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "string_pattern_mismatch": ("bad_form", _pattern),
    "enum": ("no_choice", _choice),
    "literal_error": ("no_choice", _choice),
    "string_too_short": ("too_short", lambda c: f"Write {_least(c['min_length'], 'character')}."),
    "string_too_long": ("too_long", lambda c: f"Write {_most(c['max_length'], 'character')}."),
    "too_short": ("too_few", lambda c: f"Name {_least(c['min_length'], 'entry', 'entries')}."),
    "too_long": ("too_many", lambda c: f"Name {_most(c['max_length'], 'entry', 'entries')}."),
    "greater_than_equal": ("out_of_range", lambda c: f"It is at least {c['ge']}."),
    "greater_than": ("out_of_range", lambda c: f"It is more than {c['gt']}."),
    "less_than_equal": ("out_of_range", lambda c: f"It is at most {c['le']}."),
    "less_than": ("out_of_range", lambda c: f"It is less than {c['lt']}."),
}


def fields(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return each error of a validation as its field, a stable code and a sentence, each once.

    A field is told by its path in what was sent, such as lines.2.amount; "body" is all of it. Of a
    field that may have several forms every form complains: the first complaint stands.
    """
    found: dict[str, dict[str, str]] = {}
    for error in errors:
        code, reason = _told(str(error.get("type", "")), error.get("ctx") or {})
        name = "body" if code == _BAD_JSON else _name(error.get("loc", ()))
        found.setdefault(name, {"field": name, "code": code, "reason": reason})
    return list(found.values())


def sentence(error: Mapping[str, Any]) -> str:
    """Return what is expected instead of one error of a validation."""
    return _told(str(error.get("type", "")), error.get("ctx") or {})[1]


def _name(location: Iterable[object]) -> str:
    """Return the path of a field without the place of the request that it came in."""
    place, *path = [str(part) for part in location] or ["body"]
    return ".".join(path) or place


def _told(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    if kind in _CODES:
        return _CODES[kind]
    if kind in _BOUNDED:
        code, say = _BOUNDED[kind]
        return code, say(context)
    for begins, code, reason in _KINDS:
        if kind.startswith(begins):
            return code, reason
    return "invalid", "This is not what is expected here: see /api/v1/openapi.json."


def _least(count: int, one: str, many: str = "") -> str:
    return f"at least {count} {one if count == 1 else many or one + 's'}"


def _most(count: int, one: str, many: str = "") -> str:
    return f"at most {count:,} {one if count == 1 else many or one + 's'}"
