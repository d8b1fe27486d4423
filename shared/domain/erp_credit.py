"""Credit notes of the ERP: what of them it has put to use, and what that does to the books. Pure.

The ERP owns a note's total and the uses that it names. They are followed as a state: what is on a
document already, whoever put it there, is not put there again, and what another operation took from
it comes back as far as there is room.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from shared.domain.apply_cash import after
from shared.domain.books import Books
from shared.domain.counter_entries import taken_back
from shared.domain.currencies import EXPONENTS
from shared.domain.discount import given_way, with_discounts
from shared.domain.document import Document, DocumentKind
from shared.domain.import_verdicts import InvoiceFact, Verdict, by_revision, came_back
from shared.domain.imports import CreditNoteRow, Problem
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.payment import Allocation
from shared.domain.settle import allocated

STEP_DOCUMENTS_MAX = 30
"""A document takes two writes where it opens or closes, and a transaction a hundred of them."""
USES_MAX = 200

_ALLOCATES = (MovementKind.ALLOCATION, MovementKind.DEALLOCATION)
Held = Mapping[str, Mapping[int, int]]
"""Minor units by instalment, by document."""


@dataclass(frozen=True, slots=True)
class CreditNoteFact:
    """What is remembered of an imported credit note.

    uses are the minor units that the ERP had put to use and the books followed, by document id.
    gone says why the ERP has it no more, "" while it does.
    """

    customer_id: str
    document_id: str
    content_hash: str
    revision: str
    total: Money
    uses: Mapping[str, int] = field(default_factory=dict)
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """What makes the books follow a note: movements, the uses then, and whether that is all."""

    movements: tuple[Movement, ...]
    uses: Mapping[str, int]
    complete: bool


def judge_credit_note(
    row: CreditNoteRow,
    fact: CreditNoteFact | None,
    customer_id: str | None,
    invoices: Mapping[str, InvoiceFact],
) -> Verdict | Problem:
    """Return what row means. customer_id is whom it names; invoices are facts by the ERP's ids."""
    if customer_id is None:
        message = "No such customer. Import the customers first."
        return Problem(row.line, "customer_external_id", "unknown_customer", message)
    wrong = _wrong(row) or _wrong_use(row, customer_id, invoices)
    if wrong is not None:
        return wrong
    if fact is None:
        return Verdict.NEW
    if fact.gone:
        return came_back(row.line)
    if fact.customer_id != customer_id:
        message = "This credit note belongs to another customer here. Ask a person to look."
        return Problem(row.line, "customer_external_id", "owner_changed", message)
    if fact.total.currency != row.total.currency:
        message = "This credit note has another currency here. Its currency cannot change."
        return Problem(row.line, "currency", "currency_changed", message)
    same = fact.content_hash == row.content_hash
    if not same and _used_otherwise(row, fact, invoices):
        return Verdict.CHANGED
    return by_revision(row.line, row.revision, fact.revision, same)


def _used_otherwise(
    row: CreditNoteRow, fact: CreditNoteFact, invoices: Mapping[str, InvoiceFact]
) -> bool:
    """Return whether a note of unchanged revision has other uses: to some ERPs that is no change.

    Its total is no use, and never changes under one revision.
    """
    unchanged = (row.revision, row.total) == (fact.revision, fact.total)
    return unchanged and uses_of(row, invoices) != fact.uses


def note_of(row: CreditNoteRow, document_id: str, invoices: Mapping[str, InvoiceFact]) -> Document:
    """Return the credit note that row says. It belongs to an invoice where it has one only."""
    of = {invoices[name].document_id for name, part in row.uses if part}
    return Document(
        document_id=document_id,
        kind=DocumentKind.CREDIT_NOTE,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.issued_on,
        total=row.total,
        open=Money.zero(row.total.currency),
        external_id=row.external_id,
        revision=row.revision,
        description=row.reason,
        invoice_id=of.pop() if len(of) == 1 else "",
    )


def uses_of(row: CreditNoteRow, invoices: Mapping[str, InvoiceFact]) -> dict[str, int]:
    """Return the minor units that the ERP has put to use, by document id."""
    found: dict[str, int] = {}
    for name, amount in row.uses:
        if not amount:
            continue
        document_id = invoices[name].document_id
        found[document_id] = found.get(document_id, 0) + amount.minor
    return found


