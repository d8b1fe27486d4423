"""Charges that a notice was to tell of, and that nothing else tells. Pure."""

from collections.abc import Iterable, Sequence

from shared.domain.document import Document, DocumentKind
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.domain.open_items import document_id_of

_WENT_OUT = (
    DeliveryState.CALLING,
    DeliveryState.SENT,
    DeliveryState.UNKNOWN,
    DeliveryState.BOUNCED,
)
_STILL_TO_GO = (DeliveryState.CLAIMED, DeliveryState.APPROVAL)


def untold_charges(
    notice: Notice, later: Sequence[Notice], documents: Iterable[Document]
) -> tuple[Document, ...]:
    """Return the open charges that are taken back when notice does not go out.

    They are what its stage charged on the invoices that it asks for. One that was told before (the
    stage was done already), that a later notice told, or that one of the same stage still is to
    tell, stays.
    """
    asked = {i.document_id for i in notice.items if i.asked}
    invoices = {document_id_of(i) for i in asked if notice.fee and not _told_before(notice, i)}
    return tuple(
        charge
        for charge in documents
        if charge.kind is DocumentKind.CHARGE
        and charge.open
        and charge.stage_done == notice.stage
        and charge.invoice_id in invoices
        and not any(_stands_on(other, charge) for other in later)
    )


def _told_before(notice: Notice, item_id: str) -> bool:
    """Return whether the stage had spoken of the item's invoice before: of any part of it."""
    invoice, position = document_id_of(item_id), notice.done_after.get(item_id)
    return position is not None and any(
        done >= position
        for other, done in notice.done_before.items()
        if document_id_of(other) == invoice
    )


def _stands_on(other: Notice, charge: Document) -> bool:
    asks = {document_id_of(i.document_id) for i in other.items if i.asked}
    same_stage = other.stage == charge.stage_done and charge.invoice_id in asks
    if other.delivery in _STILL_TO_GO:
        return same_stage
    listed = charge.document_id in {document_id_of(i.document_id) for i in other.items}
    by_a_person = other.delivery is DeliveryState.DONE and other.channel is Channel.CALL
    return (same_stage or listed) and (other.delivery in _WENT_OUT or by_a_person)
