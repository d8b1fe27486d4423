"""Before an ERP is told anything it is noted that it is: from then on its connection stays."""

import pytest

from shared import runtime
from shared.usecases.write_back import Ledger


@pytest.mark.rule("R43")
def test_it_is_noted_before_the_first_entry_and_not_where_nothing_is_told(books, monkeypatch):
    noted: list[int] = []
    ledger = Ledger(books.connector, lambda: noted.append(len(books.erp.records)))
    monkeypatch.setattr(runtime, "ledger_of", lambda _: ledger)
    books.invoice("a")
    books.tell("a")
    assert noted == []
    before = len(books.erp.records)
    books.note("p1", "a", 4_000)
    books.tell("a")
    assert noted == [before]
    assert len(books.erp.records) == before + 1
