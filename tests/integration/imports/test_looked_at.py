"""Whose documents are open for more by the ERP's word has a ticket, in the same write."""

import pytest

from shared.domain.entity import Entity
from shared.domain.erp import RecordKind
from tests.integration.erp_rows import gone, invoice, note, opened, paid, take
from tests.integration.money import causes


@pytest.mark.rule("R33")
def test_money_in_the_place_of_a_discount_opens_the_rest(filled: Entity) -> None:
    take(invoice("I-5", 10_000, terms="10/20 net 60"))
    take(paid(9_000, "P-1", "I-5"))
    assert "I-5" not in opened()
    before = causes("demo")
    take(paid(400, "P-2", "I-5"))
    assert opened()["I-5"] == 600
    (cause,) = causes("demo") - before
    assert cause.startswith("payment:")


@pytest.mark.rule("R33")
def test_a_note_that_is_withdrawn_no_longer_speaks_for_the_oldest_debt(filled: Entity) -> None:
    take(note(5_000))
    before = causes("demo")
    take(gone(RecordKind.CREDIT_NOTES, "CN-1"))
    assert len(causes("demo") - before) == 1
