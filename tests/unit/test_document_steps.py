"""What moved the open amount of a document: every step once, and together they explain it."""

from datetime import UTC, date, datetime

from shared.domain.document_steps import document_steps
from shared.domain.movement import Movement, MovementKind, Posting
from tests.support.samples import eur

ISSUED, PAID, NOTED = date(2026, 3, 1), date(2026, 3, 9), date(2026, 3, 12)


def posting(name: str, on: date, *movements: Movement, by: str = "") -> Posting:
    return Posting(name, on, datetime(2026, 3, 20, tzinfo=UTC), movements, by)


BOOKS = (
    posting("invoice:d1", ISSUED, Movement(MovementKind.INVOICE, eur(10_000), "d1")),
    posting("invoice:d2", ISSUED, Movement(MovementKind.INVOICE, eur(5_000), "d2")),
    posting(
        "payment:p1",
        PAID,
        Movement(MovementKind.PAYMENT, eur(7_000), source_id="p1"),
        Movement(MovementKind.ALLOCATION, eur(-2_000), "d1", 1, "p1"),
        Movement(MovementKind.ALLOCATION, eur(-1_000), "d1", 2, "p1"),
        Movement(MovementKind.ALLOCATION, eur(-4_000), "d2", source_id="p1"),
    ),
    posting(
        "credit-note:n1",
        NOTED,
        Movement(MovementKind.CREDIT_NOTE, eur(500), source_id="n1"),
        Movement(MovementKind.ALLOCATION, eur(-500), "d1", source_id="n1"),
        by="kim",
    ),
    posting("off:1", NOTED, Movement(MovementKind.DEDUCTION, eur(-100), "d1", reason="damaged")),
)


def test_steps_are_of_one_document_newest_first_and_name_what_they_are_of() -> None:
    steps = document_steps(BOOKS, "d1")
    assert [(s.on, s.kind, s.amount.minor, s.source_id, s.of_note, s.by) for s in steps] == [
        (NOTED, MovementKind.ALLOCATION, -500, "n1", True, "kim"),
        (NOTED, MovementKind.DEDUCTION, -100, "", False, ""),
        (PAID, MovementKind.ALLOCATION, -3_000, "p1", False, ""),
    ]
    assert steps[1].reason == "damaged"


def test_steps_are_all_that_lies_between_total_and_open() -> None:
    for document_id, total, left in (("d1", 10_000, 6_400), ("d2", 5_000, 1_000)):
        moved = sum(step.amount.minor for step in document_steps(BOOKS, document_id))
        assert total + moved == left
    assert document_steps(BOOKS, "unknown") == ()
