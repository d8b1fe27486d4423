"""What a controller agrees to: a notice that waits, what it asks for, and what it charges."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.document import Document
from shared.domain.escalation import fee_ahead
from shared.domain.money import Money, total
from shared.domain.notice import DeliveryState, Notice, NoticeItem
from shared.usecases.explain import Explanation


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that waits for somebody's word: what it asks for, its sums, and the fees with it."""

    notice: Notice
    items: tuple[NoticeItem, ...]
    sums: tuple[Money, ...]
    fees: tuple[Document, ...]


def waiting(told: Explanation, notice: Notice) -> Waiting | None:
    """Return what notice of an account asks for, None where it waits for nobody any more."""
    if notice.delivery is not DeliveryState.APPROVAL:
        return None
    items = tuple(item for item in notice.items if item.asked)
    currencies = sorted({item.payable.currency for item in items})
    sums = tuple(
        total((i.payable for i in items if i.payable.currency == currency), currency)
        for currency in currencies
    )
    return Waiting(notice, items, sums, _fees(told, notice, items))


def _fees(told: Explanation, notice: Notice, items: Sequence[NoticeItem]) -> tuple[Document, ...]:
    stage = told.book.stage(notice.policy, notice.stage)
    named = {item.document_id.partition("/")[0] for item in items}
    invoices = [d for d in told.account.documents if d.document_id in named]
    return tuple(
        fee
        for invoice in invoices
        if stage is not None
        for fee in fee_ahead(told.account, invoice, told.book.of(invoice), stage, told.on)
    )
