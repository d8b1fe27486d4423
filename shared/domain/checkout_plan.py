"""What a page of the gateway will ask for: the chosen open items, as things stand today."""

from collections.abc import Collection
from datetime import date

from shared.domain.account import Account
from shared.domain.coverage import Cover, item_coverage, items_on
from shared.domain.discount import offered
from shared.domain.dispute import disputed
from shared.domain.document import Document
from shared.domain.money import Money, total
from shared.domain.open_items import document_id_of
from shared.domain.portal import NothingToPay
from shared.errors import InvalidInput, NotFound

Plan = tuple[tuple[str, Money], ...]


def checkout_plan(
    account: Account, chosen: Collection[str], today: date, *, spare_contested: bool = False
) -> Plan:
    """Return what is to be paid of each document that chosen names, oldest due date first.

    chosen are ids of documents or of open items. All that is payable of them is asked for, less the
    early-payment discount where it is offered and the document is chosen whole. spare_contested
    leaves out what is contested of it, and then the discount of such a document, too. What is paid
    goes to the earliest instalments first, and to the earliest parts of a plan.

    Raises NotFound for what is not open on this account, NothingToPay, and InvalidInput for none
    chosen or for two currencies.
    """
    if not chosen:
        raise InvalidInput(field="document", reason="nothing is chosen")
    covers = item_coverage(account, today)
    asked_for = items_on(account, today)
    left = set(chosen)
    plan = []
    for document in sorted(account.documents, key=lambda d: (d.due_on, d.number, d.document_id)):
        ids = (item.document_id for item in asked_for)
        items = [i for i in ids if document_id_of(i) == document.document_id]
        whole = document.document_id in left
        picked = [item_id for item_id in items if whole or item_id in left]
        left -= {document.document_id, *picked}
        if picked:
            amount = total((covers[i].payable for i in picked), document.open.currency)
            spared = Money.zero(amount.currency)
            if spare_contested:
                contested = (contested_of(account, document, i, covers[i], today) for i in picked)
                spared = min(total(contested, amount.currency), amount)
            amount -= spared
            if len(picked) == len(items) and not spared:
                off = offered(document, today)
                amount -= off if off < amount else Money.zero(off.currency)
            plan.append((document.document_id, amount))
    if left:
        raise NotFound()
    if len({amount.currency for _, amount in plan}) > 1:
        raise InvalidInput(field="document", reason="one payment is in one currency")
    payable = tuple((document_id, amount) for document_id, amount in plan if amount.minor > 0)
    if not payable:
        raise NothingToPay()
    return payable


def contested_of(
    account: Account, document: Document, item_id: str, cover: Cover, today: date
) -> Money:
    """Return how much of an open item is contested: of document itself, or an instalment of it."""
    whole = item_id == document.document_id
    return disputed(account, document, today) if whole else cover.disputed
