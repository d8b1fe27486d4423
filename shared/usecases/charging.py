"""Charge one invoice: its stage's fee, and interest through a day. Each at most once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from shared.domain.account import Account, Credit
from shared.domain.charges import ChargeKind, InvoiceCharges, Made, is_given_up, net_charged
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind
from shared.domain.entity import Entity
from shared.domain.escalation import chaseable_late, fee_ahead, fee_suffix, late_fee
from shared.domain.interest import Debt, debts_of
from shared.domain.interest_charges import InterestDue, interest_charge, interest_due, interest_owed
from shared.domain.interest_rule import InterestRule
from shared.domain.laws.law import RateNotKnown
from shared.domain.movement import Posting
from shared.domain.policy import Policy
from shared.domain.stage import Stage
from shared.domain.tasks import Task
from shared.domain.waiting import lowered, waiting_for
from shared.ids import derived_id
from shared.usecases.charging_ports import Ports
from shared.usecases.try_again import try_again

_DAYS_TO_ACT = 7


@dataclass(frozen=True, slots=True)
class Case:
    """One invoice with all that its charges depend on, read together.

    debts are its principal as money that waits would leave it.
    """

    invoice: Document
    charges: InvoiceCharges
    postings: tuple[Posting, ...]
    debts: tuple[Debt, ...]


def case_of(
    invoice: Document,
    charges: InvoiceCharges,
    postings: tuple[Posting, ...],
    documents: Sequence[Document],
    credits: Sequence[Credit],
) -> Case:
    """Return the case of invoice among the documents and credits of its customer."""
    waiting = waiting_for(documents, credits).get(invoice.document_id, ())
    return Case(invoice, charges, postings, lowered(debts_of(invoice, postings), waiting))


def charge_stage(
    ports: Ports,
    entity: Entity,
    customer_id: str,
    document_ids: Sequence[str],
    stage: Stage,
    now: Now,
) -> int:
    """Charge on each invoice what stage says, and return how many charges were made.

    What is there already, and what is paid, is passed over; so it may be asked again.
    """
    made = 0
    for document_id in document_ids:
        work = partial(_charge_one, ports, entity, customer_id, document_id, stage, now)
        made += try_again(ports.pause, work)
    return made


def _charge_one(
    ports: Ports, entity: Entity, customer_id: str, document_id: str, stage: Stage, now: Now
) -> int:
    account = ports.accounts.account(entity.entity_id, customer_id)
    invoice = account.document(document_id)
    if invoice is None or invoice.kind is not DocumentKind.INVOICE:
        return 0
    customer, today = account.customer, now.today(account.customer.time_zone)
    policy = ports.policies.policy(entity.entity_id, invoice.policy or customer.policy)
    charges = ports.charges.made_on(entity.entity_id, customer_id, [document_id])[document_id]
    free = chaseable_late(account, invoice, stage, today)
    fee = late_fee(invoice, stage, today, free, fee_suffix(policy, stage))
    number = 0
    if fee is not None and fee.document_id not in {made.charge_id for made in charges.made}:
        kind = ChargeKind(fee.charge)
        made = Made(fee.document_id, kind, stage.id, policy.name, policy.version, today, today)
        if ports.charges.add(entity, customer, invoice, fee, made, charges, None, now):
            charges, number = charges.with_charge(made), 1
    if stage.interest and policy.interest is not None and stage.reached_on(invoice) <= today:
        postings = tuple(ports.ledger.postings(entity.entity_id, customer_id))
        case = case_of(invoice, charges, postings, account.documents, account.credits)
        try:
            accrued = Accrued(stage.id, today, stage.id)
            number += charge_interest(ports, entity, customer, case, policy, accrued, now)
        except RateNotKnown as missing:
            ports.tasks.open(entity.entity_id, rate_task(entity, missing, now))
    return number


@dataclass(frozen=True, slots=True)
class Accrued:
    """Which interest a charge is for: through a day, under the name of its period.

    stage is that of the ladder which charges it, "" for none.
    """

    period: str
    through: date
    stage: str = ""


def charge_interest(
    ports: Ports,
    entity: Entity,
    customer: Customer,
    case: Case,
    policy: Policy,
    accrued: Accrued,
    now: Now,
) -> bool:
    """Charge the interest of case as it is accrued by policy; return whether there was any.

    Raises RateNotKnown where no reference rate is known for a day, and WriteConflict.
    """
    rule = policy.interest
    due = _due(ports, entity.entity_id, case, rule, accrued.through)
    if rule is None or due is None:
        return False
    today = now.today(customer.time_zone)
    charge = interest_charge(case.invoice, rule, accrued.period, due, accrued.stage, today)
    made = Made(
        charge.document_id,
        ChargeKind.INTEREST,
        accrued.period,
        policy.name,
        policy.version,
        due.first,
        due.last,
    )
    before = case.charges
    return ports.charges.add(entity, customer, case.invoice, charge, made, before, due.sheet, now)


def charges_ahead(
    ports: Ports,
    entity_id: str,
    account: Account,
    invoice: Document,
    policy: Policy,
    stage: Stage,
    today: date,
) -> tuple[Document, ...]:
    """Return what stage would charge on invoice today: a fee, interest, both or nothing.

    What was charged before is passed over, as charge_stage does. Nothing is written.
    """
    if not stage.charges or stage.reached_on(invoice) > today:
        return ()
    whose = (entity_id, account.customer.customer_id)
    charges = ports.charges.made_on(*whose, [invoice.document_id])[invoice.document_id]
    fee = fee_ahead(account, invoice, policy, stage, today)
    made = {one.charge_id for one in charges.made}
    found = [charge for charge in fee if charge.document_id not in made]
    rule = policy.interest if stage.interest else None
    if rule is None:
        return tuple(found)
    postings = tuple(ports.ledger.postings(*whose))
    case = case_of(invoice, charges, postings, account.documents, account.credits)
    try:
        due = _due(ports, entity_id, case, rule, today)
    except RateNotKnown:
        return tuple(found)
    if due is not None:
        found.append(interest_charge(invoice, rule, stage.id, due, stage.id, today))
    return tuple(found)


def _due(
    ports: Ports, entity_id: str, case: Case, rule: InterestRule | None, through: date
) -> InterestDue | None:
    if rule is None or case.invoice.kind is not DocumentKind.INVOICE or is_given_up(case.invoice):
        return None
    nets = net_charged(case.charges.made, case.postings)
    net = sum(nets[made.charge_id] for made in case.charges.of(ChargeKind.INTEREST))
    owed = interest_owed(case.debts, case.charges, rules_of(ports, entity_id, case.charges))
    return interest_due(case.invoice, case.debts, case.charges, rule, through, owed, net)


def rules_of(
    ports: Ports, entity_id: str, charges: InvoiceCharges
) -> Mapping[tuple[str, int], InterestRule]:
    """Return the rules that fixed the interest charged so far, by policy and version."""
    wanted = {(made.policy, made.policy_version) for made in charges.of(ChargeKind.INTEREST)}
    rules = {}
    for name, version in sorted(wanted):
        rule = ports.policies.policy_version(entity_id, name, version).policy.interest
        if rule is not None:
            rules[name, version] = rule
    return rules


def rate_task(entity: Entity, missing: RateNotKnown, now: Now) -> Task:
    """Return what a person has to do about a missing rate: one task per law and half-year."""
    today = now.today(entity.time_zone)
    law, day = str(missing.facts["law"]), str(missing.facts["day"])
    half_year = day[:4] + ("-1" if day[5:7] < "07" else "-2")
    return Task(
        task_id=derived_id("rate", entity.entity_id, law, half_year),
        kind="rate",
        customer_id="",
        title="Add the new reference rate to the policy's interest: nothing is charged without it",
        created_at=now.business,
        due_on=today + timedelta(days=_DAYS_TO_ACT),
        detail=f"Law {law}, {day}: known through {missing.facts['known_through']}",
    )


def looked_at(case: Case, through: date | None) -> InvoiceCharges:
    """Return case's charges as looked at now, with interest reckoned through a day."""
    charges = case.charges
    return replace(
        charges,
        looked_through=through or charges.looked_through,
        seen_version=case.invoice.version,
        version=charges.version + 1,
    )
