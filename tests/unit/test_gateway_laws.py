"""Whatever we hear, whenever and however often: the books end as the gateway has it."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.gateway import BalanceEntry, GatewayDispute, GatewayPayment, GatewayRefund
from shared.domain.movement import fold
from tests.support.payment_shelf import Shelf, at, document, entry, shelf, told
from tests.support.samples import eur


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
