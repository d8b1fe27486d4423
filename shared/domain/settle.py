"""Settlement: how an amount of money closes documents. Pure, and exact to the minor unit."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.domain.account import Document
from shared.domain.money import Money
from shared.domain.payment import Allocation


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of an amount: allocations and the unapplied rest sum to it exactly.

    before and after hold the touched documents in the order of allocations; each one after is
    open for less and one version on. left is the part of the plan that was not looked at.
    """

    allocations: tuple[Allocation, ...]
    before: tuple[Document, ...]
    after: tuple[Document, ...]
    unapplied: Money
    left: tuple[tuple[str, Money], ...] = ()


def settle(
    amount: Money,
    plan: Iterable[tuple[str, Money]],
    documents: Iterable[Document],
    documents_max: int | None = None,
) -> Settlement:
    """Return how amount settles the planned parts of documents, oldest due first.

    Each document gets the least of what is planned, what it is open for, and what is left of
    amount. A planned document that is not among documents (it was closed meanwhile) gets nothing:
    its part stays unapplied. Neither the order of plan nor that of documents matters. Where
    documents_max is given, at most that many are settled and the rest of the plan is left.

    Raises CurrencyMismatch when the plan or a planned document is in another currency.
    """
    wanted = _by_document(plan)
    found = sorted(
        (d for d in documents if d.document_id in wanted and d.open),
        key=lambda d: (d.due_on, d.document_id),
    )
    now, later = found[:documents_max], found[len(found[:documents_max]) :]
    rest = amount
    pairs: list[tuple[Document, Money]] = []
    for document in now:
        part = min(wanted[document.document_id], document.open, rest)
        if part:
            pairs.append((document, part))
            rest -= part
    return Settlement(
        allocations=tuple(_allocation(document, part) for document, part in pairs),
        before=tuple(document for document, _ in pairs),
        after=tuple(_reduced(document, part) for document, part in pairs),
        unapplied=rest,
        left=tuple((d.document_id, wanted[d.document_id]) for d in later) if rest else (),
    )


def _by_document(plan: Iterable[tuple[str, Money]]) -> dict[str, Money]:
    wanted: dict[str, Money] = {}
    for document_id, part in plan:
        known = wanted.get(document_id)
        wanted[document_id] = part if known is None else known + part
    return wanted


def _allocation(document: Document, part: Money) -> Allocation:
    return Allocation(document.document_id, document.number, document.external_id, part)


def _reduced(document: Document, part: Money) -> Document:
    return replace(document, open=document.open - part, version=document.version + 1)
