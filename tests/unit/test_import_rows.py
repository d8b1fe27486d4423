"""What the reader of dropped files takes, and where it says that a bad file is bad."""

import pytest

from shared.adapters import csv_rows
from shared.adapters.csv_rows import read_csv
from shared.domain.import_sheet import BadFile, Sheet, read_rows
from shared.domain.imports import Problem

CUSTOMERS = "external_id,name,email"
INVOICES = "external_id,customer_external_id,number,issue_date,due_date,currency,total"
LINES = "invoice_external_id,description,quantity,unit_price,tax_rate"
PAYMENTS = "external_id,invoice_external_id,paid_on,currency,amount,method"
GOOD = "I-1,C-1,2026-001,2026-01-05,2026-02-04,EUR,119.00"


def read(data: bytes | str) -> Sheet:
    header, records = read_csv(data.encode() if isinstance(data, str) else data)
    return read_rows(header, records, {"en", "de"})


def problems(data: bytes | str) -> list[Problem]:
    try:
        return read(data).problems
    except BadFile as exc:
        return [exc.problem]


def places(data: bytes | str) -> list[str]:
    return [f"{p.line} {p.column} {p.code}" for p in problems(data)]


@pytest.mark.parametrize(
    ("case", "data"),
    [
        ("byte order mark", b"\xef\xbb\xbf" + f"{CUSTOMERS}\nC-1,A,\n".encode()),
        ("CRLF", f"{CUSTOMERS}\r\nC-1,A,\r\n"),
        ("CR", f"{CUSTOMERS}\rC-1,A,\r"),
        ("no last line end", f"{CUSTOMERS}\nC-1,A,"),
        ("blank lines", f"\n{CUSTOMERS}\n\nC-1,A,\n\n"),
        ("spaces around", "external_id , name, email\n C-1 , A , \n"),
        ("quotes and other scripts", f'{CUSTOMERS}\nC-1,"Ünal, ""Ö"" 株式会社",\n'),
        ("other order of columns", "email,name,external_id\n,A,C-1\n"),
    ],
)
def test_good_files_in_every_dress(case: str, data: bytes | str) -> None:
    sheet = read(data)
    assert sheet.problems == []
    assert [row.external_id for row in sheet.rows] == ["C-1"]


def test_a_quoted_line_break_is_part_of_the_value_and_counts_as_a_line() -> None:
    data = f'{CUSTOMERS},address\r\nC-1,A,,"Road 1\r\nTown"\r\nC-2,,,x\r\n'
    sheet = read(data)
    assert sheet.rows[0].address == "Road 1\nTown"
    assert [(p.line, p.column) for p in sheet.problems] == [(4, "name")]


@pytest.mark.parametrize(
    ("case", "data", "place"),
    [
        ("nothing", "", "1  empty_file"),
        ("semicolons", "external_id;name;email\nC-1;A;\n", "1  wrong_separator"),
        ("tabs", "external_id\tname\temail\nC-1\tA\t\n", "1  wrong_separator"),
        ("latin-1", f"{CUSTOMERS}\nC-1,Müller,\n".encode("latin-1"), "2 name not_utf8"),
        ("UTF-16", f"{CUSTOMERS}\nC-1,A,\n".encode("utf-16"), "1  not_utf8"),
        ("a zip", b"PK\x03\x04\x14\x00\x08\xff\xfe", "1  not_utf8"),
        ("NUL", f"{CUSTOMERS}\nC-1,A,\nC-2,B\0,\n", "3 name nul_byte"),
        ("no header", "C-1,A,a@b.example\n", "1 external_id missing_header"),
        ("missing column", "external_id,name\nC-1,A\n", "1 email missing_header"),
        ("latin-1 without a header", "Müller,Müller\nC-2,Maß".encode("latin-1"), "1  not_utf8"),
        ("late latin-1, no header", "Anna,Bo\nC-2,Maß".encode("latin-1"), "2  not_utf8"),
        ("double column", f"{CUSTOMERS},name\nC-1,A,,B\n", "1 name duplicate_header"),
        ("misspelt column", f"{CUSTOMERS},langauge\nC-1,A,,de\n", "1 langauge unknown_header"),
        ("short row", f"{CUSTOMERS}\nC-1,A,\nC-2,B\n", "3 email short_row"),
        ("long row", f"{CUSTOMERS}\nC-1,A,,x\n", "2  long_row"),
        ("open quote", f'{CUSTOMERS}\nC-1,"A,\nC-2,B,\n', "2  bad_quotes"),
        ("text after quote", f'{CUSTOMERS}\nC-1,A,\nC-2,"A"x,\n', "3  bad_quotes"),
        ("same id twice", f"{CUSTOMERS}\nC-1,A,\nC-1,A,\n", "3 external_id duplicate_row"),
    ],
)
def test_broken_files_say_where(case: str, data: bytes | str, place: str) -> None:
    assert places(data) == [place]