def held_of(source_id: str, postings: Iterable[Posting]) -> dict[str, dict[int, int]]:
    """Return what of a source is on documents."""
    held: dict[str, dict[int, int]] = {}
    for movement in (m for posting in postings for m in posting.movements):
        if movement.source_id == source_id and movement.kind in _ALLOCATES:
            parts = held.setdefault(movement.document_id, {})
            parts[movement.instalment] = parts.get(movement.instalment, 0) - movement.amount.minor
    kept = {d: {n: m for n, m in parts.items() if m} for d, parts in held.items()}
    return {document_id: parts for document_id, parts in kept.items() if parts}


def follow(
    note: Document,
    grown: Money,
    known: Mapping[str, int],
    told: Mapping[str, int],
    held: Held,
    books: Books,
    day: date,
    gives_way: Collection[str] = (),
) -> Followed | Problem:
    """Return what makes the books follow the uses that the ERP tells of note.

    grown is by how much the note's total changes (all of it, where the note is new). known are the
    uses that were followed before, held is what of the note is on documents now, whoever put it
    there. books hold every document named. What a document has no room for stays the customer's
    credit. gives_way are documents whose discount the ERP was told of by itself: it goes back where
    the note takes its room. At most STEP_DOCUMENTS_MAX documents are touched: the rest is for
    another step.

    A Problem says that the note is used for something else here: nothing is to be written.
    """
    differ = _differ(known, told, held)
    chosen, later = differ[:STEP_DOCUMENTS_MAX], differ[STEP_DOCUMENTS_MAX:]
    here = _Working(note.document_id, books, day, gives_way)
    if grown:
        kind, reason = MovementKind.CREDIT_NOTE, "erp"
        here.add((Movement(kind, grown, source_id=note.document_id, reason=reason),))
    wanted: dict[str, int] = {}
    for document_id in chosen:
        parts = held.get(document_id, {})
        there, meant = sum(parts.values()), told.get(document_id, 0)
        less = min(there, known.get(document_id, 0)) - meant
        if less > 0:
            here.free(document_id, parts, less)
        else:
            wanted[document_id] = max(meant - there, 0)
    if here.unapplied < 0:
        message = "The credit note is less than what it is used for here."
        return Problem(0, "total", "credit_below_used", message)
    for document_id, minor in wanted.items():
        if not here.use(document_id, minor):
            message = "What the ERP used of this credit note is used for something else here."
            return Problem(0, "uses", "credit_used_elsewhere", message)
    left = set(later)
    done = {d: known.get(d, 0) if d in left else told.get(d, 0) for d in (*known, *told)}
    uses = {document_id: minor for document_id, minor in done.items() if minor}
    complete = all(known.get(d, 0) == told.get(d, 0) for d in later)
    return Followed(tuple(here.movements), uses, complete)


def _differ(known: Mapping[str, int], told: Mapping[str, int], held: Held) -> list[str]:
    """Return the documents on which there is more or less than told.

    What falls comes first, what is only filled up last.
    """
    found: list[tuple[int, str]] = []
    for document_id in dict.fromkeys((*known, *told)):
        there = sum(held.get(document_id, {}).values())
        meant, before = told.get(document_id, 0), known.get(document_id, 0)
        if meant != before or there < meant:
            rank = 0 if meant < min(there, before) else 1 if meant != before else 2
            found.append((rank, document_id))
    return [document_id for _, document_id in sorted(found)]


def withdrawn(note: Document, why: str, held: Held, books: Books, day: date) -> Followed | Problem:
    """Return what takes a note back that the ERP has no more: its uses, and then all of it.

    What was made of it meanwhile, such as a refund, is a Problem.
    """
    chosen = sorted(held)[:STEP_DOCUMENTS_MAX]
    here = _Working(note.document_id, books, day)
    for document_id in chosen:
        here.free(document_id, held[document_id], sum(held[document_id].values()))
    if len(chosen) < len(held):
        return Followed(tuple(here.movements), {}, complete=False)
    if here.unapplied != note.total.minor:
        message = "The credit of this note is not here any more: it was paid out or moved."
        return Problem(0, "external_id", "credit_spent", message)
    here.add((Movement(MovementKind.VOID, -note.total, source_id=note.document_id, reason=why),))
    return Followed(tuple(here.movements), {}, complete=True)


