"""The books' laws: every posting balances, and accounts are what heads and credits sum to."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Credit
from shared.domain.chart import DEFAULT, Role, account_part, chart
from shared.domain.document import Document, DocumentKind
from shared.domain.journal import OTHER_SIDE, JournalEntry, Names, cash_of, journal
from shared.domain.journal_book import asserted_of
from shared.domain.money import Money
from shared.domain.movement import CASH, Movement, MovementKind, Posting, fold
from shared.errors import InvalidInput
from tests.support.samples import eur

DAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
K = MovementKind

BOTH = {K.ALLOCATION, K.DEALLOCATION}
SOURCE_ONLY = {K.CREDIT_NOTE, K.SMALL_CREDIT} | (CASH - {K.GATEWAY_FEE})
NEITHER = {K.GATEWAY_FEE}
EITHER = {K.FX_DIFFERENCE}


def document(name: str, charge: str = "") -> Document:
    kind = DocumentKind.CHARGE if charge else DocumentKind.INVOICE
    erp = "" if charge or name == "own" else f"ERP-{name}"
    return Document(name, kind, name.upper(), DAY, DAY, eur(1), eur(1), erp, charge=charge)


NAMES = Names(
    "c1",
    {
        d.document_id: d
        for d in (document("a"), document("own"), document("fee", "late_fee"), document("i", "x"))
    },
)
amounts = st.integers(-(10**9), 10**9).filter(bool)
currencies = st.sampled_from(["EUR", "JPY", "KWD"])


@st.composite
def movements(draw) -> Movement:
    kind = draw(st.sampled_from(K))
    minor, currency = draw(amounts), draw(currencies)
    names_document = kind in BOTH or (
        kind not in SOURCE_ONLY | NEITHER and (kind not in EITHER or draw(st.booleans()))
    )
    names_source = kind in BOTH | SOURCE_ONLY or (kind in EITHER and not names_document)
    tax: dict[str, int] = {}
    if kind not in BOTH | CASH and draw(st.booleans()):
        tax = {rate: draw(st.integers(0, 1000)) * (-1 if minor < 0 else 1) for rate in ("7", "19")}
    cash = None
    if kind in CASH and draw(st.booleans()):
        cash = Money(minor=draw(st.integers(-(10**9), 10**9)), currency="USD")
    return Movement(
        kind,
        Money(minor=minor, currency=currency),
        document_id=draw(st.sampled_from([*NAMES.documents, "z"])) if names_document else "",
        source_id=draw(st.sampled_from("pq")) if names_source else "",
        tax=tax,
        via=draw(st.sampled_from(["gateway", "bank", "elsewhere", ""])) if kind in CASH else "",
        cash=cash,
    )


postings = st.lists(movements(), max_size=6).map(
    lambda found: Posting("x:1", DAY, NOON, tuple(found))
)


def sums(entry: JournalEntry) -> dict[tuple[str, str], int]:
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in entry.lines:
        found[line.account, line.amount.currency] += line.amount.minor
    return found


def booked(*found: Movement) -> dict[str, str]:
    """Return what an entry of these movements comes to, as text by account."""
    entry = journal(Posting("x:1", DAY, NOON, found), DEFAULT, NAMES)
    return {
        account: str(Money(minor=minor, currency=currency))
        for (account, currency), minor in sums(entry).items()
        if minor and not account.startswith("Equity:Memo")
    }


@pytest.mark.law("16")
@given(postings)
def test_every_entry_balances_in_every_currency(posting):
    weights: defaultdict[str, int] = defaultdict(int)
    for line in journal(posting, DEFAULT, NAMES).lines:
        weights[line.weight.currency] += line.weight.minor
    assert not any(weights.values())


@pytest.mark.law("2")
@given(postings)
def test_receivables_and_unapplied_accounts_are_what_the_movements_sum_to(posting):
    entry, balances = journal(posting, DEFAULT, NAMES), fold([posting])
    for currency in ("EUR", "JPY", "KWD"):
        open_minor = sum(m for (_, c), m in balances.open.items() if c == currency)
        unapplied = sum(m for (_, c), m in balances.unapplied.items() if c == currency)
        assert sums(entry).get(("Assets:Receivables:0-c1", currency), 0) == open_minor
        assert sums(entry).get(("Liabilities:Unapplied:0-c1", currency), 0) == -unapplied


def test_every_kind_of_movement_has_its_place_in_the_books():
    assert set(OTHER_SIDE) == set(MovementKind)


def test_an_invoice_is_revenue_and_tax_by_rate():
    made = Movement(K.INVOICE, eur(12_600), document_id="own", tax={"19": 1_900, "7.5": 700})
    assert booked(made) == {
        "Assets:Receivables:0-c1": "126.00 EUR",
        "Liabilities:Tax:19": "-19.00 EUR",
        "Liabilities:Tax:7-5": "-7.00 EUR",
        "Income:Sales": "-100.00 EUR",
    }


def test_a_discount_taken_lowers_the_tax_that_it_names():
    taken = Movement(K.DISCOUNT, eur(-238), document_id="own", tax={"19": -38})
    assert booked(taken) == {
        "Assets:Receivables:0-c1": "-2.38 EUR",
        "Liabilities:Tax:19": "0.38 EUR",
        "Expenses:Discounts": "2.00 EUR",
    }


def test_a_credit_note_takes_revenue_and_tax_back_and_waits_as_credit():
    noted = Movement(K.CREDIT_NOTE, eur(119), source_id="n", tax={"19": 19})
    assert booked(noted) == {
        "Liabilities:Unapplied:0-c1": "-1.19 EUR",
        "Liabilities:Tax:19": "0.19 EUR",
        "Income:Sales": "1.00 EUR",
    }


def test_a_waived_charge_takes_back_the_income_of_its_kind():
    charged = Movement(K.CHARGE, eur(4_000), document_id="fee")
    assert booked(charged)["Income:Late-Fees"] == "-40.00 EUR"
    assert booked(charged, Movement(K.WAIVER, eur(-4_000), document_id="fee")) == {}


def test_money_paid_back_by_the_gateway_and_its_fee_leave_the_gateways_cash():
    back = Movement(K.REFUND, eur(-500), source_id="p", via="gateway")
    fee = Movement(K.GATEWAY_FEE, eur(30), via="gateway")
    assert booked(back, fee) == {
        "Liabilities:Unapplied:0-c1": "5.00 EUR",
        "Assets:Cash:Gateway": "-5.30 EUR",
        "Expenses:Gateway-Fees": "0.30 EUR",
    }


@pytest.mark.rule("R24")
def test_money_of_another_currency_comes_in_at_the_rate_that_was_given_and_nothing_is_converted():
    came = Movement(
        K.PAYMENT,
        eur(10_000),
        source_id="p",
        via="gateway",
        cash=Money(minor=10_833, currency="USD"),
    )
    entry = journal(Posting("x:1", DAY, NOON, (came,)), DEFAULT, NAMES)
    cash = next(line for line in entry.lines if line.account == cash_of(DEFAULT, "gateway"))
    assert (str(cash.amount), str(cash.cost)) == ("108.33 USD", "100.00 EUR")


def test_a_currency_difference_is_a_loss_on_a_document_and_a_gain_on_a_source():
    loss = Movement(K.FX_DIFFERENCE, eur(-3), document_id="a")
    gain = Movement(K.FX_DIFFERENCE, eur(-5), source_id="p")
    assert booked(loss)["Expenses:FX-Loss"] == "0.03 EUR"
    assert booked(gain)["Income:FX-Gain"] == "-0.05 EUR"


@pytest.mark.rule("R25")
def test_what_is_too_small_to_chase_or_to_keep_goes_to_one_account():
    few = (
        Movement(K.TOLERANCE, eur(-2), document_id="a"),
        Movement(K.SMALL_CREDIT, eur(-1), source_id="p"),
    )
    assert booked(*few)["Expenses:Small-Differences"] == "0.01 EUR"


def test_what_the_erp_invoiced_is_counted_beside_the_books():
    made = Posting("x:1", DAY, NOON, (Movement(K.INVOICE, eur(100), document_id="a"),))
    counted = sums(journal(made, DEFAULT, NAMES))
    assert counted["Equity:Memo:ERP-Invoiced:0-c1", "EUR"] == 100
    assert counted["Equity:Memo:ERP-Contra", "EUR"] == -100


def test_an_allocation_that_names_no_source_is_our_bug():
    with pytest.raises(ValueError, match="names no document or no source"):
        booked(Movement(K.ALLOCATION, eur(-1), document_id="a"))


def test_assertions_come_from_heads_credits_and_the_erp_never_from_entries():
    heads = [replace(NAMES.documents["a"], open=eur(30)), NAMES.documents["own"]]
    found = asserted_of(DEFAULT, "c1", heads, [Credit("p", eur(4), DAY)], [eur(9)], ["JPY"])
    assert [(a.account, str(a.balance)) for a in found] == [
        ("Assets:Receivables:0-c1", "0.31 EUR"),
        ("Assets:Receivables:0-c1", "0 JPY"),
        ("Liabilities:Unapplied:0-c1", "-0.04 EUR"),
        ("Liabilities:Unapplied:0-c1", "0 JPY"),
        ("Equity:Memo:ERP-Invoiced:0-c1", "0.09 EUR"),
        ("Equity:Memo:ERP-Invoiced:0-c1", "0 JPY"),
    ]
    assert len(asserted_of(DEFAULT, "c1", heads, [], None, ["JPY"])) == 3


def test_an_entity_renames_what_it_likes_as_long_as_the_name_means_one_thing():
    assert chart({"revenue": "Income:Umsatzerlöse:19"})[Role.REVENUE] == "Income:Umsatzerlöse:19"
    for role, name in {
        "revenue": "income:sales",
        "receivables": "Expenses:Receivables",
        "cash": "Assets:Receivables",
        "unapplied": "Assets:Receivables:Unapplied",
        "profit": "Income:Profit",
    }.items():
        with pytest.raises(InvalidInput):
            chart({role: name})


@given(st.text(max_size=8), st.text(max_size=8))
def test_different_ids_give_different_accounts(one, other):
    assert (account_part(one) == account_part(other)) == (one == other)
