"""Credit notes of the ERP: its uses are followed, the hub's own stay, and no cent is lost."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.books import Books, changed
from shared.domain.document import DocumentKind
from shared.domain.erp_credit import (
    STEP_DOCUMENTS_MAX,
    CreditNoteFact,
    Followed,
    follow,
    held_of,
    judge_credit_note,
    note_of,
    withdrawn,
)
from shared.domain.import_verdicts import InvoiceFact, Verdict, document_of
from shared.domain.imports import CreditNoteRow, InvoiceRow, Problem
from shared.domain.money import Money
from shared.domain.movement import Posting, fold
from shared.domain.settle import allocated
from tests.support.samples import eur

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, tzinfo=UTC)
NAMES = "abc"
shares = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 400), max_size=3)
terms = st.sampled_from([None, "2 x 30 days", "2/10 net 30"])


class World:
    """One customer's books as postings make them."""

    def __init__(self, totals, agreed=None) -> None:
        rows = [
            InvoiceRow(0, n, "C-1", n, DAY, DAY, eur(total), terms=agreed)
            for n, total in zip(NAMES, totals, strict=False)
        ]
        documents = tuple(document_of(row, row.external_id) for row in rows)
        self.books = Books("c1", documents)
        self.postings: list[Posting] = []
        self.known: dict[str, int] = {}
        self.total = 0

    def book(self, movements) -> None:
        changes = changed(self.books, movements, DAY)
        documents = {d.document_id: d for d in self.books.documents}
        documents |= {after.document_id: after for _, after in changes.documents}
        credits = {c.source_id: c for c in self.books.credits}
        credits |= {after.source_id: after for _, after in changes.credits}
        kept = tuple(c for c in credits.values() if c.unapplied)
        self.books = replace(self.books, documents=tuple(documents.values()), credits=kept)
        self.postings.append(Posting(f"p{len(self.postings)}", DAY, AT, tuple(movements)))

    def tell(self, total: int, uses) -> Followed | Problem:
        told = {d: minor for d, minor in uses.items() if minor}
        while True:
            found = follow(
                self.note, eur(total - self.total), self.known, told, self.held, self.books, DAY
            )
            if isinstance(found, Problem):
                return found
            self.book(found.movements)
            self.total, self.known = total, dict(found.uses)
            if found.complete:
                assert self.known == told
                return found

    def use(self, name: str, minor: int) -> None:
        """Let a person of the hub put some of the note to use."""
        document = self.books.document(name)
        part = min(minor, self.waiting, document.open.minor if document else 0)
        if part > 0:
            self.book(allocated("n", document, eur(part)))

    @property
    def note(self):
        row = CreditNoteRow(0, "CN-1", "C-1", "CN", DAY, eur(max(self.total, 1)))
        return replace(note_of(row, "n", {}), total=eur(self.total))

    @property
    def held(self):
        return held_of("n", self.postings)

    @property
    def on(self):
        return {d: sum(parts.values()) for d, parts in self.held.items()}

    @property
    def waiting(self) -> int:
        credit = self.books.credit("n")
        return credit.unapplied.minor if credit else 0

    def check(self) -> None:
        sums = fold(self.postings)
        assert sum(self.on.values()) + self.waiting == self.total
        assert sums.unapplied.get(("n", "EUR"), 0) == self.waiting


totals = st.lists(st.integers(1, 500), min_size=3, max_size=3)


def fitting(total, uses):
    """Return uses cut so that they are no more than total."""
    found, left = {}, total
    for name, minor in sorted(uses.items()):
        found[name] = min(minor, left)
        left -= found[name]
    return found


@pytest.mark.law("1")
@pytest.mark.rule("R43")
@given(totals, terms, st.lists(st.tuples(st.integers(1, 900), shares), min_size=1, max_size=4))
def test_the_uses_of_the_erp_are_followed_and_a_repeat_does_nothing(opens, agreed, told) -> None:
    world = World(opens, agreed)
    for total, uses in told:
        uses = fitting(total, uses)
        assert isinstance(world.tell(total, uses), Followed)
        world.check()
        again = world.tell(total, uses)
        assert isinstance(again, Followed) and again.movements == ()
        for name, minor in uses.items():
            assert world.on.get(name, 0) <= minor


@pytest.mark.rule("R43")
@given(totals, st.lists(st.tuples(st.integers(1, 900), shares), min_size=1, max_size=4))
def test_where_there_is_room_the_note_is_where_the_erp_says(opens, told) -> None:
    world = World([minor + 400 for minor in opens])
    for total, uses in told:
        uses = fitting(total, uses)
        world.tell(total, uses)
        assert world.on == {name: minor for name, minor in uses.items() if minor}
        assert world.waiting == total - sum(uses.values())


@pytest.mark.law("1")
@pytest.mark.rule("i25")
@given(totals, st.integers(1, 900), shares, shares, st.data())
def test_what_the_hub_used_is_not_used_again_when_the_erp_tells_of_it(
    opens, total, first, own, data
) -> None:
    world = World(opens)
    first = fitting(total, first)
    world.tell(total, first)
    for name, minor in own.items():
        world.use(name, minor)
    stood = dict(world.on)
    # the ERP hears of it, and says so: all of it, or only what came through yet
    heard = {
        name: data.draw(st.integers(min(first.get(name, 0), minor), minor))
        for name, minor in stood.items()
    }
    echo = first | {n: max(minor, first.get(n, 0)) for n, minor in heard.items()}
    echo = {n: m if m <= stood.get(n, 0) else first.get(n, 0) for n, m in echo.items()}
    assert isinstance(world.tell(total, echo), Followed)
    assert world.on == stood
    world.check()


