"""What a document asks for, given up or asked for again by a person: no money moves."""

from collections.abc import Callable, Sequence

from shared.domain.cash_step import Asked, Step
from shared.domain.charge_postings import waived
from shared.domain.clock import Now
from shared.domain.document import Document
from shared.domain.money import Money
from shared.domain.movement import Movement
from shared.domain.write_off import deducted, recovered, written_off
from shared.errors import NotFound
from shared.usecases.cash_desk import Desk, look, once, posting_of, write


def write_off(
    desk: Desk,
    entity_id: str,
    customer_id: str,
    document_id: str,
    amount: Money | None,
    reason: str,
    asked: Asked,
    now: Now,
) -> None:
    """Give up amount of a document (None: all that is open) as bad debt: it is chased no more.

    Raises NotFound, InvalidInput for the reason or for more than is open, CurrencyMismatch.
    """
    _adjust(
        desk,
        entity_id,
        customer_id,
        document_id,
        "write_off",
        lambda document: written_off(document, amount, reason),
        asked,
        now,
    )


def ask_again(
    desk: Desk,
    entity_id: str,
    customer_id: str,
    document_id: str,
    amount: Money | None,
    asked: Asked,
    now: Now,
) -> None:
    """Undo amount of a write-off (None: all of it): the document is open again, due as it was.

    Raises NotFound, InvalidInput for more than was written off, CurrencyMismatch.
    """
    _adjust(
        desk,
        entity_id,
        customer_id,
        document_id,
        "recovery",
        lambda document: recovered(document, amount, "asked_again"),
        asked,
        now,
    )


def deduct(
    desk: Desk,
    entity_id: str,
    customer_id: str,
    document_id: str,
    amount: Money,
    reason: str,
    asked: Asked,
    now: Now,
) -> None:
    """Accept that amount of a document is not paid, for reason.

    Raises NotFound, InvalidInput for the reason or for more than is open, CurrencyMismatch.
    """
    _adjust(
        desk,
        entity_id,
        customer_id,
        document_id,
        "deduction",
        lambda document: deducted(document, amount, reason),
        asked,
        now,
    )


def waive(
    desk: Desk,
    entity_id: str,
    customer_id: str,
    charge_id: str,
    amount: Money | None,
    reason: str,
    asked: Asked,
    now: Now,
) -> None:
    """Give up amount of a charge (None: all that is open), for reason.

    Raises NotFound, InvalidInput for what is no charge or more than is open, CurrencyMismatch.
    """
    _adjust(
        desk,
        entity_id,
        customer_id,
        charge_id,
        "waiver",
        lambda charge: waived(charge, amount, reason),
        asked,
        now,
    )


def _adjust(
    desk: Desk,
    entity_id: str,
    customer_id: str,
    document_id: str,
    name: str,
    decide: Callable[[Document], Sequence[Movement]],
    asked: Asked,
    now: Now,
) -> None:
    def work() -> str:
        at = look(desk, entity_id, customer_id, [document_id])
        document = at.books.document(document_id)
        if document is None:
            raise NotFound(document=document_id[:64])
        movements = decide(document)
        posting_id = f"{name}:{document_id}:{document.version}"
        posting = posting_of(posting_id, at, movements, asked, now)
        step = Step(posting, made=document_id, asked=asked)
        write(desk, at, step, now)
        return document_id

    once(desk, entity_id, asked, work)
