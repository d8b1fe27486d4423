"""When an invoice that the hub issues is due: as asked for, as the customer agreed, or as usual."""

from collections.abc import Mapping
from datetime import date

from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.money import Money
from shared.domain.terms import Due, Terms, due
from shared.domain.terms_text import known_terms, parse_terms
from shared.errors import InvalidInput


def agreed(
    terms: Terms | None,
    due_on: date | None,
    issued_on: date,
    total: Money,
    tax_minor: Mapping[str, int],
) -> Due:
    """Return the due date, instalments and discount of an invoice: by terms, or plainly by due_on.

    Raises InvalidInput where due_on is before the issue date, or terms do not fit total.
    """
    if terms is not None:
        return due(terms, issued_on, total, tax_minor)
    if due_on is None:
        raise ValueError("terms or a due date")
    if due_on < issued_on:
        raise InvalidInput(field="due_on", reason="it is before the issue date")
    return Due(due_on, (), None)


def terms_for(entity: Entity, customer: Customer, asked: str, due_on: date | None) -> Terms | None:
    """Return the terms of a new invoice, or None where due_on is asked for instead.

    asked comes first, then the customer's, then the entity's. What a customer's terms say in words
    that only people understand is passed over.

    Raises UnknownTerms for asked, and InvalidInput where both it and due_on are given.
    """
    if asked and due_on is not None:
        raise InvalidInput(field="terms", reason="give terms or a due date, not both")
    if due_on is not None:
        return None
    if asked:
        return parse_terms(asked)
    return known_terms(customer.terms) or parse_terms(entity.default_terms)
