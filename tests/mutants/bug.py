"""A bug to plant: small, believable, of the kind that loses money or says something twice.

A bug is one or more exact replacements in the product's code. The tests it names existed before it
and must fail with it. ALWAYS is a condition that always holds: a write that looks conditional.
"""

from dataclasses import dataclass

SIMULATION = "tests/sim/test_simulation.py::test_nothing_breaks_whatever_goes_wrong"
ALWAYS = "attribute_not_exists(pk) OR attribute_exists(pk)"


@dataclass(frozen=True, slots=True)
class Change:
    """One replacement; before stands exactly once in the file."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Bug:
    """A planted bug, the tests that must see it, and the rules that it breaks."""

    name: str
    changes: tuple[Change, ...]
    tests: tuple[str, ...] = (SIMULATION,)
    rules: tuple[str, ...] = ()


def bug(name: str, path: str, before: str, after: str, *tests: str, rules: str = "") -> Bug:
    """Return a bug of one change. rules are names with a blank between them."""
    change = Change(path, before, after)
    return Bug(name, (change,), tests or (SIMULATION,), tuple(rules.split()))
