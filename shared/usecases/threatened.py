"""Interest that a policy names and never charges: what it comes to by now."""

from collections.abc import Iterable
from datetime import date

from shared.domain.account import Account
from shared.domain.charges import InvoiceCharges
from shared.domain.document import DocumentKind
from shared.domain.interest_charges import interest_to_date
from shared.domain.interest_rule import Claim
from shared.domain.laws.law import RateNotKnown
from shared.domain.money import Money
from shared.domain.policy_book import PolicyBook
from shared.usecases.charging import case_of
from shared.usecases.ports.books import ReadsPostings


def threatened(
    ledger: ReadsPostings,
    entity_id: str,
    account: Account,
    document_ids: Iterable[str],
    book: PolicyBook,
    today: date,
) -> tuple[Money, ...]:
    """Return the interest of those invoices through today, by currency; zero sums are left out.

    There is none where an invoice's policy does more than threaten, and none where no rate is
    known: the message goes out without a figure then.
    """
    found = (account.document(document_id) for document_id in document_ids)
    threats = [
        (invoice, rule)
        for invoice in found
        if invoice is not None and invoice.kind is DocumentKind.INVOICE
        if (rule := book.of(invoice).interest) is not None and rule.claim is Claim.THREAT
    ]
    if not threats:
        return ()
    postings = tuple(ledger.postings(entity_id, account.customer.customer_id))
    sums: dict[str, Money] = {}
    for invoice, rule in threats:
        document_id = invoice.document_id
        nothing_made = InvoiceCharges(document_id)
        case = case_of(invoice, nothing_made, postings, account.documents, account.credits)
        try:
            interest = interest_to_date(invoice, case.debts, rule, today).total
        except RateNotKnown:
            return ()
        sums[interest.currency] = (
            sums.get(interest.currency, Money.zero(interest.currency)) + interest
        )
    return tuple(sums[currency] for currency in sorted(sums) if sums[currency])
