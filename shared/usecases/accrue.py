"""The daily look at charges: interest of months that are over, and corrections of what is too high.

Level-triggered: it compares what was charged with what should be, so a missed day costs nothing and
a repeat finds nothing to do. An overdue invoice is watched, so that it bears the interest of its
last days though it be paid by then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import batched
from typing import Protocol

from shared.domain.books import Books
from shared.domain.cash_step import Step
from shared.domain.charge_postings import (
    REASON_PRINCIPAL_PAID,
    correction_posting,
    holders,
    waiver_posting,
)
from shared.domain.charges import (
    ChargeKind,
    Excess,
    InvoiceCharges,
    fee_excess,
    is_given_up,
    net_charged,
)
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind
from shared.domain.entity import Entity
from shared.domain.interest_charges import interest_excess, interest_owed, month_over
from shared.domain.interest_rule import Charged, Claim, InterestRule, OnHold
from shared.domain.laws.law import RateNotKnown
from shared.domain.payment_use import used
from shared.domain.policy import Policy
from shared.usecases.charging import (
    Accrued,
    Case,
    case_of,
    charge_interest,
    looked_at,
    rate_task,
    rules_of,
)
from shared.usecases.charging_ports import Ports
from shared.usecases.ports.accounts import ReadsEntity
from shared.usecases.ports.queue import Queue
from shared.usecases.try_again import try_again

CUSTOMERS_PER_MESSAGE = 25


class Finder(Protocol):
    def due_between(self, entity: Entity, first: date, last: date) -> Iterator[str]: ...


class Days(Protocol):
    def handed_out(self, entity_id: str, day: date) -> bool: ...
    def note_handed_out(self, entity_id: str, day: date) -> None: ...
    def watched(self, entity_id: str, customer_id: str = "") -> Iterator[tuple[str, str]]: ...


def hand_out(
    entities: ReadsEntity, finder: Finder, days: Days, queue: Queue, entity_id: str, now: Now
) -> int:
    """Queue every customer whose charges somebody must look at, once a day; return how many.

    Those with an overdue invoice, and those with one that is watched. While the entity waits,
    nothing is charged. The day counts as handed out only after all messages are queued.
    """
    entity = entities.entity(entity_id)
    today = now.today(entity.time_zone)
    if entity.waits or days.handed_out(entity_id, today):
        return 0
    found = {customer_id for customer_id, _ in days.watched(entity_id)}
    found.update(finder.due_between(entity, date.min, today))
    for chunk in batched(sorted(found), CUSTOMERS_PER_MESSAGE, strict=False):
        body: dict[str, object] = {"kind": "accrue", "entity": entity_id, "customers": list(chunk)}
        queue.send("ESCALATION", body)
    days.note_handed_out(entity_id, today)
    return len(found)


def accrue(
    ports: Ports, entities: ReadsEntity, entity_id: str, customer_ids: Sequence[str], now: Now
) -> int:
    """Charge, correct and waive what is due of each customer; return how many postings were made.

    A customer that fails keeps none of the others waiting. Raises ExceptionGroup at the end.
    """
    entity = entities.entity(entity_id)
    if entity.waits:
        return 0
    made, failed = 0, []
    for customer_id in customer_ids:
        try:
            made += _accrue_one(ports, entity, customer_id, now)
        except Exception as exc:
            failed.append(exc)
    if failed:
        raise ExceptionGroup("customers whose charges were looked at", failed)
    return made


def _accrue_one(ports: Ports, entity: Entity, customer_id: str, now: Now) -> int:
    watched = [i for _, i in ports.charges.watched(entity.entity_id, customer_id)]
    customer, books = ports.ledger.look(entity.entity_id, customer_id, watched)
    policy = ports.policies.policy(entity.entity_id, customer.policy)
    today = now.today(customer.time_zone)
    invoices = [
        document
        for document in books.documents
        if document.kind is DocumentKind.INVOICE
        and (document.document_id in watched or document.days_late(today) > 0)
    ]
    charges = ports.charges.made_on(
        entity.entity_id, customer_id, [d.document_id for d in invoices]
    )
    made = 0
    for invoice in invoices:
        so_far = charges[invoice.document_id]
        bears = so_far.made or _monthly(policy, invoice) is not None
        if bears and invoice.open and invoice.document_id not in watched:
            ports.charges.watch(entity.entity_id, customer_id, invoice.document_id)
        if _is_new(so_far, invoice, policy, today):
            document_id = invoice.document_id
            work = partial(_settle_one, ports, entity, customer_id, document_id, now)
            made += try_again(ports.pause, work)
        elif not invoice.open and _monthly(policy, invoice) is None:
            ports.charges.unwatch(entity.entity_id, customer_id, invoice.document_id)
    return made


def _monthly(policy: Policy, invoice: Document) -> InterestRule | None:
    """Return the rule by which invoice bears interest month by month, or None."""
    rule = policy.interest
    if rule is None or rule.charged is not Charged.MONTHLY or rule.claim is Claim.THREAT:
        return None
    if is_given_up(invoice):
        return None
    gives_up = rule.claim is Claim.WAIVE_ON_PRINCIPAL and not invoice.open
    return None if gives_up else rule


def _is_new(charges: InvoiceCharges, invoice: Document, policy: Policy, today: date) -> bool:
    """Return whether anything happened that the last look did not see: money, or a month's end."""
    if charges.made and charges.seen_version != invoice.version:
        return True
    if _monthly(policy, invoice) is None:
        return False
    last = charges.looked_through
    due = min((i.due_on for i in invoice.instalments), default=invoice.due_on)
    over = month_over(today)
    return due < over and (last is None or last < over)


