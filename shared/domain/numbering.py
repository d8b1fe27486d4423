"""The numbers of documents: a pattern for each series of an entity. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from shared.errors import InvalidInput

INVOICES = "INV"
CREDIT_NOTES = "CN"
STANDARD: Mapping[str, str] = {INVOICES: "INV-{n:6}", CREDIT_NOTES: "CN-{n:6}"}
"""The patterns of an entity that says nothing else."""
_NAME = re.compile(r"[A-Z][A-Z0-9]{0,9}")
_N = re.compile(r"\{n:([1-9])\}")
_YEAR = "{year}"
_PLAIN = re.compile(r"[A-Za-z0-9./_-]{0,20}")
_SERIES_MAX = 20


def pattern_of(series: Mapping[str, str], name: str) -> str:
    """Return the pattern of the series called name. Raises InvalidInput where there is none."""
    pattern = series.get(name) or STANDARD.get(name)
    if pattern is None:
        raise InvalidInput(field="series", reason="no such series in this entity")
    return pattern


def number_text(pattern: str, n: int, issued_on: date) -> str:
    """Return the n-th number: INV-{year}-{n:5} gives INV-2026-00012."""
    text = pattern.replace(_YEAR, f"{issued_on.year:04}")
    return _N.sub(lambda found: f"{n:0{found[1]}}", text)


def counter_name(name: str, pattern: str, issued_on: date) -> str:
    """Return what the numbers of a series are counted by: its name, and the year where it has one.

    A series without a year in its pattern counts on for ever.
    """
    return f"{name}#{issued_on.year:04}" if _YEAR in pattern else name


def check_series(series: Mapping[str, str]) -> None:
    """Raise InvalidInput where a name or pattern is none, or two series would give one number."""
    if len(series) > _SERIES_MAX or not all(_NAME.fullmatch(name) for name in series):
        raise InvalidInput(field="series", reason="names are up to ten capitals and digits")
    for pattern in series.values():
        plain = _N.sub("", pattern.replace(_YEAR, ""))
        good = len(_N.findall(pattern)) == 1 and pattern.count(_YEAR) <= 1
        if not good or not _PLAIN.fullmatch(plain):
            raise InvalidInput(field="series", reason="write patterns such as INV-{year}-{n:5}")
    shapes = [_N.sub("{n}", pattern) for pattern in ({**STANDARD, **series}).values()]
    if len(set(shapes)) < len(shapes):
        raise InvalidInput(field="series", reason="two series would give the same numbers")
