"""Bad rows of an ERP and of its files: which answer each kind gets. None of them writes half.

What an HTTP answer would call 409 or 422 is a refused row with its code here: a sync parks it for a
person, a file is refused with the line and the column.
"""

import zlib
from dataclasses import replace

import pytest

from functions.edge import http
from shared.adapters import drop_bucket
from shared.adapters.csv_cells import csv_lines, safe_cell
from shared.domain.entity import Entity
from shared.domain.erp import Gone, RecordKind
from shared.domain.import_run import ImportState
from shared.domain.imports import LineGroup, LineRow
from shared.domain.invoice_lines import SAID_LINES_MAX
from shared.domain.money import Money
from tests.integration.drops import CUSTOMERS, INVOICES, counted_writes, drop, stored
from tests.integration.erp_rows import (
    DAY,
    codes,
    gone,
    invoice,
    note,
    opened,
    paid,
    take,
    waiting,
)
from tests.support.samples import eur

DOLLARS = Money(minor=100, currency="USD")
BTC = Money(minor=100, currency="BTC")
HEADER = INVOICES.splitlines()[0]


@pytest.fixture
def books(filled: Entity) -> Entity:
    """I-7 of 100.00 at revision 5, of C-1."""
    assert take(invoice("I-7", 10_000, revision="5")).new == 1
    return filled


def lines(*rows: LineRow) -> LineGroup:
    return LineGroup(0, "I-7", rows)


def line(price: str, tax: str = "0", quantity: str = "1") -> LineRow:
    return LineRow(0, "I-7", "Lamp", quantity, price, tax)


@pytest.mark.rule("R43")
def test_58_a_lower_revision_changes_nothing(books: Entity) -> None:
    with counted_writes() as written:
        assert take(invoice("I-7", 1, revision="4")).unchanged == 1
        assert take(invoice("I-7", 10_000, revision="6")).unchanged == 1
    assert (written, opened()["I-7"]) == ([], 10_000)


@pytest.mark.rule("R43")
def test_59_one_revision_with_two_contents_waits_for_a_person(books: Entity) -> None:
    assert codes(invoice("I-7", 9_999, revision="5")) == ["revision_conflict"]
    assert take(invoice("I-7", 9_999, revision="5")).refused == 1
    assert opened()["I-7"] == 10_000


@pytest.mark.rule("R14")
def test_60_an_invoice_with_payments_is_not_deleted(books: Entity) -> None:
    """A void needs the payment to go first, or a credit note."""
    take(paid(4_000, invoice="I-7"))
    row = gone(RecordKind.INVOICES, "I-7", Gone.DELETED)
    assert [p.code for p in take(row).problems] == ["gone_but_settled"]
    assert opened()["I-7"] == 6_000


@pytest.mark.rule("R14")
def test_61_a_total_below_what_was_paid_leaves_credit_and_a_note(books: Entity) -> None:
    take(paid(9_000, invoice="I-7"))
    assert take(invoice("I-7", 5_000, revision="6")).updated == 1
    assert ("I-7" in opened(), waiting()) == (False, 4_000)
    (parked,) = stored("PARKED")
    assert (parked["reason"], parked["facts"]["surplus_minor"]) == ("total_below_paid", 4_000)


@pytest.mark.rule("R42")
def test_62_an_invoice_never_changes_its_owner_by_itself(books: Entity) -> None:
    """customer move and merge do it, by name: test_moves."""
    assert codes(invoice("I-7", 10_000, "C-2", revision="6")) == ["owner_changed"]
    assert take(invoice("I-7", 10_000, "C-2", revision="6")).refused == 1
    assert opened()["I-7"] == 10_000
    assert codes(replace(note(100), uses=(("I-3", eur(1)),))) == ["use_of_another_customer"]


@pytest.mark.rule("R25")
@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (lines(line("100.00")), []),
        (lines(line("100.01")), ["lines_do_not_add_up"]),
        (lines(line("99.99")), ["lines_do_not_add_up"]),
        (lines(line("84.03", "19")), []),
        (lines(line("84.04", "19")), ["lines_do_not_add_up"]),
        (lines(line("99.995")), ["bad_amount"]),
    ],
)
def test_63_lines_add_up_to_the_cent(books: Entity, group: LineGroup, expected: list[str]) -> None:
    assert codes(group) == expected


@pytest.mark.rule("R24")
def test_64_currencies_are_known_and_do_not_mix(books: Entity) -> None:
    assert codes(invoice("I-8", 1, total=BTC)) == ["unknown_currency"]
    assert codes(invoice("I-7", 1, total=DOLLARS, revision="6")) == ["currency_changed"]
    mixed = ((DAY, eur(50)), (DAY, Money(minor=50, currency="USD")))
    assert codes(invoice("I-8", 100, parts=mixed)) == ["mixed_currencies"]
    assert codes(replace(note(100), uses=(("I-7", DOLLARS),))) == ["mixed_currencies"]
    assert codes(replace(note(1), total=BTC)) == ["unknown_currency"]
    assert codes(replace(paid(1, invoice="I-7"), amount=DOLLARS)) == ["currency_mismatch"]
    assert drop(INVOICES.replace("EUR", "BTC"), name="b.csv").state is ImportState.REFUSED


