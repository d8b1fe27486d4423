"""The record of decisions: one number each, which its title says again."""

import re
from collections import Counter
from pathlib import Path

DECISIONS = sorted((Path(__file__).parents[2] / "docs/decisions").glob("*.md"))


def test_each_decision_has_a_number_of_its_own():
    numbers = Counter(path.name[:4] for path in DECISIONS)
    assert len(numbers) > 40
    assert [number for number, times in numbers.items() if times > 1] == []


def test_the_title_says_the_number_of_the_file():
    for path in DECISIONS:
        assert re.match(rf"# {path.name[:4]} \S", path.read_text(encoding="utf-8")), path.name
