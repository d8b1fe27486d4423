"""Each rule and law has a test of its name, each rule a planted bug; the page says so."""

import pytest

from tests.mutants.planted import PLANTED
from tests.mutants.run import witnesses
from tests.proof.catalogue import LAWS, RULES
from tests.proof.marks import marked
from tests.proof.table import PAGE, table

MARKS = marked()


def _tests_of(kind: str, name: str) -> set[str]:
    return {f"{m.path}::{m.test}" for m in MARKS if (m.kind, m.name) == (kind, name)}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_test(rule: str) -> None:
    assert _tests_of("rule", rule)


@pytest.mark.parametrize("law", LAWS)
def test_a_law_has_a_test(law: str) -> None:
    assert _tests_of("law", law)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_bug_that_a_test_of_its_own_must_see(rule: str) -> None:
    own = _tests_of("rule", rule)
    assert any(own.intersection(witnesses(bug)) for bug in PLANTED if rule in bug.rules)


def test_a_mark_names_what_there_is() -> None:
    known = {("rule", name) for name in RULES} | {("law", name) for name in LAWS}
    assert {(mark.kind, mark.name) for mark in MARKS} <= known
    assert {rule for bug in PLANTED for rule in bug.rules} <= set(RULES)


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text() == table(MARKS, PLANTED)
