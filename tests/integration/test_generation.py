"""Invoices that this hub issues: numbers, schedules, repeats."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared import runtime
from shared.adapters import keys, numbers
from shared.adapters.invoice_lines import lines_from
from shared.domain.document import Document, Line
from shared.domain.entity import Entity
from shared.domain.invoice_draft import InvoiceDraft
from shared.domain.numbering import number_text
from shared.domain.recurrence import RecurrenceDraft
from shared.errors import InvalidInput, RequestReused
from shared.usecases.create_invoice import create_invoice
from shared.usecases.create_recurrence import create_recurrence
from tests.integration.drops import stored
from tests.integration.hub import add_customer, invoke, move_clock, seed
from tests.support.samples import eur
from tests.unit.test_decide import LADDER

GENERATION = "functions.invoice_generation.handler"
JANUARY = date(2026, 1, 31)


@pytest.fixture
def demo(cloud: None) -> Entity:
    move_clock(datetime(2026, 1, 31, 9, tzinfo=UTC))
    of = seed(LADDER)
    add_customer(of)
    return of


def issue(request_id: str = "", minor: int = 11_900, lines: tuple[Line, ...] = ()) -> Document:
    stores = (runtime.accounts(), runtime.entities(), runtime.issued_invoices())
    draft = InvoiceDraft(
        customer_id="c1",
        issued_on=JANUARY,
        total=eur(minor),
        due_on=date(2026, 2, 14),
        description="Lamps",
        lines=lines,
    )
    return create_invoice(*stores, "demo", draft, runtime.now(), request_id=request_id)


def generate() -> None:
    assert invoke(GENERATION, [json.dumps({"kind": "scheduled"})]) == {"batchItemFailures": []}


def between_number_and_write[T](monkeypatch: pytest.MonkeyPatch, act: Callable[[], T]) -> list[T]:
    """Let act happen once, right before the next document is written; its result is kept."""
    made, results = number_text, []

    def text(*arguments: object) -> str:
        monkeypatch.setattr(numbers, "number_text", made)
        results.append(act())
        return made(*arguments)

    monkeypatch.setattr(numbers, "number_text", text)
    return results


@pytest.fixture(params=["free", "gapless"])
def either(request: pytest.FixtureRequest, demo: Entity) -> str:
    """An entity with either kind of number series."""
    entity = runtime.entities().get("demo")
    runtime.entities().update(replace(entity, gapless_numbers=request.param == "gapless"))
    return str(request.param)


def repeat(**changes: object) -> str:
    values = {"every_months": 1, "first_on": JANUARY, "terms": "net 14"} | changes
    draft = RecurrenceDraft(customer_id="c1", description="Rent", amount=eur(50_000), **values)
    stores = (runtime.accounts(), runtime.recurrences())
    return create_recurrence(*stores, "demo", draft, runtime.now()).recurrence_id


def test_an_issued_invoice_has_a_number_lines_a_posting_and_waits_for_its_pdf(
    demo: Entity,
) -> None:
    lines = (Line("Lamp", "2", eur(5_000), "19", eur(10_000)),)
    document = issue(lines=lines)
    assert document.number == "INV-000001"
    head = runtime.table().get(keys.open_head("demo", "c1", document.document_id))
    assert head is not None
    assert head["psk"].startswith("document#")
    item = runtime.table().get(keys.lines("demo", "c1", document.document_id))
    assert item is not None
    assert lines_from(item) == lines
    assert [m["amount"] for p in stored("POSTING") for m in p["movements"]] == [11_900]
    assert [t["sk"].split("#")[0] for t in stored("TICKET")] == ["2026-01-31"]


def test_numbers_have_no_gap_and_no_twin_when_two_are_issued_at_once(
    either: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue()
    meanwhile = between_number_and_write(monkeypatch, lambda: issue("other"))
    mine = issue("mine")
    found = [d.number for d in (*meanwhile, mine)]
    assert sorted(found) == ["INV-000002", "INV-000003"]
    # where numbers must not miss, who writes first has the lower one
    assert found == sorted(found, reverse=either == "free")


def test_a_repeated_request_gives_the_same_invoice_and_burns_no_number(either: str) -> None:
    first = issue("r1")
    assert issue("r1") == first
    assert issue("r2").number == "INV-000002"
    with pytest.raises(RequestReused):
        issue("r1", minor=11_901)
    with pytest.raises(InvalidInput):
        issue(lines=(Line("Lamp", "2", eur(5_000), "19", eur(9_999)),))


def test_missed_periods_are_made_up_for_on_their_own_dates(demo: Entity) -> None:
    recurrence_id = repeat(ends_on=date(2026, 4, 30))
    generate()
    move_clock(datetime(2026, 6, 15, 9, tzinfo=UTC))
    generate()
    generate()
    heads = sorted(stored("HEAD"), key=lambda head: head["issued_on"])
    days = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert [head["issued_on"] for head in heads] == days
    assert [head["number"] for head in heads] == [f"INV-{n:06d}" for n in range(1, 5)]
    assert heads[1]["due_on"] == "2026-03-14"
    assert runtime.recurrences().get("demo", recurrence_id).next_on == date(2026, 5, 31)


def test_an_invoice_that_comes_back_may_tell_the_tax_that_it_includes(demo: Entity) -> None:
    repeat(tax_rate_percent="19", ends_on=JANUARY)
    generate()
    (head,) = stored("HEAD")
    assert (head["total"], head["tax_minor"]) == (50_000, {"19": 7_983})
    (item,) = stored("LINES")
    (line,) = lines_from(item)
    assert (line.description, line.gross, line.net) == ("Rent", eur(50_000), eur(42_017))
    (movement,) = [m for p in stored("POSTING") for m in p["movements"]]
    assert movement["tax"] == {"19": 7_983}


def test_two_passes_at_once_issue_nothing_twice(
    either: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repeat(first_on=date(2025, 11, 30))
    between_number_and_write(monkeypatch, generate)
    generate()
    heads = stored("HEAD")
    first = 1 if either == "gapless" else 2
    assert sorted(head["number"] for head in heads) == [
        f"INV-{n:06d}" for n in range(first, first + 3)
    ]
    assert len({head["issued_on"] for head in heads}) == 3
    # the number of the one that was late goes to this process's next document
    assert issue().number == ("INV-000004" if either == "gapless" else "INV-000001")


def test_a_paused_schedule_rests(demo: Entity) -> None:
    recurrence_id = repeat()
    runtime.recurrences().switch("demo", recurrence_id, active=False)
    generate()
    assert stored("HEAD") == []


def test_a_schedule_that_cannot_be_is_refused(demo: Entity) -> None:
    for wrong in (
        {"every_months": 2},
        {"terms": "net -1"},
        {"anchor_day": 30},
        {"ends_on": date(2026, 1, 1)},
    ):
        with pytest.raises(InvalidInput):
            repeat(**wrong)
    repeat(first_on=date(2026, 2, 28), anchor_day=31)
    repeat(first_on=date(2026, 2, 28), anchor_day=30)
