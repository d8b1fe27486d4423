"""Charges on an invoice: what is to be charged, and what of it no longer holds. Pure.

A charge is a document of its own, made once per invoice and rule or period. What was charged is
never edited: money that arrives with an earlier value date lowers it by a counter-entry, and what
a charge fell short of comes with the next one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from shared.domain.account import Credit, Document, DocumentKind, Line
from shared.domain.interest import Debt, SheetLine, Span, interest, rounded, sheet
from shared.domain.interest_rule import Claim, InterestRule
from shared.domain.money import Money
from shared.domain.movement import MovementKind, Posting
from shared.domain.tax import REASON_CODES, TaxCategory
from shared.ids import derived_id

_NET = frozenset({MovementKind.CHARGE, MovementKind.CORRECTION})


class ChargeKind(StrEnum):
    LATE_FEE = "late_fee"
    INTEREST = "interest"
    COMPENSATION = "compensation"


@dataclass(frozen=True, slots=True)
class Made:
    """One charge that was made, and the version of the policy that fixed it for good.

    rule is the stage, or the month as 2026-03. first and last are the days it is for: of interest
    those that bore it, of any other charge the day on which it was made.
    """

    charge_id: str
    kind: ChargeKind
    rule: str
    policy: str
    policy_version: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class InvoiceCharges:
    """All that was charged on one invoice, in order.

    looked_through is the last day that interest was reckoned for, seen_version the version that the
    invoice had then. version counts the writes; 0 is not written yet.
    """

    document_id: str
    made: tuple[Made, ...] = ()
    looked_through: date | None = None
    seen_version: int = 0
    version: int = 0

    def of(self, kind: ChargeKind) -> tuple[Made, ...]:
        """Return the charges of that kind."""
        return tuple(made for made in self.made if made.kind is kind)

    def with_charge(self, made: Made) -> "InvoiceCharges":
        """Return what it is after made was charged."""
        return replace(self, made=(*self.made, made), version=self.version + 1)


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


@dataclass(frozen=True, slots=True)
class Excess:
    """What of a charge no longer holds."""

    charge_id: str
    amount: Money


def interest_charge_id(document_id: str, period: str) -> str:
    """Return the id of the interest on a document for a period: one, however often asked."""
    return derived_id("charge", document_id, "interest", period)


def month_over(today: date) -> date:
    """Return the last day of the newest month that is over on today."""
    return today.replace(day=1) - timedelta(days=1)


def net_charged(made: Iterable[Made], postings: Iterable[Posting]) -> Mapping[str, int]:
    """Return what each charge stands at by charge id, in minor units: made less corrected.

    What was waived of it counts still, so that nothing waived is charged again.
    """
    nets = {one.charge_id: 0 for one in made}
    for posting in postings:
        for movement in posting.movements:
            if movement.kind in _NET and movement.document_id in nets:
                nets[movement.document_id] += movement.amount.minor
    return nets


def is_given_up(document: Document) -> bool:
    """Return whether document is voided, or written off and not recovered: it bears no more."""
    return document.voided or bool(document.written_off)


def waiting_for(
    documents: Iterable[Document], credits: Iterable[Credit]
) -> Mapping[str, tuple[tuple[date, int], ...]]:
    """Return how money that waits would lower each document: (value date, minus minor units).

    It is spread over open documents of its currency, oldest due first. It bears no interest from
    the day it came, however long its allocation takes.
    """
    rest = {d.document_id: d.open.minor for d in documents}
    found: dict[str, list[tuple[date, int]]] = {document_id: [] for document_id in rest}
    oldest_first = sorted(documents, key=lambda d: (d.due_on, d.document_id))
    for credit in sorted(credits, key=lambda c: (c.received_on, c.source_id)):
        left = credit.unapplied.minor
        for document in oldest_first:
            if document.open.currency == credit.unapplied.currency:
                part = min(left, rest[document.document_id])
                rest[document.document_id] -= part
                left -= part
                if part:
                    found[document.document_id].append((credit.received_on, -part))
    return {document_id: tuple(changes) for document_id, changes in found.items()}


def lowered(debts: Sequence[Debt], waiting: Iterable[tuple[date, int]]) -> tuple[Debt, ...]:
    """Return debts as waiting money would leave them, the oldest due first."""
    rest = [sum(minor for _, minor in debt.changes) for debt in debts]
    changes = [list(debt.changes) for debt in debts]
    for on, minor in waiting:
        left = -minor
        for i in sorted(range(len(debts)), key=lambda i: debts[i].due_on):
            part = max(0, min(left, rest[i]))
            rest[i] -= part
            left -= part
            if part:
                changes[i].append((on, -part))
    return tuple(replace(d, changes=tuple(c)) for d, c in zip(debts, changes, strict=True))


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


def fee_excess(
    charges: InvoiceCharges, nets: Mapping[str, int], debts: Sequence[Debt], currency: str
) -> Iterator[Excess]:
    """Yield the fees of days on which, as it turned out, the invoice was paid already.

    Money with the value of the day of the fee counts as paid on it.
    """
    for one in charges.made:
        if one.kind is ChargeKind.INTEREST:
            continue
        if nets[one.charge_id] > 0 and not any(debt.balance(one.first) for debt in debts):
            yield Excess(one.charge_id, Money(minor=nets[one.charge_id], currency=currency))


def _spans(
    debts: Sequence[Debt], rule: InterestRule, first: date | None, through: date
) -> tuple[Span, ...]:
    return interest(debts, rule.rate_table(), first, through, rule.grace_days)
