# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters read strictly: each function returns the value or raises Stripe's own error."""

import re
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from infra.local.stripe.errors import invalid

METADATA_KEYS_MAX = 50
METADATA_KEY_CHARS_MAX = 40
METADATA_VALUE_CHARS_MAX = 500


def integer(value: Any, param: str, least: int | None = None) -> int:
    """Return a whole number, which must not be below least."""
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,18}", str(value)):
        raise invalid(f"Invalid integer: {value}", param, "parameter_invalid_integer")
    number = int(value)
    if least is not None and number < least:
        raise invalid(f"This value must be greater than or equal to {least}.", param)
    return number


def decimal(value: Any, param: str) -> Decimal:
    """Return a positive decimal number written as text."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,9}(\.\d{1,12})?", value):
        raise invalid(f"Invalid decimal: {value}", param)
    number = Decimal(value)
    if not number:
        raise invalid("This value must be greater than 0.", param)
    return number


def boolean(value: Any, param: str) -> bool:
    """Return a truth value written as true or false."""
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise invalid(f"Invalid boolean: {value}", param)


def text(value: Any, param: str, chars_max: int = 5000) -> str:
    """Return a text of bounded length."""
    if not isinstance(value, str) or not value:
        raise invalid("Invalid string: expected a non-empty text", param)
    if len(value) > chars_max:
        raise invalid(f"Invalid string: must be at most {chars_max} characters", param)
    return value


def choice(value: Any, param: str, allowed: Collection[str]) -> str:
    """Return one of the allowed words."""
    if value not in allowed:
        raise invalid(f"Invalid {param}: must be one of {', '.join(sorted(allowed))}", param)
    return value


def url(value: Any, param: str) -> str:
    """Return a web address."""
    if not re.match(r"https?://[^\s/]", text(value, param)):
        raise invalid("Not a valid URL", param, "url_invalid")
    return value


def email(value: Any, param: str) -> str:
    """Return a mail address."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", text(value, param, 800)):
        raise invalid(f"Invalid email address: {value}", param, "email_invalid")
    return value


def words(value: Any, param: str) -> list[str]:
    """Return a list of texts."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise invalid("Invalid array", param)
    return value


def metadata(value: Any, param: str = "metadata") -> dict[str, str]:
    """Return metadata within Stripe's limits; an empty text means none."""
    if value in ("", None):
        return {}
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise invalid("Invalid object", param)
    if len(value) > METADATA_KEYS_MAX:
        raise invalid(f"Metadata can have up to {METADATA_KEYS_MAX} keys", param)
    for key, each in value.items():
        if len(key) > METADATA_KEY_CHARS_MAX or len(each) > METADATA_VALUE_CHARS_MAX:
            raise invalid("Metadata keys or values are too long", f"{param}[{key}]")
    return {key: each for key, each in value.items() if each != ""}


def created_filter(value: Any) -> Callable[[int], bool]:
    """Return the test that a `created` parameter (an instant or gt, gte, lt, lte) stands for."""
    if value is None:
        return lambda _: True
    if not isinstance(value, dict):
        exact = integer(value, "created")
        return lambda created: created == exact
    tests = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
    bounds = [(tests[choice(k, "created", tests)], integer(v, "created")) for k, v in value.items()]
    return lambda created: all(test(created, bound) for test, bound in bounds)
