"""What a controller agrees to: a notice that waits, what it asks for, and what it charges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.coverage import item_coverage
from shared.domain.document import Document
from shared.domain.escalation import fee_ahead
from shared.domain.money import Money, total
from shared.domain.notice import DeliveryState, Notice, NoticeItem
from shared.usecases.explain import Explanation


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that waits for somebody's word: what it asks for, its sums, and the fees with it.

    now is what may be asked for by now, by the id of each item, and sums_now the sums of that: what
    was paid, waived or contested since the claim is not in it.
    """

    notice: Notice
    items: tuple[NoticeItem, ...]
    sums: tuple[Money, ...]
    fees: tuple[Document, ...]
    now: Mapping[str, Money]
    sums_now: tuple[Money, ...]


def waiting(told: Explanation, notice: Notice) -> Waiting | None:
    """Return what notice of an account asks for, None where it waits for nobody any more."""
    if notice.delivery is not DeliveryState.APPROVAL:
        return None
    items = tuple(item for item in notice.items if item.asked)
    covers = item_coverage(told.account, told.on)
    now = {
        item.document_id: covers[item.document_id].chaseable
        if item.document_id in covers
        else Money.zero(item.payable.currency)
        for item in items
    }
    sums, sums_now = _sums(item.payable for item in items), _sums(now.values())
    return Waiting(notice, items, sums, _fees(told, notice, items), now, sums_now)


def _sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Return amounts summed by currency."""
    all_ = tuple(amounts)
    return tuple(
        total((one for one in all_ if one.currency == currency), currency)
        for currency in sorted({one.currency for one in all_})
    )


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
