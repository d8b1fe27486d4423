"""What an invoice bears in interest up to a day, line by line, and how much of it is charged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.domain.charges import ChargeKind, InvoiceCharges, net_charged
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.interest_charges import Sheet, interest_to_date
from shared.domain.interest_rule import InterestRule
from shared.domain.laws.packs import LAWS
from shared.domain.money import Money
from shared.errors import Conflict, InvalidInput, NotFound
from shared.usecases.charging import case_of
from shared.usecases.ports.books import ReadsBooks, ReadsPostings
from shared.usecases.ports.policies import ReadsPolicy


class Ledger(ReadsBooks, ReadsPostings, Protocol):
    """Books, and all that was ever moved in them."""


class Charges(Protocol):
    def made_on(
        self, entity_id: str, customer_id: str, document_ids: Iterable[str]
    ) -> Mapping[str, InvoiceCharges]: ...


@dataclass(frozen=True, slots=True)
class InterestSheet:
    """The interest of one invoice through a day. charged is what charges stand at for it."""

    invoice: Document
    rule: InterestRule
    through: date
    sheet: Sheet
    charged: Money


@dataclass(frozen=True, slots=True)
class Ports:
    """What interest is reckoned from."""

    ledger: Ledger
    policies: ReadsPolicy
    charges: Charges


def interest_sheet(
    ports: Ports,
    entity_id: str,
    customer_id: str,
    document_id: str,
    through: date | None,
    law: str,
    now: Now,
) -> InterestSheet:
    """Return the interest of an invoice through a day, by default the customer's today.

    It is reckoned by the customer's policy, or by the law that is named instead. Days to come are
    reckoned as if nothing more were paid. Raises NotFound, RateNotKnown, InvalidInput for what is
    no invoice, and Conflict where the policy knows no interest and no law is named.
    """
    customer, books = ports.ledger.look(entity_id, customer_id, [document_id])
    invoice = books.document(document_id)
    if invoice is None:
        raise NotFound(document=document_id[:64])
    if invoice.kind is not DocumentKind.INVOICE:
        raise InvalidInput(field="document", reason="only an invoice bears interest")
    rule = ports.policies.policy(entity_id, customer.policy).interest
    if law:
        rule = _by_law(law, rule)
    if rule is None:
        raise Conflict(policy=customer.policy, reason="it knows no interest: name a law")
    made = ports.charges.made_on(entity_id, customer_id, [document_id])[document_id]
    postings = tuple(ports.ledger.postings(entity_id, customer_id))
    case = case_of(invoice, made, postings, books.documents, books.credits)
    on = through or now.today(customer.time_zone)
    nets = net_charged(made.made, postings)
    charged = sum(nets[one.charge_id] for one in made.of(ChargeKind.INTEREST))
    return InterestSheet(
        invoice=invoice,
        rule=rule,
        through=on,
        sheet=interest_to_date(invoice, case.debts, rule, on),
        charged=Money(minor=charged, currency=invoice.total.currency),
    )


def _by_law(law: str, own: InterestRule | None) -> InterestRule:
    """Return a law as it is; with the rates that the policy adds, where it goes by that law."""
    if law not in LAWS:
        raise InvalidInput(field="law", reason=f"one of {', '.join(LAWS)}")
    return InterestRule(law=law, rates=own.rates if own is not None and own.law == law else {})
