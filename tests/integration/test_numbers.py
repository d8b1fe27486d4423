"""Fifty writers at once: every number once, and none missing where a series is gapless."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest

from shared.adapters import keys
from shared.adapters.numbers import Numbers
from shared.adapters.pause import pause
from shared.adapters.table import NEW, Put, Table, Write
from shared.domain.document import Document, DocumentKind
from shared.domain.entity import Entity
from shared.errors import WriteConflict
from tests.support.dynamodb_model import DynamoModel
from tests.support.emulated import INTERPRETER, MISSING, emulated_dynamodb
from tests.support.samples import entity, eur

WRITERS = 50
EACH = 2
DAY = date(2026, 3, 1)
FREE = entity()
GAPLESS = entity(gapless_numbers=True)


class OneAtATime:
    """A model of DynamoDB that threads may share; a call takes a millisecond to reach it."""

    def __init__(self) -> None:
        self._model = DynamoModel()
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._model, name)

        def one(**request: Any) -> Any:
            time.sleep(0.001)
            with self._lock:
                return call(**request)

        return one


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not INTERPRETER.exists():
        pytest.skip(MISSING)
    with emulated_dynamodb(tmp_path_factory.mktemp("numbers")) as client:
        yield client


@pytest.fixture(params=["model", "emulator"])
def table(request: pytest.FixtureRequest) -> Table:
    client = OneAtATime() if request.param == "model" else request.getfixturevalue("emulator")
    return Table(client, "hub")


_series = count(1)


def unnumbered(document_id: str) -> Document:
    kind = DocumentKind.INVOICE
    return Document(document_id, kind, "", DAY, DAY, eur(1), eur(1))


def document_put(document_id: str) -> Put:
    return Put({**keys.open_head("demo", "c1", document_id), "type": "HEAD"})


def finalise(numbers: Numbers, of: Entity, document_id: str) -> str | None:
    def writes(number: str) -> Sequence[Write]:
        return [document_put(document_id)]

    return numbers.finalise(of, "INV", unnumbered(document_id), "c1", writes)


def race(table: Table, of: Entity) -> tuple[list[str | None], Counter[int]]:
    """Let fifty writers issue at once; return their numbers, and how often each attempt waited."""
    start, waits = threading.Barrier(WRITERS), Counter[int]()

    def waiting(attempt: int) -> None:
        waits[attempt] += 1
        pause(attempt)

    def work(writer: int) -> list[str | None]:
        numbers = Numbers(table, waiting)  # each is a process of its own
        start.wait()
        return [finalise(numbers, of, f"{of.entity_id}-{writer}-{i}") for i in range(EACH)]

    with ThreadPoolExecutor(WRITERS) as pool:
        found = [number for part in pool.map(work, range(WRITERS)) for number in part]
    return found, waits


def own(of: Entity) -> Entity:
    """Return of under an id of its own, so that its counters begin at nothing."""
    return replace(of, entity_id=f"e{next(_series)}")


@pytest.mark.rule("R39")
def test_fifty_writers_get_a_gapless_series_without_a_twin_and_really_meet(table: Table) -> None:
    found, waits = race(table, own(GAPLESS))
    print(f"gapless: {len(found)} numbers, {sum(waits.values())} attempts lost to another writer")
    assert sorted(map(str, found)) == [f"INV-{n:06d}" for n in range(1, WRITERS * EACH + 1)]
    assert sum(waits.values()) > 0


@pytest.mark.rule("R39")
def test_fifty_writers_of_a_free_series_never_wait_for_each_other(table: Table) -> None:
    found, waits = race(table, own(FREE))
    print(f"free: {len(found)} numbers, {sum(waits.values())} attempts lost to another writer")
    assert sorted(map(str, found)) == [f"INV-{n:06d}" for n in range(1, WRITERS * EACH + 1)]
    assert sum(waits.values()) == 0


class Died(BaseException):
    """The process ended."""


class Dying:
    """A client whose process dies at the first transaction, before or after it is done."""

    def __init__(self, client: Any, after: bool) -> None:
        self._client = client
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Mapping[str, Any]:
        if self._after:
            self._client.transact_write_items(**request)
        raise Died


@pytest.mark.rule("R39")
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("of", [FREE, GAPLESS], ids=["free", "gapless"])
def test_a_crash_gives_no_number_twice_and_leaves_a_gap_only_in_a_free_series(
    of: Entity, after: bool
) -> None:
    model = DynamoModel()
    with pytest.raises(Died):
        finalise(Numbers(Table(Dying(model, after), "hub"), pause), of, "d1")
    alive = Numbers(Table(model, "hub"), pause)
    again, other = finalise(alive, of, "d1"), finalise(alive, of, "d2")
    if after:
        assert (again, other) == (None, "INV-000002")
    elif of.gapless_numbers:
        assert (again, other) == ("INV-000001", "INV-000002")
    else:
        assert (again, other) == ("INV-000002", "INV-000003")


@pytest.mark.rule("R39")
@pytest.mark.parametrize("of", [FREE, GAPLESS], ids=["free", "gapless"])
def test_a_number_that_somebody_else_s_document_has_is_passed_over(of: Entity) -> None:
    table = Table(DynamoModel(), "hub")
    table.write(Put({**keys.fact("demo", "number:INV-000001"), "type": "FACT"}))
    numbers = Numbers(table, pause)
    assert [finalise(numbers, of, d) for d in ("a", "b")] == ["INV-000002", "INV-000003"]


@pytest.mark.parametrize("of", [FREE, GAPLESS], ids=["free", "gapless"])
def test_a_repeat_burns_no_number(of: Entity) -> None:
    numbers = Numbers(Table(DynamoModel(), "hub"), pause)
    found = [finalise(numbers, of, d) for d in ("a", "a", "b")]
    assert found == ["INV-000001", None, "INV-000002"]


def test_a_series_of_the_year_begins_again_and_changes_with_the_setting() -> None:
    of = entity(series={"INV": "{year}-{n:3}"}, gapless_numbers=True)
    numbers = Numbers(Table(DynamoModel(), "hub"), pause)

    def issue(document_id: str, day: date) -> str | None:
        document = replace(unnumbered(document_id), issued_on=day)
        writes = [document_put(document_id)]
        return numbers.finalise(of, "INV", document, "c1", lambda number: writes)

    days = [date(2026, 12, 31), date(2027, 1, 1), date(2026, 12, 31)]
    found = [issue(str(i), day) for i, day in enumerate(days)]
    assert found == ["2026-001", "2027-001", "2026-002"]


def test_a_series_that_stays_contended_gives_up_and_loses_nothing() -> None:
    class Contended(Table):
        busy = True

        def write(self, *writes: Write) -> None:
            if self.busy and len(writes) > 1:
                raise WriteConflict()
            super().write(*writes)

    for of in (FREE, GAPLESS):
        table = Contended(DynamoModel(), "hub")
        numbers = Numbers(table, lambda attempt: None)
        assert finalise(numbers, of, "a") is None
        table.busy = False
        assert finalise(numbers, of, "a") == "INV-000001"
    assert NEW in document_put("a").condition
