"""Interest as charges: what is to be charged for a period, and what of it no longer holds. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.charges import ChargeKind, Excess, InvoiceCharges
from shared.domain.document import Document, DocumentKind, Line
from shared.domain.interest import Debt, SheetLine, Span, interest, rounded, sheet
from shared.domain.interest_rule import Claim, InterestRule
from shared.domain.money import Money
from shared.domain.tax import REASON_CODES, TaxCategory
from shared.ids import derived_id


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a charge of interest came about. The lines and carried sum to total.

    carried is what earlier charges fell short of, because money turned out to have come later.
    """

    lines: tuple[SheetLine, ...]
    carried: Money
    total: Money


@dataclass(frozen=True, slots=True)
class InterestDue:
    """Interest that is to be charged: for the days first through last, as its sheet says."""

    first: date
    last: date
    sheet: Sheet


def interest_charge_id(document_id: str, period: str) -> str:
    """Return the id of the interest on a document for a period: one, however often asked."""
    return derived_id("charge", document_id, "interest", period)


def month_over(today: date) -> date:
    """Return the last day of the newest month that is over on today."""
    return today.replace(day=1) - timedelta(days=1)


def first_day(invoice: Document, charges: InvoiceCharges, rule: InterestRule) -> date:
    """Return the first day of invoice that no charge of interest counts yet."""
    made = charges.of(ChargeKind.INTEREST)
    if made:
        return made[-1].last + timedelta(days=1)
    due = min((i.due_on for i in invoice.instalments), default=invoice.due_on)
    return due + timedelta(days=1 + rule.grace_days)


def interest_owed(
    debts: Sequence[Debt],
    charges: InvoiceCharges,
    rules: Mapping[tuple[str, int], InterestRule],
) -> int:
    """Return what the charges of interest made so far should be, in minor units, as debts stand.

    Each is reckoned by the rule of the policy version that fixed it; rules holds them.
    """
    owed = 0
    for made in charges.of(ChargeKind.INTEREST):
        rule = rules[made.policy, made.policy_version]
        owed += rounded(_spans(debts, rule, made.first, made.last))
    return owed


def interest_due(
    invoice: Document,
    debts: Sequence[Debt],
    charges: InvoiceCharges,
    rule: InterestRule,
    through: date,
    owed: int,
    net: int,
) -> InterestDue | None:
    """Return the interest to charge on invoice through a day, or None where it is not worth it.

    owed and net are what earlier charges should be and are, in minor units: what they fall short of
    is carried into this one. All together stay within the rule's cap. A threat is never charged.

    Raises RateNotKnown.
    """
    first = first_day(invoice, charges, rule)
    currency = invoice.total.currency
    if rule.claim is Claim.THREAT or through < first:
        return None
    spans = _spans(debts, rule, first, through)
    new, carried = rounded(spans), max(0, owed - net)
    cap = rule.cap(invoice.total)
    if cap is not None:
        carried = min(carried, max(0, cap - net))
        new = min(new, max(0, cap - net - carried))
    if new + carried < rule.least(currency):
        return None
    lines = sheet(spans, Money(minor=new, currency=currency))
    made = Sheet(
        lines=lines,
        carried=Money(minor=carried, currency=currency),
        total=Money(minor=new + carried, currency=currency),
    )
    return InterestDue(first, through, made)


def interest_to_date(
    invoice: Document, debts: Sequence[Debt], rule: InterestRule, through: date
) -> Sheet:
    """Return all the interest of invoice through a day, charged or not, within the rule's cap."""
    spans = _spans(debts, rule, None, through)
    total, cap = rounded(spans), rule.cap(invoice.total)
    amount = Money(minor=total if cap is None else min(total, cap), currency=invoice.total.currency)
    return Sheet(sheet(spans, amount), Money.zero(amount.currency), amount)


def interest_charge(
    invoice: Document, rule: InterestRule, period: str, due: InterestDue, stage: str, today: date
) -> Document:
    """Return the document that charges due on invoice.

    It starts on the ladder where stage stands, so that the stage that charges it announces it once;
    without one it is announced as a new document is.
    """
    return Document(
        document_id=interest_charge_id(invoice.document_id, period),
        kind=DocumentKind.CHARGE,
        number=f"{invoice.number}-INT-{due.last:%Y%m%d}",
        issued_on=today,
        due_on=today + timedelta(days=rule.payable_in_days),
        total=due.sheet.total,
        open=due.sheet.total,
        description=f"interest {invoice.number}, {due.first} to {due.last}",
        stage_done=stage,
        invoice_id=invoice.document_id,
        charge=str(ChargeKind.INTEREST),
        policy=invoice.policy,
    )


def sheet_lines(sheet: Sheet) -> tuple[Line, ...]:
    """Return the sheet as the lines of the document that charges it; they sum to its total.

    In figures only, which every language reads alike. Interest on late payment bears no tax.
    """
    first = min((line.first for line in sheet.lines), default=None)
    carried = "" if first is None else f"- {first - timedelta(days=1)}"
    told = [(_days_text(line), line.amount) for line in sheet.lines]
    return tuple(
        Line(
            description=text,
            quantity="1",
            unit_price=amount,
            tax_rate_percent="0",
            net=amount,
            tax_category=TaxCategory.OUT_OF_SCOPE,
            tax_reason_code=REASON_CODES[TaxCategory.OUT_OF_SCOPE],
        )
        for text, amount in [(carried, sheet.carried), *told]
        if amount
    )


def _days_text(line: SheetLine) -> str:
    return f"{line.first} - {line.last}: {line.balance}, {line.percent} %, {line.days} d"


def interest_excess(
    charges: InvoiceCharges, nets: Mapping[str, int], owed: int, currency: str
) -> Iterator[Excess]:
    """Yield what the charges of interest exceed owed by, the newest charge first."""
    made = charges.of(ChargeKind.INTEREST)
    left = sum(nets[one.charge_id] for one in made) - owed
    for one in reversed(made):
        part = min(left, nets[one.charge_id])
        if part > 0:
            left -= part
            yield Excess(one.charge_id, Money(minor=part, currency=currency))


def _spans(
    debts: Sequence[Debt], rule: InterestRule, first: date | None, through: date
) -> tuple[Span, ...]:
    return interest(debts, rule.rate_table(), first, through, rule.grace_days)