def test_65_an_invoice_of_more_lines_than_the_cap_is_refused_whole(books: Entity) -> None:
    """20,000 lines are refused, and nothing is cut off."""
    many = [replace(line("0.01"), description=f"Lamp {n}") for n in range(20_000)]
    (code,) = set(codes(lines(*many)))
    assert (code, SAID_LINES_MAX) == ("too_many_lines", 1_000)
    assert take(lines(*many)).refused == 1
    assert stored("LINES") == []


def test_66_a_file_in_a_bad_dress_is_told_by_row_and_taken_whole_or_not_at_all(
    demo: Entity,
) -> None:
    bad: dict[str, bytes] = {
        "control_character": CUSTOMERS.replace("Bar Ltd", '"Bar\r\nLtd"').encode(),
        "wrong_separator": CUSTOMERS.replace(",", ";").encode(),
        "not_utf8": CUSTOMERS.replace("Bar", "Bär").encode("latin-1"),
        "nul_byte": CUSTOMERS.replace("Bar", "B\0r").encode(),
        "missing_header": CUSTOMERS.split("\n", 1)[1].encode(),
        "duplicate_header": CUSTOMERS.replace("email\n", "email,name\n").encode(),
        "short_row": CUSTOMERS.replace("C-2,Bar Ltd,", "C-2,Bar Ltd").encode(),
    }
    for code, data in bad.items():
        run = drop(data)
        assert (run.state, run.problems[0].code) == (ImportState.REFUSED, code)
        assert run.problems[0].line > 0
    assert stored("CUSTOMER") == []
    good = (
        b"\xef\xbb\xbf" + CUSTOMERS.encode(),
        CUSTOMERS.replace("\n", "\r\n").encode(),
        CUSTOMERS.replace("\n", "\r").encode(),
    )
    runs = [drop(data) for data in good]
    assert [(run.state, run.new, run.unchanged) for run in runs] == [
        ("done", 2, 0),
        ("done", 0, 2),
        ("done", 0, 2),
    ]


def test_67_a_number_that_could_mean_two_things_is_none(books: Entity) -> None:
    """The one form of amounts is that of docs/files.md: digits, a point and decimals."""
    cells = ("1.234,56", "1,234.56", "(100)", "100-", "1E+2", "\uff11\uff10\uff10", "1_000", "+1")
    rows = [f'I-9{n},C-1,9,2026-01-05,2026-02-04,EUR,"{cell}"' for n, cell in enumerate(cells)]
    run = drop("\n".join([HEADER, *rows]) + "\n")
    assert run.state is ImportState.REFUSED
    assert [(p.line, p.column) for p in run.problems] == [
        (n + 2, "total") for n in range(len(cells))
    ]
    assert not [name for name in opened() if name.startswith("I-9")]


@pytest.mark.rule("R43", "i25")
def test_68_the_same_file_again_writes_nothing_and_one_row_changed_is_one_update(
    books: Entity,
) -> None:
    with counted_writes() as written:
        again = drop(INVOICES, name="again.csv")
    assert (again.unchanged, written) == (3, [])
    changed = drop(INVOICES.replace("59.50", "59.51"), name="changed.csv")
    assert (changed.unchanged, changed.updated, changed.new) == (2, 1, 0)


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+cmd", "-1+1", "@SUM", "\t=1", "\r=1", "\n=1", "\0=1"]
)
def test_69_no_spreadsheet_runs_what_a_customer_is_called(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    (record,) = csv_lines([[safe_cell(text), "-1.00"]])
    assert record.endswith(",-1.00") and f"'{text[:1]}" in record


def test_69_a_file_for_people_is_an_attachment_and_nothing_else() -> None:
    headers = dict(http.private_file("a,b", "text/csv", "a.csv")["headers"])
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"


def test_70_a_file_above_the_cap_is_not_read(demo: Entity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drop_bucket, "FILE_BYTES_MAX", 100)
    run = drop(CUSTOMERS + "C-3,x,\n" * 50)
    assert (run.state, run.problems[0].code) == (ImportState.REFUSED, "file_too_large")
    assert stored("CUSTOMER") == []


def test_70_what_is_compressed_is_no_file_of_ours(demo: Entity) -> None:
    """Nothing is ever unpacked: a bomb stays as small as it came."""
    bomb = zlib.compress(b"0" * 10_000_000, wbits=31)
    run = drop(bomb)
    assert (run.state, run.problems[0].code) == (ImportState.REFUSED, "not_utf8")


def test_70_the_cap_is_what_the_docs_say() -> None:
    from shared.adapters.csv_rows import ROWS_MAX

    assert (drop_bucket.FILE_BYTES_MAX, ROWS_MAX) == (50_000_000, 200_000)
