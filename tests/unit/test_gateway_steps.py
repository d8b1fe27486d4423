"""Whatever we hear, whenever and however often: the books end as the gateway has it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.books import Books, changed
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind, Instalment
from shared.domain.gateway import BalanceEntry, GatewayDispute, GatewayPayment, GatewayRefund
from shared.domain.gateway_postings import late_entries, not_taken, step_posting
from shared.domain.gateway_steps import gateway_steps
from shared.domain.money import Money
from shared.domain.movement import CASH, Movement, MovementKind, Posting, fold
from shared.domain.payment import Payment, PaymentState
from shared.domain.payment_use import used
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


def cash_of(postings: object) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for movement in (m for p in postings for m in p.movements if m.kind in CASH):
        moved = movement.cash or movement.amount
        sign = -1 if movement.amount.minor < 0 else 1
        key = (str(movement.kind), moved.currency)
        sums[key] = sums.get(key, 0) + sign * abs(moved.minor)
    return sums


def document(name: str, minor: int, parts: int = 0) -> Document:
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
    return BalanceEntry(
        f"txn_{name}",
        "charge",
        Money(minor=minor, currency=currency),
        Money(minor=fee, currency=currency),
        at,
    )


def at(days: int) -> datetime:
    return CAME + timedelta(days=days)


@dataclass(frozen=True)
class History:
    """What happens at the gateway: (day, what, minor units, index of what it is about)."""

    paid: int
    documents: tuple[tuple[int, int], ...]
    refunds: tuple[tuple[int, int, int], ...]  # day, minor, day on which it fails (0: never)
    disputes: tuple[tuple[int, int, int, bool], ...]  # day, minor, day of the decision, won
    fee: int
    usd: bool

    @property
    def possible(self) -> bool:
        """Return whether a gateway would let it happen: no more leaves than came."""
        wanted = sum(minor for _, minor, _ in self.refunds)
        return wanted + sum(minor for _, minor, _, _ in self.disputes) <= self.paid

    def snapshot(self, day: int) -> GatewayPayment:
        refunds = tuple(
            GatewayRefund(
                refund_id=f"re_{n}",
                status="failed" if 0 < fails <= day else "succeeded",
                amount=eur(minor),
                made_at=at(made),
                left=self._entry(f"re_{n}", -minor, made),
                came_back=self._entry(f"ref_{n}", minor, fails) if 0 < fails <= day else None,
            )
            for n, (made, minor, fails) in enumerate(self.refunds)
            if made <= day
        )
        disputes = tuple(
            GatewayDispute(
                dispute_id=f"du_{n}",
                status=("won" if won else "lost") if decided <= day else "needs_response",
                reason="fraudulent",
                amount=eur(minor),
                opened_at=at(made),
                withdrawn=self._entry(f"du_{n}", -minor, made, 1500),
                reinstated=self._entry(f"dur_{n}", minor, decided)
                if won and decided <= day
                else None,
            )
            for n, (made, minor, decided, won) in enumerate(self.disputes)
            if made <= day
        )
        came = self._entry("ch", self.paid, 0, self.fee) if day >= 2 else None
        return told(self.paid, came_in=came, refunds=refunds, disputes=disputes)

    def _entry(self, name: str, minor: int, day: int, fee: int = 0) -> BalanceEntry:
        currency = "USD" if self.usd else "EUR"
        factor = 11 if self.usd else 10
        # the rate of one day is not that of another; both are the gateway's
        return entry(
            name, (minor * factor) // 10 + (day if self.usd else 0), at(day), fee, currency
        )

    def start(self) -> Shelf:
        found = [document(f"d{n}", minor, parts) for n, (minor, parts) in enumerate(self.documents)]
        return shelf(found, self.paid)


days = st.integers(1, 60)
histories = st.builds(
    History,
    paid=st.integers(100, 5_000),
    documents=st.lists(
        st.tuples(st.integers(50, 2_500), st.sampled_from([0, 0, 2, 3])), max_size=4
    ).map(tuple),
    refunds=st.lists(
        st.tuples(days, st.integers(1, 900), st.sampled_from([0, 0, 60, 61])), max_size=3
    ).map(tuple),
    disputes=st.lists(
        st.tuples(days, st.integers(1, 2_000), st.integers(61, 70), st.booleans()), max_size=2
    ).map(tuple),
    fee=st.integers(0, 90),
    usd=st.booleans(),
)


@given(
    histories.filter(lambda h: h.possible),
    st.lists(st.integers(0, 75), max_size=8),
    st.sampled_from([1, 2, 25]),
)
def test_hearing_of_it_at_any_moments_ends_as_hearing_of_it_once(
    history: History, moments: list[int], documents_max: int
) -> None:
    often, once = history.start(), history.start()
    for day in [*sorted(moments), 75, 75]:
        often.follow(history.snapshot(day), documents_max)
    once.follow(history.snapshot(75), documents_max)
    assert often.figures == once.figures


@given(histories)
def test_never_more_leaves_than_was_paid_and_heads_are_the_sum_of_postings(
    history: History,
) -> None:
    made = history.start()
    totals = {d.document_id: d.total.minor for d in made.books.documents}
    made.follow(history.snapshot(75))
    payment, balances = made.payment, fold(made.postings.values())
    assert 0 <= payment.gone_minor <= payment.amount.minor
    assert payment.unapplied.minor == sum(c.unapplied.minor for c in made.books.credits) >= 0
    for head in made.books.documents:
        moved = balances.open.get((head.document_id, "EUR"), 0)
        assert head.open.minor == totals[head.document_id] + moved
    allocated = sum(a.amount.minor for a in payment.allocations)
    assert payment.amount.minor == allocated + payment.unapplied.minor + payment.gone_minor


@given(histories.filter(lambda h: h.possible))
def test_what_is_known_already_is_never_booked_again(history: History) -> None:
    made = history.start()
    made.follow(history.snapshot(75))
    before = dict(made.postings)
    made.follow(history.snapshot(75))
    assert made.postings == before


def test_money_that_leaves_is_freed_from_the_newest_allocation_first() -> None:
    made = shelf([document("d1", 600), document("d2", 400)], 1_000)
    left = GatewayRefund("re_1", "succeeded", eur(500), at(1))
    made.follow(told(1_000, refunds=(left,)))
    assert [(d.document_id, d.open) for d in made.books.documents] == [
        ("d1", eur(100)),
        ("d2", eur(400)),
    ]
    assert (made.payment.here, made.payment.unapplied) == (eur(500), eur(0))


def test_unapplied_money_leaves_before_any_document_is_opened_again() -> None:
    made = shelf([document("d1", 600)], 1_000)
    made.follow(told(1_000, refunds=(GatewayRefund("re_1", "pending", eur(400), at(1)),)))
    assert made.books.documents[0].open == eur(0)
    assert made.books.credits == ()


def test_a_reinstated_dispute_settles_again_what_it_had_reopened() -> None:
    made = shelf([document("d1", 600), document("d2", 400, parts=2)], 1_000)
    before = made.figures
    dispute = GatewayDispute(
        "du_1", "needs_response", "fraudulent", eur(1_000), at(5), entry("a", -1_000, at(5))
    )
    made.follow(told(1_000, disputes=(dispute,)))
    assert [d.open.minor for d in made.books.documents] == [600, 400]
    assert [d.due_on for d in made.books.documents] == [DUE, DUE]
    assert made.payment.state is PaymentState.RETURNED
    won = replace(dispute, status="won", reinstated=entry("b", 1_000, at(70)))
    made.follow(told(1_000, disputes=(won,)))
    assert made.figures[:4] == before[:4]
    assert made.payment.state is PaymentState.SETTLED


def test_what_was_paid_meanwhile_stays_paid_when_a_dispute_is_won() -> None:
    made = shelf([document("d1", 600)], 600)
    dispute = GatewayDispute(
        "du_1", "needs_response", "fraudulent", eur(600), at(5), entry("a", -600, at(5))
    )
    made.follow(told(600, disputes=(dispute,)))
    again = settle("p2", eur(500), [("d1", eur(500))], made.books.documents)
    came = Movement(MovementKind.PAYMENT, eur(500), source_id="p2", via="bank")
    made.post(Posting("payment:p2", CAME.date(), CAME, (came, *again.movements)))
    won = replace(dispute, status="won", reinstated=entry("b", 600, at(70)))
    made.follow(told(600, disputes=(won,)))
    assert made.books.documents[0].open == eur(0)
    assert made.payment.unapplied == eur(500)


def test_a_question_about_a_charge_takes_nothing() -> None:
    made = shelf([document("d1", 600)], 600)
    asked = GatewayDispute("du_1", "warning_needs_response", "fraudulent", eur(600), at(5))
    made.follow(told(600, disputes=(asked,)))
    assert set(made.postings) == {"payment:p1"}


@pytest.mark.parametrize("method", ["sepa_debit", "us_bank_account", "bacs_debit"])
def test_what_a_bank_takes_back_of_a_debit_is_a_return(method: str) -> None:
    made = shelf([document("d1", 600)], 600)
    dispute = GatewayDispute(
        "du_1", "lost", "insufficient_funds", eur(600), at(20), entry("a", -600, at(20), 750)
    )
    made.follow(told(600, method=method, disputes=(dispute,)))
    returned = made.postings["return:p1"]
    assert returned.value_date == at(20).date()
    assert [m.kind for m in returned.movements if not m.document_id] == ["return", "gateway_fee"]
    assert made.books.documents[0].open == eur(600)
    assert made.payment.state is PaymentState.RETURNED


@pytest.mark.rule("R10")
def test_a_bank_s_question_before_it_takes_a_debit_back_leaves_the_return_a_return() -> None:
    made = shelf([document("d1", 600)], 600)
    question = GatewayDispute("du_1", "warning_closed", "general", eur(600), at(5))
    taken = GatewayDispute(
        "du_2", "lost", "insufficient_funds", eur(600), at(20), entry("a", -600, at(20), 750)
    )
    made.follow(told(600, method="sepa_debit", disputes=(question,)))
    assert set(made.postings) == {"payment:p1"}
    made.follow(told(600, method="sepa_debit", disputes=(question, taken)))
    assert [p for p in made.postings if p.startswith(("return:", "chargeback:"))] == ["return:p1"]
    assert made.books.documents[0].open == eur(600)
    assert made.payment.state is PaymentState.RETURNED


def test_a_debit_that_fails_after_it_had_succeeded_is_returned_whole() -> None:
    made = shelf([document("d1", 600)], 700)
    made.follow(told(700, status="requires_payment_method", returned=entry("a", -700, at(9))))
    assert (made.payment.here, made.books.credits) == (eur(0), ())
    assert set(made.postings) == {"payment:p1", "return:p1"}


def test_more_than_is_here_is_never_taken() -> None:
    made = shelf([document("d1", 600)], 600)
    refunds = tuple(GatewayRefund(f"re_{n}", "succeeded", eur(400), at(n)) for n in (1, 2, 3))
    made.follow(told(600, refunds=refunds))
    assert made.payment.gone_minor == 600
    assert [made.postings[f"refund:re_{n}"].note for n in (1, 2)] == ["", "more_than_paid"]
    assert "refund:re_3" not in made.postings
    back = entry("back", 400, at(4))
    failed = replace(refunds[0], status="failed", came_back=back)
    for _ in range(2):
        made.follow(told(600, refunds=(failed, *refunds[1:])))
    assert made.payment.gone_minor == 600
    taken = {n: sum(m.amount.minor for m in of_kind(made, n)) for n in ("re_1", "re_2", "re_3")}
    assert taken == {"re_1": -400, "re_2": -400, "re_3": -200}


def of_kind(made: Shelf, refund: str) -> list[Movement]:
    """Return the movements by which a refund left, whole or in parts."""
    name = f"refund:{refund}"
    found = [p for i, p in made.postings.items() if i == name or i.startswith(f"{name}:part:")]
    return [m for p in found for m in p.movements if m.kind is MovementKind.REFUND]


@pytest.mark.rule("R13")
@pytest.mark.law("14")
@pytest.mark.parametrize("won", [False, True])
def test_a_dispute_that_found_part_of_its_money_takes_the_rest_when_it_is_back(
    won: bool,
) -> None:
    """A refund of ours held 400 of 600 when the dispute took all; the refund failed then."""
    made = shelf([document("d1", 600)], 600)
    ours = GatewayRefund("re_1", "succeeded", eur(400), at(1), asked_as="r1")
    dispute = GatewayDispute(
        "du_1", "needs_response", "fraudulent", eur(600), at(2), entry("a", -600, at(2), 1500)
    )
    made.follow(told(600, refunds=(ours,), disputes=(dispute,)))
    assert made.postings["chargeback:du_1"].note == "more_than_paid"
    assert made.payment.here == eur(0)
    failed = replace(ours, status="failed", came_back=entry("b", 400, at(3)))
    for _ in range(3):
        made.follow(told(600, refunds=(failed,), disputes=(dispute,)))
    chargebacks = [
        m.amount.minor
        for p in made.postings.values()
        for m in p.movements
        if m.kind is MovementKind.CHARGEBACK
    ]
    assert chargebacks == [-200, -400]
    assert (made.payment.here, made.payment.state) == (eur(0), PaymentState.RETURNED)
    assert made.books.credits == ()
    if won:
        back = replace(dispute, status="won", reinstated=entry("c", 600, at(9)))
        for _ in range(3):
            made.follow(told(600, refunds=(failed,), disputes=(back,)))
        assert (made.payment.here, made.payment.state) == (eur(600), PaymentState.SETTLED)
        # what our refund reopened stays open: its money is the customer's credit
        assert (made.books.documents[0].open, made.payment.unapplied) == (eur(400), eur(400))
    fees = [m for p in made.postings.values() for m in p.movements if m.kind == "gateway_fee"]
    assert len(fees) == 1


def test_in_one_second_what_comes_back_may_leave_again() -> None:
    made = shelf([], 600)
    back = entry("back", 600, at(2))
    failed = GatewayRefund("re_1", "failed", eur(600), at(1), came_back=back)
    again = GatewayRefund("re_2", "succeeded", eur(600), at(2))
    made.follow(told(600, refunds=(failed, again)))
    assert [p.note for p in made.postings.values()] == ["", "", "", ""]
    assert made.payment.here == eur(0)


def test_in_one_second_a_refund_that_failed_does_not_miss_what_a_dispute_took() -> None:
    made = shelf([], 600)
    failed = GatewayRefund(
        "re_1",
        "failed",
        eur(600),
        at(1),
        left=entry("a", -600, at(1)),
        came_back=entry("b", 600, at(1)),
    )
    dispute = GatewayDispute("du_1", "lost", "fraudulent", eur(600), at(1), entry("c", -600, at(1)))
    made.follow(told(600, refunds=(failed,), disputes=(dispute,)))
    assert list(made.postings)[1:] == ["refund:re_1", "refund_failed:re_1", "chargeback:du_1"]
    assert [p.note for p in made.postings.values()] == ["", "", "", ""]
    assert made.payment.here == eur(0)


def test_a_settlement_in_another_currency_keeps_the_gateways_rate() -> None:
    made = shelf([document("d1", 600)], 600)
    came = entry("ch", 660, at(0), 25, "USD")
    made.follow(told(600, came_in=came))
    (undone, again) = made.postings["fx:p1"].movements
    assert (undone.amount, undone.cash) == (eur(-600), None)
    assert (again.amount, again.cash) == (eur(600), Money(minor=660, currency="USD"))
    (fee,) = made.postings["fee:txn_ch"].movements
    assert (fee.amount, fee.document_id, fee.source_id) == (
        Money(minor=25, currency="USD"),
        "",
        "",
    )


def test_a_refund_that_the_hub_asked_for_is_the_one_that_it_noted() -> None:
    asked = GatewayRefund("re_1", "failed", eur(100), at(1), asked_as="r1")
    steps = gateway_steps(told(600, refunds=(asked,)), "p1")
    assert [(s.posting_id, s.asked) for s in steps] == [
        ("refund:r1", True),
        ("refund_failed:r1", True),
    ]


@pytest.mark.rule("R26")
def test_a_small_credit_goes_back_with_the_money_that_left_it() -> None:
    made = shelf([document("inv1", 9_999)], 10_000)
    cent = Movement(MovementKind.SMALL_CREDIT, eur(-1), source_id="p1", reason="within_tolerance")
    made.post(Posting("allocation:p1:1", CAME.date(), CAME, (cent,)))
    made.payment = used(made.payment, (cent,))
    withdrawn = entry("d", -10_000, at(2))
    lost = GatewayDispute("dp_1", "lost", "fraud", eur(10_000), at(1), withdrawn)
    made.follow(told(10_000, disputes=(lost,)))
    assert [d.open for d in made.books.documents] == [eur(9_999)]
    assert (made.books.credits, made.payment.here, made.payment.kept_minor) == ((), eur(0), 0)
    assert cash_of(made.postings.values())[("chargeback", "EUR")] == -10_000
