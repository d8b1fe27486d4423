"""What a row means beside what is stored; what a changed total does to what was settled."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import strategies as st

from shared.domain.document import Document, DocumentKind
from shared.domain.first_look import days_to_look, days_to_look_again
from shared.domain.import_verdicts import (
    InvoiceFact,
    Verdict,
    customer_of,
    judge_invoice,
)
from shared.domain.imports import CustomerRow, InvoiceRow, Problem
from shared.domain.policy import Policy
from tests.support.samples import customer, entity, eur

ISSUED, DUE = date(2026, 1, 5), date(2026, 2, 4)
AMOUNTS = st.integers(1, 10**9)


def row(**changes: object) -> InvoiceRow:
    first = InvoiceRow(2, "I-1", "C-1", "N-1", ISSUED, DUE, eur(10_000))
    return replace(first, **changes)


def fact(**changes: object) -> InvoiceFact:
    return replace(InvoiceFact("c1", "d1", row().content_hash, "", eur(10_000)), **changes)


def document(total: int, settled: int) -> Document:
    return Document(
        "d1", DocumentKind.INVOICE, "N-1", ISSUED, DUE, eur(total), eur(total - settled)
    )


@pytest.mark.parametrize(
    ("stored", "given_row", "expected"),
    [
        (None, row(), Verdict.NEW),
        (fact(), row(), Verdict.SAME),
        (fact(), row(line=77), Verdict.SAME),
        (fact(), row(total=eur(10_001)), Verdict.CHANGED),
        (fact(), row(revision="2"), Verdict.SAME),
        (fact(revision="2"), row(total=eur(1), revision="10"), Verdict.CHANGED),
        (fact(revision="10"), row(total=eur(1), revision="2"), Verdict.SAME),
        (fact(revision="2"), row(total=eur(1)), Verdict.CHANGED),
        (fact(revision="2"), row(total=eur(1), revision="2"), "revision_conflict"),
        (fact(customer_id="c2"), row(), "owner_changed"),
        (None, row(stage_done="nowhere"), "unknown_stage"),
    ],
)
def test_verdicts(stored: InvoiceFact | None, given_row: InvoiceRow, expected: str) -> None:
    verdict = judge_invoice(given_row, stored, "c1", {"reminder"})
    assert (verdict.code if isinstance(verdict, Problem) else verdict) == expected


def test_a_customer_of_nobody_is_no_invoice() -> None:
    unknown = judge_invoice(row(policy="nowhere"), None, "c1", None)
    assert isinstance(unknown, Problem) and unknown.code == "unknown_policy"
    verdict = judge_invoice(row(), None, None, set())
    assert isinstance(verdict, Problem)
    assert verdict.code == "unknown_customer"


def test_a_new_customer_takes_the_entitys_defaults() -> None:
    found = customer_of(CustomerRow(2, "C-9", "A", ""), entity(time_zone="UTC"), "c9", None)
    assert (found.time_zone, found.language, found.currency) == ("UTC", "en", "EUR")
    assert (found.policy, found.version) == ("standard", 1)


def test_a_new_address_lets_mail_go_again() -> None:
    bounced = customer(mail_stopped="hard bounce")
    same = customer_of(CustomerRow(2, "C-1", "A", bounced.email), entity(), "c1", bounced)
    assert same.mail_stopped == "hard bounce"
    moved = customer_of(CustomerRow(2, "C-1", "A", "new@x.example"), entity(), "c1", bounced)
    assert moved.mail_stopped == ""


def ladder(*others: dict[str, object], **changes: object) -> Policy:
    late = {"id": "late", "offset_days": 7, "channel": "email", "template": "reminder"}
    return Policy.model_validate({"name": "standard", "stages": [*others, late], **changes})


def test_stages_by_the_issue_date_are_looked_at_on_their_days() -> None:
    stage = {"channel": "email", "template": "invoice", "anchor": "issue_date"}
    policy = ladder(
        {"id": "invoice", "offset_days": 0} | stage, {"id": "again", "offset_days": 3} | stage
    )
    later = days_to_look(document(1, 0), policy, date(2026, 1, 1))
    assert later == (date(2026, 1, 1), date(2026, 1, 5), date(2026, 1, 8))
    assert days_to_look(document(1, 0), policy, date(2026, 1, 6)) == (
        date(2026, 1, 6),
        date(2026, 1, 8),
    )
    assert days_to_look(document(1, 0), policy, date(2026, 3, 1)) == (date(2026, 3, 1),)


def test_a_change_is_looked_at_where_its_dates_do_not_bring_a_sweep_to_it() -> None:
    stage = {"channel": "email", "template": "invoice", "anchor": "issue_date"}
    policy = ladder({"id": "again", "offset_days": 3} | stage)
    before, early = document(100, 0), ISSUED + timedelta(days=1)
    dearer, later = replace(before, total=eur(120), open=eur(120)), ISSUED + timedelta(days=9)

    def looked_at(changed: Document, today: date, of: Policy = policy) -> tuple[date, ...]:
        return days_to_look_again(before, changed, of, today)

    assert looked_at(dearer, early) == ()
    assert looked_at(dearer, ISSUED + timedelta(days=3)) == (ISSUED + timedelta(days=3),)
    moved = replace(before, issued_on=ISSUED + timedelta(days=20))
    assert looked_at(moved, early) == (ISSUED + timedelta(days=23),)
    assert looked_at(dearer, later, ladder()) == ()
    sooner = replace(before, due_on=ISSUED)
    assert looked_at(sooner, later, ladder()) == (later,)
    assert looked_at(dearer, later, ladder(autopay={"announce_days": 5})) == (later,)
