"""One customer's books and one payment through the gateway, in memory, as the tests follow it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from shared.domain.books import Books, changed
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind, Instalment
from shared.domain.gateway import BalanceEntry, GatewayPayment
from shared.domain.gateway_postings import late_entries, not_taken, step_posting
from shared.domain.gateway_steps import gateway_steps
from shared.domain.money import Money
from shared.domain.movement import CASH, Movement, MovementKind, Posting, fold
from shared.domain.payment import Payment
from shared.domain.settle import settle
from tests.support.samples import eur

CAME = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = Now(CAME, CAME)
DUE = date(2026, 2, 1)


@dataclass
class Shelf:
    """One customer's books in memory, and the one payment that is looked at."""

    books: Books
    payment: Payment
    postings: dict[str, Posting] = field(default_factory=dict)
    short: bool = False

    def post(self, posting: Posting) -> None:
        """Book a posting that is not booked yet."""
        assert posting.posting_id not in self.postings
        self.postings[posting.posting_id] = posting
        after = changed(self.books, posting.movements, posting.value_date)
        heads = {d.document_id: d for d in self.books.documents}
        heads |= {d.document_id: d for _, d in after.documents}
        credits = {c.source_id: c for c in self.books.credits}
        credits |= {c.source_id: c for _, c in after.credits}
        kept = tuple(c for c in credits.values() if c.unapplied)
        self.books = replace(self.books, documents=tuple(heads.values()), credits=kept)

    def follow(self, told: GatewayPayment, documents_max: int = 25) -> None:
        """Book all that the gateway tells and the books do not have yet, in parts as it must be."""
        for step in gateway_steps(told, self.payment.payment_id):
            known = step.posting_id in self.postings
            complete = known and not not_taken(step, self.payment, self.postings)
            while not complete:
                moved = step_posting(
                    step,
                    self.books,
                    self.payment,
                    self.postings,
                    step.at.date(),
                    NOW,
                    documents_max,
                )
                if moved is None:
                    break
                self.post(moved.posting)
                self.payment, complete = moved.payment, moved.complete
        for posting in late_entries(told, self.payment, self.postings, NOW, CAME.date()):
            self.post(posting)

    @property
    def figures(self) -> object:
        """Return everything that must not depend on when we heard of what."""
        return (
            sorted((d.document_id, d.open.minor, d.due_on) for d in self.books.documents),
            sorted((c.source_id, c.unapplied.minor) for c in self.books.credits),
            sorted((a.document_id, a.amount.minor, a.parts) for a in self.payment.allocations),
            (self.payment.gone_minor, self.payment.state),
            fold(self.postings.values()),
            cash_of(self.postings.values()),
        )


def cash_of(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """Return what moved of money itself, by kind and currency, in minor units."""
    sums: dict[tuple[str, str], int] = {}
    for movement in (m for p in postings for m in p.movements if m.kind in CASH):
        moved = movement.cash or movement.amount
        sign = -1 if movement.amount.minor < 0 else 1
        key = (str(movement.kind), moved.currency)
        sums[key] = sums.get(key, 0) + sign * abs(moved.minor)
    return sums


def document(name: str, minor: int, parts: int = 0) -> Document:
    """Return an open invoice, in as many instalments."""
    instalments = tuple(
        Instalment(n + 1, DUE + timedelta(days=30 * n), eur(minor // parts), eur(minor // parts))
        for n in range(parts)
    )
    whole = eur(sum(i.total.minor for i in instalments) if parts else minor)
    return Document(
        document_id=name,
        kind=DocumentKind.INVOICE,
        number=name.upper(),
        issued_on=DUE - timedelta(days=30),
        due_on=DUE,
        total=whole,
        open=whole,
        instalments=instalments,
    )


def shelf(documents: list[Document], paid: int, entry: BalanceEntry | None = None) -> Shelf:
    """Return books with documents and a payment that is booked and allocated to them."""
    books = Books("c1", tuple(documents))
    plan = [(d.document_id, d.open) for d in documents]
    settled = settle("p1", eur(paid), plan, documents)
    payment = Payment(
        payment_id="p1",
        customer_id="c1",
        amount=eur(paid),
        method="card",
        received_on=CAME.date(),
        received_at=CAME,
        gateway_reference="pi_1",
        allocations=settled.allocations,
    )
    made = Shelf(books, payment)
    came = Movement(MovementKind.PAYMENT, eur(paid), source_id="p1", via="gateway")
    made.post(Posting("payment:p1", CAME.date(), CAME, (came, *settled.movements)))
    return made


def told(paid: int, **changes: object) -> GatewayPayment:
    """Return what the gateway says of the payment."""
    values: dict[str, object] = {
        "reference": "pi_1",
        "status": "succeeded",
        "amount": eur(paid),
        "odd": "",
        "method": "card",
        "received_at": CAME,
        "entity_id": "demo",
        "customer_id": "c1",
        "checkout_id": "co1",
    }
    return GatewayPayment(**(values | changes))


def entry(name: str, minor: int, at: datetime, fee: int = 0, currency: str = "EUR") -> BalanceEntry:
    """Return a line of the gateway's balance."""
    return BalanceEntry(
        f"txn_{name}",
        "charge",
        Money(minor=minor, currency=currency),
        Money(minor=fee, currency=currency),
        at,
    )


def at(days: int) -> datetime:
    """Return the moment so many days after the money came."""
    return CAME + timedelta(days=days)