@given(totals, st.integers(1, 900), shares, st.integers(1, 900))
def test_a_note_that_shrinks_below_what_is_used_waits_for_a_person(opens, total, uses, less):
    world = World(opens)
    world.tell(total, {})
    for name, minor in uses.items():
        world.use(name, minor)
    found = world.tell(less, {})
    if sum(world.on.values()) > less:
        assert isinstance(found, Problem) and found.code == "credit_below_used"
    else:
        assert isinstance(found, Followed)
    world.check()


def test_what_is_used_for_something_else_here_waits_for_a_person() -> None:
    world = World([100, 100, 100])
    world.tell(100, {})
    world.use("a", 70)
    found = world.tell(100, {"b": 50})
    assert isinstance(found, Problem) and found.code == "credit_used_elsewhere"
    assert world.on == {"a": 70}


@pytest.mark.law("1", "3")
@given(totals, terms, st.integers(1, 900), shares, shares)
def test_a_note_that_the_erp_gives_up_leaves_nothing_behind(opens, agreed, total, uses, own):
    world = World(opens, agreed)
    before = {d.document_id: (d.open, d.instalments) for d in world.books.documents}
    world.tell(total, fitting(total, uses))
    for name, minor in own.items():
        world.use(name, minor)
    found = withdrawn(world.note, "voided", world.held, world.books, DAY)
    assert isinstance(found, Followed) and found.complete
    world.book(found.movements)
    assert (world.on, world.waiting) == ({}, 0)
    assert {d.document_id: (d.open, d.instalments) for d in world.books.documents} == before


def test_credit_that_was_paid_out_is_not_given_up_by_itself() -> None:
    world = World([100, 100, 100])
    world.tell(100, {})
    world.books = replace(world.books, credits=())
    found = withdrawn(world.note, "deleted", {}, world.books, DAY)
    assert isinstance(found, Problem) and found.code == "credit_spent"


def test_a_note_on_many_documents_goes_by_steps() -> None:
    names = [f"d{n:03d}" for n in range(2 * STEP_DOCUMENTS_MAX + 5)]
    rows = [InvoiceRow(0, n, "C-1", n, DAY, DAY, eur(10)) for n in names]
    world = World([])
    world.books = Books("c1", tuple(document_of(r, r.external_id) for r in rows))
    world.tell(1_000, dict.fromkeys(names, 10))
    steps = [len({m.document_id for m in p.movements if m.document_id}) for p in world.postings]
    assert steps == [STEP_DOCUMENTS_MAX, STEP_DOCUMENTS_MAX, 5]
    assert world.waiting == 1_000 - 10 * len(names)


USED = (("I-1", eur(40)),)


def row(**changes: object) -> CreditNoteRow:
    return replace(CreditNoteRow(0, "CN-1", "C-1", "CN-1", DAY, eur(100), USED), **changes)


INVOICE = InvoiceFact("c1", "d1", "h", "", eur(500))
FACT = CreditNoteFact("c1", "n", row().content_hash, "", eur(100))
AT_7 = replace(FACT, revision="7", uses={"d1": 40})
DOLLARS = Money(minor=40, currency="USD")


@pytest.mark.parametrize(
    ("given_row", "fact", "whose", "expected"),
    [
        (row(), None, "c1", Verdict.NEW),
        (row(), FACT, "c1", Verdict.SAME),
        (row(revision="7"), FACT, "c1", Verdict.SAME),
        (row(uses=()), FACT, "c1", Verdict.CHANGED),
        (row(uses=(("I-1", eur(7)),), revision="7"), AT_7, "c1", Verdict.CHANGED),
        (row(uses=(), revision="7"), AT_7, "c1", Verdict.CHANGED),
        (row(uses=(("I-1", eur(7)),), revision="6"), AT_7, "c1", Verdict.SAME),
        (row(number="other", revision="7"), AT_7, "c1", "revision_conflict"),
        (row(total=eur(70), uses=(), revision="7"), AT_7, "c1", "revision_conflict"),
        (row(), None, None, "unknown_customer"),
        (row(uses=(("I-9", eur(1)),)), None, "c1", "unknown_invoice"),
        (row(total=eur(0), uses=()), None, "c1", "not_positive"),
        (row(uses=(("I-1", eur(-1)),)), None, "c1", "not_positive"),
        (row(uses=(("I-1", eur(101)),)), None, "c1", "uses_above_total"),
        (row(uses=(("I-1", DOLLARS),)), None, "c1", "mixed_currencies"),
        (row(total=DOLLARS, uses=(("I-1", DOLLARS),)), None, "c1", "currency_mismatch"),
        (row(), None, "c2", "use_of_another_customer"),
        (row(uses=()), FACT, "c2", "owner_changed"),
        (row(total=DOLLARS, uses=()), FACT, "c1", "currency_changed"),
        (row(), replace(FACT, gone="voided"), "c1", "came_back"),
    ],
)
def test_verdicts(given_row, fact, whose, expected) -> None:
    verdict = judge_credit_note(given_row, fact, whose, {"I-1": INVOICE})
    assert (verdict.code if isinstance(verdict, Problem) else verdict) == expected


def test_a_note_of_one_invoice_belongs_to_it() -> None:
    note = note_of(row(), "n", {"I-1": INVOICE})
    assert (note.kind, note.invoice_id, note.open) == (DocumentKind.CREDIT_NOTE, "d1", eur(0))
