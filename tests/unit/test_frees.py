"""Whoever may have more to ask for after a posting than before it is looked at by the sweep."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Account, Credit
from shared.domain.books import Books, changed
from shared.domain.coverage import coverage
from shared.domain.movement import Movement, MovementKind, frees
from tests.support.samples import customer, eur
from tests.unit.test_cash_laws import DAY, documents

TODAY = DAY + timedelta(days=40)
_POSTING = {"posting_writes", "post", "lower_charges"}
BY_ITSELF = {
    "ledger.py:post": "its callers are below",
    "ledger.py:lower_charges": "a charge is given up: less is asked for",
    "corrections.py:void": "an invoice on which nothing is applied is open for nothing",
    "imported_gone.py:void": "as above, by the word of the ERP",
}
"""Who writes a posting without a ticket, and why nobody has more to ask for by it."""


@st.composite
def postings(draw):
    """Return books, and movements that they have room for."""
    known = [d for d in draw(documents) if not d.instalments]
    waits = draw(st.lists(st.integers(1, 900), max_size=3))
    credits = tuple(Credit(f"p{n}", eur(minor), DAY, 1) for n, minor in enumerate(waits))
    movements = [
        Movement(MovementKind.ALLOCATION, eur(moved), document.document_id)
        for document in known
        if (
            moved := draw(st.integers(-document.open.minor, (document.total - document.open).minor))
        )
        and draw(st.booleans())
    ]
    movements += [
        Movement(MovementKind.ALLOCATION, eur(moved), source_id=credit.source_id)
        for credit in credits
        if (moved := draw(st.integers(-credit.unapplied.minor, 300))) and draw(st.booleans())
    ]
    return Books("c", tuple(known), credits), tuple(movements)


def free(books: Books) -> dict[str, int]:
    account = Account(customer(), tuple(d for d in books.documents if d.open), books.credits)
    return {name: cover.free.minor for name, cover in coverage(account, TODAY).items()}


def moved(books: Books, movements: tuple[Movement, ...]) -> Books:
    changes = changed(books, movements, DAY)
    now = {d.document_id: d for d in books.documents}
    now |= {after.document_id: after for _, after in changes.documents}
    waits = {c.source_id: c for c in books.credits}
    waits |= {after.source_id: after for _, after in changes.credits}
    return Books("c", tuple(now.values()), tuple(c for c in waits.values() if c.unapplied))


@pytest.mark.rule("R33")
@given(postings())
def test_a_posting_that_leaves_more_to_ask_for_of_any_document_says_so(drawn):
    books, movements = drawn
    before, after = free(books), free(moved(books, movements))
    if any(minor > before.get(name, 0) for name, minor in after.items()):
        assert frees(movements)


@pytest.mark.rule("R33")
def test_who_writes_a_posting_writes_a_ticket_or_says_why_there_is_no_need():
    silent = {where for where, calls in _writers() if not calls & {"ticket_put"}}
    assert silent == BY_ITSELF.keys()


def _writers() -> Iterator[tuple[str, set[str]]]:
    """Yield each function of the adapters that writes a posting, with all that it calls."""
    for path in sorted(Path("shared/adapters").glob("*.py")):
        functions = [n for n in ast.walk(ast.parse(path.read_text())) if _is_function(n)]
        calls = {f.name: {_name(n.func) for n in ast.walk(f) if isinstance(n, ast.Call)}
                 for f in functions}  # fmt: skip
        for name, called in calls.items():
            if called & _POSTING and "ledger" in path.read_text():
                yield f"{path.name}:{name}", called.union(*(calls.get(c, ()) for c in called))


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef)


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