@pytest.mark.parametrize(
    "cell",
    ["1.234,56", "1,234.56", "(100)", "100-", "1E+2", "\uff11\uff10\uff10", "1_000", "+5",
     " ", "", "NaN",
     "0x10", "1.", ".5", "1.005", "-1", "0", "0.00", "--1", "1 000", "\u0661\u0662", "Infinity",
     "9" * 16, "=1+1"],
)  # fmt: skip
def test_amounts_that_mean_nothing_or_two_things_are_refused(cell: str) -> None:
    row = GOOD.replace("119.00", f'"{cell}"')
    assert [p.split()[:2] for p in places(f"{INVOICES}\n{row}\n")] == [["2", "total"]]


@pytest.mark.parametrize(("currency", "cell", "minor"), [
    ("EUR", "119.00", 11900), ("EUR", "119", 11900), ("EUR", "0.01", 1), ("EUR", "5.100", 510),
    ("JPY", "7000", 7000), ("JPY", "7000.0", 7000), ("KWD", "1.234", 1234),
])  # fmt: skip
def test_amounts_are_exact(currency: str, cell: str, minor: int) -> None:
    row = GOOD.replace("EUR,119.00", f"{currency},{cell}")
    (invoice,) = read(f"{INVOICES}\n{row}\n").rows
    assert (invoice.total.minor, invoice.total.currency) == (minor, currency)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("EUR", "BTC", "2 currency unknown_currency"),
        ("EUR", "eur", "2 currency unknown_currency"),
        ("EUR,119.00", "JPY,119.50", "2 total bad_amount"),
        ("2026-02-04", "2026-01-04", "2 due_date date_order"),
        ("2026-02-04", "2026-02-30", "2 due_date bad_date"),
        ("2026-02-04", "04.02.2026", "2 due_date bad_date"),
        ("2026-02-04", "2026-02-04T00:00:00Z", "2 due_date bad_date"),
        ("2026-02-04", "20260204", "2 due_date bad_date"),
        ("2026-02-04", "9999-01-01", "2 due_date bad_date"),
        ("2026-01-05", "0000-00-00", "2 issue_date bad_date"),
        ("2026-02-04", "\uff12026-02-04", "2 due_date bad_date"),
        ("C-1", "", "2 customer_external_id missing_value"),
        ("2026-001", '"a\nb"', "2 number control_character"),
        ("I-1", "x" * 101, "2 external_id too_long"),
    ],
)
def test_bad_cells_of_an_invoice(old: str, new: str, place: str) -> None:
    assert places(f"{INVOICES}\n{GOOD.replace(old, new)}\n") == [place]


@pytest.mark.parametrize(
    "cell",
    ["plain", "a@b", "a@@b.example", "a b@c.example", "a@b..example", ".a@b.example",
     "a@b.example\x07", "a@bücher.example", "Å@b.example", "a@b.example, c@d.example",
     "<a@b.example>", "a\nBcc: x@y.example@b.example", "a@-b.example", "@b.example", "a@"],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_never_repeated(cell: str) -> None:
    found = problems(f'{CUSTOMERS}\nC-1,A,"{cell}"\n')
    assert [(p.line, p.column, p.code) for p in found] == [(2, "email", "bad_email")]
    assert cell not in found[0].message


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("language", "fr", "unknown_language"),
        ("time_zone", "Europe/Atlantis", "unknown_time_zone"),
        ("time_zone", "../../etc/passwd", "unknown_time_zone"),
        ("time_zone", "CET+1", "unknown_time_zone"),
        ("currency", "XXX", "unknown_currency"),
        ("policy", "Gold!", "bad_name"),
        ("cc", "a@b.example;nobody", "bad_email"),
        ("phone", "1\t2", "control_character"),
    ],
)
def test_bad_cells_of_a_customer(column: str, cell: str, code: str) -> None:
    data = f"{CUSTOMERS},{column}\nC-1,A,,{cell}\n"
    assert places(data) == [f"2 {column} {code}"]


def test_good_cells_of_a_customer() -> None:
    header = f"{CUSTOMERS},cc,language,time_zone,currency,address"
    row = 'C-1,A,a+b@c.example,x@y.example; z@y.example ,de,Asia/Tokyo,JPY,"1\n2"'
    (customer,) = read(f"{header}\n{row}\n").rows
    assert customer.cc == ("x@y.example", "z@y.example")
    assert (customer.language, customer.time_zone) == ("de", "Asia/Tokyo")
    assert (customer.terms, customer.policy) == (None, None)


