"""Credit notes: never more than the invoice, and together exactly the invoice."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.account import Credit
from shared.domain.books import Books, changed
from shared.domain.clock import Now
from shared.domain.correction_posting import credit_note_posting, void_posting
from shared.domain.credit_note import CreditAsked, Credited, CreditPlan, plan_credit
from shared.domain.document import Document, DocumentKind, Line
from shared.domain.invoice_lines import gross_of, tax_minor
from shared.domain.line_drafts import LineDraft, draw_up
from shared.domain.money import Money, total
from shared.domain.movement import MovementKind
from shared.domain.settle import allocated
from shared.errors import Conflict, InvalidInput
from tests.support.samples import eur

DAY = date(2026, 3, 1)
NOW = Now(datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC))
NOTHING = eur(0)


def invoice(lines: tuple[Line, ...] = (), **changes: object) -> Document:
    asked = gross_of(lines, "EUR") if lines else eur(11_900)
    values: dict[str, object] = {
        "document_id": "i1",
        "kind": DocumentKind.INVOICE,
        "number": "INV-000001",
        "issued_on": DAY,
        "due_on": DAY,
        "total": asked,
        "open": asked,
        "tax_minor": tax_minor(lines),
    }
    return Document(**(values | changes))


def note_of(plan: CreditPlan, note_id: str = "n1") -> Document:
    return Document(
        note_id, DocumentKind.CREDIT_NOTE, "CN-000001", DAY, DAY, plan.total, NOTHING,
        invoice_id="i1", tax_minor=plan.tax_minor,
    )  # fmt: skip


def lamp(quantity: str = "3", price: int = 3_333, rate: str = "19") -> LineDraft:
    return LineDraft("Lamp", quantity, eur(price), rate)


def plan(
    lines: tuple[Line, ...], before: Credited, *asked: CreditAsked, adjusted: Money = NOTHING
) -> CreditPlan:
    return plan_credit(invoice(lines), lines, before, adjusted, asked)


drafts = st.lists(
    st.builds(
        LineDraft,
        st.just("x"),
        st.integers(1, 40).map(lambda n: format(Decimal(n) / 4, "f")),
        st.integers(1, 99_999).map(eur),
        st.sampled_from(["0", "7", "19", "8.1"]),
        discount_percent=st.sampled_from(["", "3", "12.5"]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.rule("R25")
@given(drafts, st.booleans(), st.integers(-3, 3), st.data())
def test_notes_that_take_all_of_it_bit_by_bit_sum_to_the_invoice(
    asked: list[LineDraft], inclusive: bool, off: int, data: st.DataObject
) -> None:
    """off is how much the invoice's stated tax is beside that of its rates: ties, discounts."""
    lines = draw_up(asked, inclusive)
    whole = invoice(lines)
    if whole.tax_minor and not inclusive:
        taxes = dict(whole.tax_minor)
        taxes[next(iter(taxes))] += off
        made = whole.total.minor + off
        whole = replace(whole, tax_minor=taxes, total=eur(made), open=eur(made))
        assume(min(taxes.values()) > 0)
    assume(whole.total.minor > 0)
    credited, plans = Credited(NOTHING), []
    for _ in range(data.draw(st.integers(0, 4))):
        n = data.draw(st.integers(1, len(lines)))
        line = lines[n - 1]
        done_quantity, done = credited.lines[n - 1] if credited.lines else ("0", 0)
        rest, rest_quantity = (
            line.amount.minor - done,
            Decimal(line.quantity) - Decimal(done_quantity),
        )
        if rest <= 0:
            continue
        if data.draw(st.booleans()) and rest_quantity > 0:
            part = data.draw(st.integers(1, int(rest_quantity * 4)))
            ask = CreditAsked(n, quantity=format(Decimal(part) / 4, "f"))
        else:
            ask = CreditAsked(n, amount=eur(data.draw(st.integers(1, rest))))
        try:
            plans.append(plan_credit(whole, lines, credited, NOTHING, [ask]))
        except Conflict:
            continue  # so little of a quantity that it is worth nothing
        credited = plans[-1].credited
    if credited.total < whole.total:
        plans.append(plan_credit(whole, lines, credited, NOTHING))
    assert total((p.total for p in plans), "EUR") == whole.total
    for rate in whole.tax_minor:
        assert sum(p.tax_minor.get(rate, 0) for p in plans) == whole.tax_minor[rate]
    for each in plans:
        net = total((line.net for line in each.lines), "EUR")
        assert net.minor + sum(each.tax_minor.values()) == each.total.minor
        assert each.total.minor > 0
    for n, line in enumerate(lines):
        assert plans[-1].credited.lines[n][1] == line.amount.minor
    with pytest.raises(Conflict):
        plan_credit(whole, lines, plans[-1].credited, NOTHING)


def test_a_full_note_mirrors_the_lines_and_the_tax() -> None:
    lines = draw_up([lamp(), lamp("1", 500, "7")], tax_inclusive=False)
    full = plan(lines, Credited(NOTHING))
    assert full.lines == lines
    assert (full.total, full.tax_minor) == (gross_of(lines, "EUR"), tax_minor(lines))