def _settle_one(ports: Ports, entity: Entity, customer_id: str, document_id: str, now: Now) -> int:
    """Make of one invoice's charges what they should be; return how many postings it took."""
    whose = (entity.entity_id, customer_id)
    charges = ports.charges.made_on(*whose, [document_id])[document_id]
    ids = [document_id, *(made.charge_id for made in charges.made)]
    customer, books = ports.ledger.look(*whose, ids)
    invoice = books.document(document_id)
    if invoice is None:
        return 0
    postings = tuple(ports.ledger.postings(*whose))
    case = case_of(invoice, charges, postings, books.documents, books.credits)
    policy = ports.policies.policy(entity.entity_id, customer.policy)
    today = now.today(customer.time_zone)
    done = 0
    for excess in tuple(_excesses(ports, entity, case)):
        done += _correct(ports, entity, customer, books, case, excess, today, now)
        _, books = ports.ledger.look(*whose, ids)
    if done:
        case = replace(case, postings=tuple(ports.ledger.postings(*whose)))
    rule = policy.interest
    if rule is not None and rule.claim is Claim.WAIVE_ON_PRINCIPAL and not invoice.open:
        done += _waive_all(ports, entity, books, charges, today, now)
    through = None
    if _monthly(policy, invoice) is not None and not _waits(
        ports, entity, books, invoice, policy, today
    ):
        through = month_over(today)
        accrued = Accrued(f"{through:%Y-%m}", through)
        try:
            done += charge_interest(ports, entity, customer, case, policy, accrued, now)
        except RateNotKnown as missing:
            ports.tasks.open(entity.entity_id, rate_task(entity, missing, now))
            through = None
    charges = ports.charges.made_on(*whose, [document_id])[document_id]
    ports.charges.looked(*whose, charges, looked_at(replace(case, charges=charges), through))
    if not invoice.open and _is_over(policy, case, through):
        ports.charges.unwatch(*whose, document_id)
    return done


def _waits(
    ports: Ports, entity: Entity, books: Books, invoice: Document, policy: Policy, today: date
) -> bool:
    """Return whether a hold keeps interest on invoice from being charged for now."""
    if policy.interest is None or policy.interest.on_hold is not OnHold.WAIT or not invoice.open:
        return False
    account = ports.accounts.account(entity.entity_id, books.customer_id)
    return any(hold.covers(invoice.document_id, today) for hold in account.holds)


def _is_over(policy: Policy, case: Case, through: date | None) -> bool:
    """Return whether a closed invoice bears nothing that was not charged by now."""
    if _monthly(policy, case.invoice) is None:
        return True
    moved = [on for debt in case.debts for on, _ in debt.changes]
    return through is not None and max(moved, default=through) <= through


def _correct(
    ports: Ports,
    entity: Entity,
    customer: Customer,
    books: Books,
    case: Case,
    excess: Excess,
    today: date,
    now: Now,
) -> bool:
    charge = books.document(excess.charge_id)
    if charge is None:
        return False
    held = holders(charge.document_id, case.postings)
    cause = f"{case.invoice.version}.{case.charges.version}"
    posting = correction_posting(charge, books, excess.amount, held, cause, today, now)
    if posting is None:
        return False
    payments = []
    for source in dict.fromkeys(m.source_id for m in posting.movements if m.source_id):
        payment = ports.cash.find_payment(entity.entity_id, source)
        if payment is not None:
            payments.append((payment, used(payment, posting.movements, [charge])))
    step = Step(posting, tuple(payments), posting.posting_id)
    return ports.cash.write(entity, customer, books, step, now)


def _waive_all(
    ports: Ports,
    entity: Entity,
    books: Books,
    charges: InvoiceCharges,
    today: date,
    now: Now,
) -> int:
    found = (books.document(made.charge_id) for made in charges.of(ChargeKind.INTEREST))
    waived = 0
    for charge in found:
        if charge is not None and charge.open:
            posting = waiver_posting(charge, REASON_PRINCIPAL_PAID, today, now)
            waived += ports.ledger.lower_charges(entity.entity_id, books, posting, now)
    return waived


def _excesses(ports: Ports, entity: Entity, case: Case) -> Iterator[Excess]:
    """Yield what of the charges holds no more; of a voided invoice, none does."""
    charges, currency = case.charges, case.invoice.total.currency
    debts = () if case.invoice.voided else case.debts
    nets = net_charged(charges.made, case.postings)
    yield from fee_excess(charges, nets, debts, currency)
    if charges.of(ChargeKind.INTEREST):
        owed = interest_owed(debts, charges, rules_of(ports, entity.entity_id, charges))
        yield from interest_excess(charges, nets, owed, currency)
