"""The story of a customer: what became of a document is told as what it was."""

import pytest

from shared.usecases.timeline import timeline

FEE = {"type": "HEAD", "document_id": "f1", "kind": "charge", "number": "INV-7-F1", "total": 4_000}
FEE |= {"open": 0, "currency": "EUR", "issued_on": "2026-03-01", "due_on": "2026-03-01"}
FEE |= {"external_id": ""}


def posting(*movements: tuple[str, int], **said: str) -> dict:
    made = [
        {"kind": kind, "amount": minor, "currency": "EUR", "document_id": "f1"}
        for kind, minor in movements
    ]
    told = {"type": "POSTING", "posting_id": movements[0][0], "value_date": "2026-03-09"}
    return told | {"movements": made} | said


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ((("waiver", -4_000),), "waived"),
        ((("write_off", -4_000),), "written off"),
        ((("allocation", -4_000),), "paid"),
        ((("allocation", -3_000), ("waiver", -1_000)), "paid"),
    ],
)
def test_what_was_given_up_is_not_told_as_paid(steps, state):
    events = timeline([FEE, *(posting(step) for step in steps)])
    (fee,) = (event for event in events if event.kind == "charge")
    assert fee.state == state


def test_a_waiver_names_the_fee_that_it_is_of():
    (waiver,) = (e for e in timeline([FEE, posting(("waiver", -4_000))]) if e.kind == "waiver")
    assert waiver.title == "Waiver of INV-7-F1"
    assert waiver.facts["document_id"] == "f1"
    assert waiver.facts["amount"] == "-40.00"