def test_lines_are_grouped_and_a_broken_one_takes_its_invoice_out() -> None:
    sheet = read(f"{LINES}\nI-1,a,1,1.00,0\nI-2,b,x,1.00,0\nI-1,c,1,2.00,19\nI-2,d,1,1.00,0\n")
    assert [(group.external_id, len(group.rows)) for group in sheet.rows] == [("I-1", 2)]
    assert [(p.line, p.column) for p in sheet.problems] == [(3, "quantity")]


def test_the_same_content_in_another_order_has_the_same_hash() -> None:
    one = read(f"{LINES}\nI-1,a,1,1.00,0\nI-1,b,1,2.00,0\n").rows
    other = read(f"{LINES}\nI-1,b,1,2.00,0\nI-1,a,1,1.00,0\n").rows
    assert one[0].content_hash == other[0].content_hash
    text = f"{INVOICES}\n{GOOD}\n"
    hashes = [
        read(text.replace("119.00", t)).rows[0].content_hash for t in ("119.00", "119", "118")
    ]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize("rate", ["100.01", "101", "-1", "19%", "1e1", ""])
def test_tax_rates_are_percentages(rate: str) -> None:
    assert [p.split()[1] for p in places(f"{LINES}\nI-1,a,1,1.00,{rate}\n")] == ["tax_rate"]


def test_too_many_rows_and_too_long_cells_stop_the_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(csv_rows, "ROWS_MAX", 3)
    rows = "\n".join(f"C-{i},A," for i in range(4))
    assert places(f"{CUSTOMERS}\n{rows}\n") == ["5  too_many_rows"]
    assert places(f"{CUSTOMERS}\nC-1,{'x' * 20_001},\n") == ["2  too_long"]
    assert places(f"{CUSTOMERS}\nC-1,{'x' * 200_000},\n") == ["2  bad_quotes"]


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        ("", []),
        ("net 30", []),
        ("2/10 net 30", []),
        ("50 % now, 50 % in 30 days", []),
        ("net 14", ["2 terms terms_do_not_fit"]),
        ("500.00 now, rest in 30 days", ["2 terms terms_do_not_fit"]),
        ("as agreed", ["2 terms unknown_terms"]),
    ],
)
def test_the_terms_of_an_invoice_are_known_and_fit_its_due_date_and_total(terms, found):
    assert places(f'{INVOICES},terms\n{GOOD},"{terms}"\n') == found


def test_terms_beside_a_bad_total_or_date_make_no_second_problem():
    bad_total = GOOD.replace("119.00", "0")
    assert places(f"{INVOICES},terms\n{bad_total},3 x 30 days\n") == ["2 total not_positive"]
    bad_date = GOOD.replace("2026-01-05", "soon")
    assert places(f"{INVOICES},terms\n{bad_date},3 x 30 days\n") == ["2 issue_date bad_date"]


def test_the_terms_of_a_customer_may_be_words_for_people():
    assert read(f"{CUSTOMERS},terms\nC-1,A,,as agreed\n").rows[0].terms == "as agreed"


def test_a_customer_comes_with_its_place_its_segment_and_its_people() -> None:
    head = f"{CUSTOMERS},country,subdivision,segment,risk,contacts"
    people = "payables: Ann Lee <ann@a.example>; approver: <bob@a.example>"
    (row,) = read(f"{head}\nC-1,A,,DE,BY,retail,high,{people}\n").rows
    assert (row.country, row.subdivision, row.segment, row.risk) == ("DE", "BY", "retail", "high")
    assert [(c.role, c.name, c.email) for c in row.contacts] == [
        ("payables", "Ann Lee", "ann@a.example"),
        ("approver", "", "bob@a.example"),
    ]
    bad = "C-1,A,,Germany,BAVARIA,Retail,HIGH,ann@a.example"
    assert places(f"{head}\n{bad}\n") == [
        "2 country bad_country",
        "2 subdivision bad_subdivision",
        "2 segment bad_name",
        "2 risk bad_name",
        "2 contacts bad_contact",
    ]


def test_a_row_without_the_later_columns_hashes_as_it_always_did() -> None:
    (old,) = read(f"{CUSTOMERS}\nC-1,A,\n").rows
    (new,) = read(f"{CUSTOMERS},country\nC-1,A,,DE\n").rows
    (empty,) = read(f"{CUSTOMERS},country,contacts\nC-1,A,,,\n").rows
    assert old.content_hash == empty.content_hash != new.content_hash
