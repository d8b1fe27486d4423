"""What a customer typed into a form, each field as what it has to be."""

from datetime import date

from functions.portal.visit import Visit
from shared import runtime
from shared.domain.agreement import DisputeReason
from shared.domain.dispute import TEXT_MAX
from shared.domain.money import Money
from shared.domain.plan import Pace
from shared.errors import InvalidInput, NotFound


def typed(visitor: Visit, field: str) -> str:
    """Return the text of a field, "" where it was left empty."""
    return visitor.form.get(field, [""])[0].strip()[: TEXT_MAX * 2]


def words(visitor: Visit, field: str) -> str:
    """Return the text of a field that must not be empty. Raises InvalidInput."""
    text = typed(visitor, field)
    if not text:
        raise InvalidInput(field=field, reason="it is empty")
    return text


def day(visitor: Visit, field: str) -> date:
    """Return the day of a field. Raises InvalidInput."""
    try:
        return date.fromisoformat(typed(visitor, field))
    except ValueError:
        raise InvalidInput(field=field, reason="a day") from None


def number(visitor: Visit, field: str) -> int:
    """Return the small number of a field, 0 where it was left empty. Raises InvalidInput."""
    text = typed(visitor, field) or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise InvalidInput(field=field, reason="a number")
    return int(text)


def one_of[Choice: (DisputeReason, Pace)](
    visitor: Visit, field: str, choices: type[Choice]
) -> Choice:
    """Return the choice of a field. Raises InvalidInput."""
    try:
        return choices(typed(visitor, field))
    except ValueError:
        raise InvalidInput(field=field, reason="choose one") from None


def amount(visitor: Visit, about: tuple[str, ...]) -> Money | None:
    """Return the amount that was typed, None for all of it.

    It is read as the customer's language writes amounts (shared.domain.typed_amount).
    Raises InvalidInput, and NotFound where about names nothing open.
    """
    text = typed(visitor, "amount")
    if not text:
        return None
    account = runtime.accounts().account(visitor.principal.entity_id, visitor.principal.customer_id)
    found = [d for d in account.documents if d.document_id in about]
    if not found:
        raise NotFound()
    entity = runtime.accounts().entity(visitor.principal.entity_id)
    voice = runtime.templates().voice(account.customer.language, entity.language)
    return voice.formats.typed_money(text, found[0].open.currency)