def test_a_note_takes_its_share_of_a_tax_that_counts_on_a_discount() -> None:
    """100.00 at 19 %, of which 2 % may be kept: 18.62 of tax. Half of it is 50.00 and 9.31."""
    lines = draw_up([lamp("2", 5_000)], tax_inclusive=False)
    mixed = invoice(lines, total=eur(11_862), open=eur(11_862), tax_minor={"19": 1_862})
    half = plan_credit(mixed, lines, Credited(NOTHING), NOTHING, [CreditAsked(1, "1")])
    assert (half.total, half.tax_minor) == (eur(5_931), {"19": 931})


def test_a_part_of_a_quantity_costs_its_part_and_the_last_part_the_rest() -> None:
    lines = draw_up([LineDraft("Three for ten", "3", eur(333), "0")], tax_inclusive=False)
    one = plan(lines, Credited(NOTHING), CreditAsked(1, quantity="1"))
    assert (one.total, one.lines[0].quantity) == (eur(333), "1")
    with pytest.raises(Conflict, match="at most 2 is left"):
        plan(lines, one.credited, CreditAsked(1, quantity="2.5"))
    rest = plan(lines, one.credited, CreditAsked(1, quantity="2"))
    assert one.total + rest.total == eur(999)


def test_a_discounted_line_is_credited_at_what_it_cost() -> None:
    lines = draw_up(
        [LineDraft("Desk", "2", eur(10_000), "19", discount_percent="10")], tax_inclusive=False
    )
    one = plan(lines, Credited(NOTHING), CreditAsked(1, quantity="1")).lines[0]
    assert (one.unit_price, one.discount, one.net) == (eur(10_000), eur(1_000), eur(9_000))


def test_what_was_given_up_cannot_be_credited_as_well() -> None:
    lines = draw_up([lamp("1", 10_000)], tax_inclusive=False)
    with pytest.raises(Conflict, match=r"116\.62 EUR is left"):
        plan(lines, Credited(NOTHING), adjusted=eur(238))


def test_an_invoice_without_lines_is_credited_by_amount_with_its_part_of_the_tax() -> None:
    whole = invoice(tax_minor={"19": 1_900})
    first = plan_credit(whole, (), Credited(NOTHING), NOTHING, amount=eur(5_000))
    rest = plan_credit(whole, (), first.credited, NOTHING)
    assert (first.tax_minor, rest.tax_minor) == ({"19": 798}, {"19": 1_102})
    assert first.total + rest.total == whole.total
    with pytest.raises(InvalidInput):
        plan_credit(whole, (), Credited(NOTHING), NOTHING, [CreditAsked(1)])


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ([CreditAsked(2)], InvalidInput),
        ([CreditAsked(1), CreditAsked(1)], InvalidInput),
        ([CreditAsked(1, "1", eur(1))], InvalidInput),
        ([CreditAsked(1, "4")], Conflict),
        ([CreditAsked(1, "-1")], Conflict),
        ([CreditAsked(1, amount=eur(0))], Conflict),
        ([CreditAsked(1, amount=eur(10_000))], Conflict),
        ([CreditAsked(1, amount=Money(minor=1, currency="USD"))], Conflict),
    ],
)
def test_what_the_invoice_does_not_hold_is_refused(
    asked: list[CreditAsked], error: type[Exception]
) -> None:
    lines = draw_up([lamp()], tax_inclusive=False)
    with pytest.raises(error):
        plan(lines, Credited(NOTHING), *asked)


@pytest.mark.rule("R16")
@given(st.integers(0, 11_900), st.integers(1, 11_900))
def test_a_note_clears_what_is_open_first_and_the_rest_is_credit(open_: int, part: int) -> None:
    whole = invoice(open=eur(open_))
    note = note_of(CreditPlan((), eur(part), {}, Credited(NOTHING)))
    posting = credit_note_posting(note, whole, {}, "return", NOW, "clerk")
    made = changed(Books("c1", (whole,)), posting.movements, DAY)
    cleared = min(open_, part)
    after = [d for _, d in made.documents]
    assert [d.open for d in after] == ([eur(open_ - cleared)] if cleared else [])
    unapplied = sum(c.unapplied.minor for _, c in made.credits if c)
    assert unapplied == part - cleared
    assert posting.movements[0].kind is MovementKind.CREDIT_NOTE


@pytest.mark.rule("R14")
def test_a_void_waits_until_what_was_applied_is_back_with_the_customer() -> None:
    whole = invoice()
    credit = Credit("p1", eur(4_000), DAY)
    paid = changed(
        Books("c1", (whole,), (credit,)), allocated("p1", whole, eur(4_000)), DAY
    ).documents[0][1]
    with pytest.raises(Conflict, match="applied"):
        void_posting(paid, False, "error", "", DAY, NOW, "clerk")
    with pytest.raises(Conflict, match="applied"):
        void_posting(whole, True, "error", "", DAY, NOW, "clerk")
    voided = changed(
        Books("c1", (whole,), (credit,)),
        void_posting(whole, False, "error", "", DAY, NOW, "clerk").movements,
        DAY,
    )
    after = voided.documents[0][1]
    assert (after.open, after.voided, after.number) == (NOTHING, True, "INV-000001")
    assert voided.credits == ()


def test_only_an_invoice_of_this_hub_is_voided() -> None:
    for wrong in (invoice(kind=DocumentKind.CHARGE), invoice(external_id="E-1")):
        with pytest.raises(Conflict):
            void_posting(wrong, False, "error", "", DAY, NOW, "clerk")
