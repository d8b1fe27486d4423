"""The checker of the month with an ERP: it names whatever is not the same, and nothing else."""

from typing import Any

import pytest

from tests.erp.checker import compare
from tests.erp.meeting import reads_a_page


def _money(cents: int) -> dict[str, str]:
    return {"amount": f"{cents // 100}.{cents % 100:02d}", "currency": "EUR"}


def _book(**more: Any) -> dict[str, Any]:
    return {"id": 7, "number": "R7", "customer": 1, "total": 100_00, "open": 25_00,
            "state": "posted", **more}  # fmt: skip


def _document(**more: Any) -> dict[str, Any]:
    return {"kind": "invoice", "external_id": "7", "number": "R7", "total": _money(100_00),
            "open": _money(25_00), **more}  # fmt: skip


def _payment(reference: str, cents: int) -> dict[str, Any]:
    return {"reference": reference, "gateway_reference": "", "amount": _money(cents)}


def _line(line: int, text: str, cents: int) -> dict[str, Any]:
    return {"id": line, "text": text, "minor": cents}


_LINES = [_line(40, "duecourse:key.of.0", 50_00), _line(41, "", 25_00)]
_PAYMENTS = [_payment("BANK-1", 50_00), _payment("41-7", 20_00), _payment("41-8", 5_00)]


def _found(books=(), lines=_LINES, hub=(), payments=_PAYMENTS, noted=("BANK-1",)):  # fmt: skip
    seen = compare(books or [_book()], lines, hub or [_document()], payments, noted)
    return seen.differences


def test_books_that_are_the_same_differ_in_nothing() -> None:
    seen = compare([_book()], _LINES, [_document()], _PAYMENTS, ["BANK-1"])
    assert not seen.differences
    assert (seen.documents, seen.customers, seen.taken, seen.money) == (1, 1, 1, 3)
    assert seen.told == {"key.of.0"}


@pytest.mark.parametrize(
    ("sides", "named"),
    [
        ({"books": [_book(open=24_99)]}, "invoice R7 (7): open 2499 there, 2500 here"),
        ({"hub": [_document(total=_money(100_01))]}, "invoice R7 (7): total 10000 there"),
        ({"hub": [_document(kind="charge")]}, "invoice R7 (7): the hub has none"),
        ({"hub": [_document(), _document(external_id="8", number="R8")]}, "R8: the ERP has none"),
        ({"lines": [*_LINES, _LINES[0]]}, "entry key.of.0: 2 times there"),
        ({"payments": [*_PAYMENTS, _PAYMENTS[0]]}, "payment BANK-1: not once here"),
        ({"payments": _PAYMENTS[1:]}, "payment BANK-1: not once here"),
        ({"payments": [*_PAYMENTS, _PAYMENTS[1]]}, "payment 41-7: 2 times here"),
        ({"payments": _PAYMENTS[:2]}, "line 41 of 2500: another sum here"),
        ({"payments": [*_PAYMENTS, _payment("40-7", 50_00)]}, "payment on line 40: no money"),
    ],
)
def test_whatever_differs_is_named(sides: dict[str, Any], named: str) -> None:
    assert any(named in one for one in _found(**sides))


def test_only_what_a_pull_asks_for_is_a_page() -> None:
    place = "/erp/rest/model/account.invoice?d=W10&f=number&f="
    assert reads_a_page("GET", place + "write_date")
    assert not reads_a_page("GET", place + "total_amount")
    assert not reads_a_page("PUT", place + "write_date")
    assert not reads_a_page("GET", "/erp/rest/model/account.move?f=state")
