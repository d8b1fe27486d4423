"""The contract of every connector: what holds for any system that knows customers."""

from datetime import UTC, datetime

import pytest

from shared.domain.erp import RecordKind
from shared.domain.imports import CustomerRow
from shared.errors import ErpAccess, ErpUnavailable, ErpUnreadable
from tests.connectors.driver import Sources

PAGES_MAX = 500


def pulled(connector, kind, cursor="", limit=100):
    """Return all rows after cursor, and the last cursor."""
    rows = []
    for _ in range(PAGES_MAX):
        page = connector.pull(kind, cursor, limit, datetime.now(UTC))
        assert page.cursor.isascii() and len(page.cursor) <= 1_000
        assert page.as_of.tzinfo is not None
        assert not page.bad, page.bad
        rows += page.rows
        cursor = page.cursor
        if not page.more:
            return rows, cursor
    raise AssertionError("the pages have no end")


def newest(rows, kind):
    """Return the last row of each id among rows of one class."""
    return {row.external_id: row for row in rows if isinstance(row, kind)}


def ids(rows) -> set[str]:
    return {row.external_id for row in rows}


class SourceContract:
    """What holds for every system that knows customers."""

    customer_row: type = CustomerRow

    def test_it_says_whose_books_these_are(self, erp: Sources):
        found = erp.connector.check()
        assert found.company and found.product

    def test_an_unknown_key_is_told_apart(self, erp: Sources):
        with pytest.raises(ErpAccess):
            erp.stranger().check()
        with pytest.raises(ErpAccess):
            erp.stranger().pull(RecordKind.CUSTOMERS, "", 10, datetime.now(UTC))

    def test_every_customer_comes_once_the_pages_end(self, erp: Sources):
        made = {
            erp.customer(f"Müller & Söhne {n}", f"ap{n}@customer{n}.example"): n for n in range(7)
        }
        small, _ = pulled(erp.connector, RecordKind.CUSTOMERS, limit=2)
        large, _ = pulled(erp.connector, RecordKind.CUSTOMERS, limit=500)
        found = newest(small, self.customer_row)
        assert found == newest(large, self.customer_row)
        assert made.keys() <= found.keys()
        for external_id, n in made.items():
            row = found[external_id]
            assert row.name == f"Müller & Söhne {n}"
            assert row.email == f"ap{n}@customer{n}.example"

    def test_what_changed_after_the_cursor_comes(self, erp: Sources):
        first = erp.customer("Before", "ap@before.example")
        rows, cursor = pulled(erp.connector, RecordKind.CUSTOMERS)
        before = newest(rows, self.customer_row)
        erp.rename(first, "After")
        second = erp.customer("Second", "ap@second.example")
        rows, cursor = pulled(erp.connector, RecordKind.CUSTOMERS, cursor)
        after = newest(rows, self.customer_row)
        assert after[first].name == "After" and after[second].name == "Second"
        assert after[first].content_hash != before[first].content_hash

    def test_what_was_committed_late_is_not_passed_over(self, erp: Sources):
        erp.customer("Early", "ap@early.example")
        _, cursor = pulled(erp.connector, RecordKind.CUSTOMERS)
        with erp.late(60):
            late = erp.customer("Late", "ap@late.example")
        rows, _ = pulled(erp.connector, RecordKind.CUSTOMERS, cursor)
        assert late in newest(rows, self.customer_row)

    def test_what_comes_again_has_the_same_hash(self, erp: Sources):
        erp.customer("Same", "ap@same.example")
        first, _ = pulled(erp.connector, RecordKind.CUSTOMERS)
        again, _ = pulled(erp.connector, RecordKind.CUSTOMERS)
        hashes = {row.external_id: row.content_hash for row in first}
        assert hashes and hashes == {row.external_id: row.content_hash for row in again}

    def test_one_customer_is_read_as_it_is_pulled(self, erp: Sources):
        made = erp.customer("One", "ap@one.example")
        rows, _ = pulled(erp.connector, RecordKind.CUSTOMERS)
        (row,) = erp.connector.read(RecordKind.CUSTOMERS, made)
        assert row.content_hash == newest(rows, self.customer_row)[made].content_hash

    def test_nobody_is_read_as_nothing(self, erp: Sources):
        assert erp.connector.read(RecordKind.CUSTOMERS, "999999999") == ()

    def test_a_system_that_is_down_is_unavailable(self, erp: Sources):
        with erp.down(), pytest.raises(ErpUnavailable):
            erp.connector.pull(RecordKind.CUSTOMERS, "", 10, datetime.now(UTC))
        erp.connector.pull(RecordKind.CUSTOMERS, "", 10, datetime.now(UTC))

    def test_what_is_no_answer_is_unreadable(self, erp: Sources):
        with erp.garbled(), pytest.raises(ErpUnreadable):
            erp.connector.pull(RecordKind.CUSTOMERS, "", 10, datetime.now(UTC))