class _Working:
    """Books while movements of one note are added."""

    def __init__(
        self, note_id: str, books: Books, day: date, gives_way: Collection[str] = ()
    ) -> None:
        self.movements: list[Movement] = []
        self._note_id = note_id
        self._books = books
        self._day = day
        self._gives_way = gives_way
        credit = books.credit(note_id)
        self.unapplied = credit.unapplied.minor if credit else 0

    def add(self, movements: Sequence[Movement]) -> None:
        self.movements += movements
        self.unapplied += sum(m.amount.minor for m in movements if m.source_id == self._note_id)
        self._books = after(self._books, movements, self._day)

    def free(self, document_id: str, parts: Mapping[int, int], minor: int) -> None:
        """Take minor units of the note back from a document, as far as there is room for them."""
        document = self._books.document(document_id)
        if document is None or not minor:
            return
        currency = document.total.currency
        amount = Money(minor=sum(parts.values()), currency=currency)
        numbered = tuple((n, m) for n, m in parts.items() if n)
        held = Allocation(document_id, document.number, document.external_id, amount, numbered)
        wanted = Money(minor=minor, currency=currency)
        one = replace(self._books, documents=(document,))
        self.add(taken_back(self._note_id, [held], wanted, one, self._day, "unused_in_erp"))

    def use(self, document_id: str, minor: int) -> bool:
        """Put minor units to use, as far as the document is open; return whether they were here."""
        document = self._books.document(document_id)
        if document is None:
            return True
        way = given_way(document) if document_id in self._gives_way else ()
        if way and document.open.minor < minor:
            self.add(way)
            document = self._books.document(document_id) or document
        else:
            way = ()
        part = Money(minor=min(minor, document.open.minor), currency=document.open.currency)
        if part.minor > self.unapplied:
            return False
        if part:
            fresh = [m for m in self.movements if m.kind is MovementKind.CREDIT_NOTE]
            moves = allocated(self._note_id, document, part)
            both = (*fresh, *moves)
            found = both if way else with_discounts([document], both, self._day)
            self.add(found[len(fresh) :])
        return True


def _wrong(row: CreditNoteRow) -> Problem | None:
    if row.total.currency not in EXPONENTS:
        message = "No currency in legal use has this code."
        return Problem(row.line, "currency", "unknown_currency", message)
    if row.total.minor <= 0:
        message = "The total of a credit note is not above zero."
        return Problem(row.line, "total", "not_positive", message)
    if any(part.currency != row.total.currency for _, part in row.uses):
        message = "A use has another currency than the credit note."
        return Problem(row.line, "uses", "mixed_currencies", message)
    if any(part.minor < 0 for _, part in row.uses):
        return Problem(row.line, "uses", "not_positive", "A use is below zero.")
    if sum(part.minor for _, part in row.uses) > row.total.minor:
        message = "The uses are more than the credit note."
        return Problem(row.line, "uses", "uses_above_total", message)
    if len(row.uses) > USES_MAX:
        return Problem(row.line, "uses", "too_many", f"At most {USES_MAX} uses.")
    return None


def _wrong_use(
    row: CreditNoteRow, customer_id: str, invoices: Mapping[str, InvoiceFact]
) -> Problem | None:
    for name, part in row.uses:
        invoice = invoices.get(name)
        if invoice is None:
            message = "No such invoice. Import the invoices first."
            return Problem(row.line, "uses", "unknown_invoice", message)
        if invoice.customer_id != customer_id:
            message = "It is used for an invoice of another customer. Ask a person to look."
            return Problem(row.line, "uses", "use_of_another_customer", message)
        if invoice.total.currency != part.currency:
            message = "A use has another currency than its invoice."
            return Problem(row.line, "uses", "currency_mismatch", message)
    return None
