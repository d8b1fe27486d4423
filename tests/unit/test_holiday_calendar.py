"""The holidays of a place: real calendars, and what is not known of one is said."""

import ast
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from infra.local.template import load
from shared.adapters.holiday_calendar import closed_days
from shared.domain.policy_book import PolicyBook
from shared.domain.put_off import LOOK_AHEAD_DAYS
from tests.unit.test_decide import LADDER

ROOT = Path(__file__).parents[2]


def test_holidays_of_a_country_and_of_a_part_of_it():
    germany, note = closed_days("DE", "")
    bavaria, _ = closed_days("DE", "BY")
    epiphany = date(2026, 1, 6)
    assert (date(2026, 12, 25) in germany, epiphany in germany, epiphany in bavaria) == (
        True, False, True,
    )  # fmt: skip
    assert note == ""


def test_a_weekend_is_that_of_the_country():
    riyadh, _ = closed_days("SA", "")
    friday, saturday, sunday = date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 8)
    assert [day in riyadh for day in (friday, saturday, sunday)] == [True, True, False]


@pytest.mark.parametrize(
    ("country", "subdivision", "note"),
    [
        ("", "", "The customer's country is not known"),
        ("ZZ", "", "No holidays of ZZ are known"),
        ("ZZ", "Q", "No holidays of ZZ are known"),
        ("DE", "XX", "No holidays of XX are known: those of all DE"),
    ],
)
def test_what_is_not_known_is_said_and_keeps_nobody_waiting(country, subdivision, note):
    closed, said = closed_days(country, subdivision)
    assert said.startswith(note)
    assert (date(2026, 12, 25) in closed) == (country == "DE")
    policy = LADDER.model_copy(update={"holidays": True})
    assert said in PolicyBook(policy, closed_on=closed, note=said).remark(policy)


def test_no_calendar_closes_for_longer_than_is_looked_ahead():
    longest: dict[str, int] = {}
    for country in holidays.list_supported_countries(include_aliases=False):
        closed, note = closed_days(country, "")
        assert note == ""
        run = best = 0
        for day in range(3_653):
            today = date(2021, 1, 1) + timedelta(days=day)
            run = run + 1 if today in closed or today.isoweekday() > 5 else 0
            best = max(best, run)
        longest[country] = best
    worst = max(longest, key=lambda country: longest[country])
    print(f"{len(longest)} countries, longest closed for {longest[worst]} days: {worst}")
    assert len(longest) > 200
    assert 5 < longest[worst] < LOOK_AHEAD_DAYS


def test_a_day_that_no_calendar_reaches_is_no_holiday():
    for country in holidays.list_supported_countries(include_aliases=False):
        closed, _ = closed_days(country, "")
        for day in (date.min, date(1969, 12, 25), date(2100, 12, 25), date.max):
            assert day not in closed


def test_nothing_is_imported_for_customers_whose_policy_keeps_no_holidays():
    code = (
        "import sys; import shared.adapters.entities, shared.runtime; "
        "assert 'holidays' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def imported(path: Path, seen: set[Path]) -> set[Path]:
    """Return path and every module of ours that it imports, however deep."""
    if path in seen or path.is_relative_to(ROOT / "shared" / "runtime"):
        return seen
    seen.add(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            ("shared", "functions")
        ):
            place = ROOT / str(node.module).replace(".", "/")
            names = [place.with_suffix(".py"), *(place / f"{n.name}.py" for n in node.names)]
            for each in (name for name in names if name.exists()):
                imported(each, seen)
    return seen


def test_whatever_decides_carries_the_calendars():
    book = ROOT / "shared" / "usecases"
    reads = {path for path in book.rglob("*.py") if ".book(" in path.read_text()}
    decides = []
    for name, function in load(ROOT / "template.yaml")["Resources"].items():
        if function["Type"] != "AWS::Serverless::Function":
            continue
        own = function["Properties"]
        handler = ROOT / f"{own['Handler'].rpartition('.')[0].replace('.', '/')}.py"
        if imported(handler, set()) & reads:
            decides.append(name)
            layers = [layer["Ref"] for layer in own.get("Layers", [])]
            assert "LayerCalendar" in layers, name
    print(decides)
    assert len(decides) >= 5
