"""What leaves through the gateway and comes back, step by step."""

from dataclasses import replace

import pytest

from shared.domain.gateway import GatewayDispute, GatewayRefund
from shared.domain.gateway_steps import gateway_steps
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.payment import PaymentState
from shared.domain.payment_use import used
from shared.domain.settle import settle
from tests.support.payment_shelf import CAME, DUE, Shelf, at, cash_of, document, entry, shelf, told
from tests.support.samples import eur


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


@pytest.mark.rule("R13")
@pytest.mark.parametrize("status", ["lost", "won"])
def test_what_a_dispute_costs_is_booked_though_nothing_is_left_to_take(status: str) -> None:
    """The payment was refunded whole before its payer's bank disputed it."""
    made = shelf([document("d1", 600)], 600)
    refund = GatewayRefund("re_1", "succeeded", eur(600), at(1))
    cost = entry("a", -600, at(2), 1500)
    dispute = GatewayDispute("du_1", "needs_response", "fraudulent", eur(600), at(2), cost)
    back = entry("c", 600, at(9), -500) if status == "won" else None
    ended = replace(dispute, status=status, reinstated=back)
    for heard in (dispute, dispute, ended, ended):
        made.follow(told(600, refunds=(refund,), disputes=(heard,)))
    kept = [m.amount.minor for p in made.postings.values() for m in p.movements if m.reason]
    assert kept == ([1500, -500] if status == "won" else [1500])
    assert made.payment.here == eur(0)
    assert made.payment.state is PaymentState.SETTLED
    assert made.postings["chargeback:du_1"].note == "more_than_paid"


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
