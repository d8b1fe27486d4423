"""One step of people's work on money, as it is written: together, or not at all."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from shared.domain.discount import discounts_of
from shared.domain.movement import Posting, frees
from shared.domain.payment import Allocation, Payment, PaymentState
from shared.domain.refund import Refund
from shared.domain.tasks import Task
from shared.errors import Conflict


class PossibleDuplicate(Conflict):
    """A payment of the same reference, amount and day is here already."""

    code = "possible_duplicate"
    help = "Look at the payment named; if this is another one, say so and send it again."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for. request_id names the request, "" where it has no name.

    digest is the fingerprint of all that was said: the same request says the same. by is the
    person, note what they wrote.
    """

    request_id: str
    digest: str
    by: str
    note: str = ""


UNNAMED = Asked("", "", "")
"""What nobody named: it is carried out whenever it is asked for."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a request made: the id of a payment, refund or document."""

    digest: str
    made: str


@dataclass(frozen=True, slots=True)
class Step:
    """A posting and all that becomes true with it. posting is None where no money moves yet.

    payments are (before, after) of each that changes; one that is new has no before. made is what
    the request leads to. look is why the sweep is to look at the customer, "" where the posting
    says whether there is a reason. receipt: the payer is sent one. erp_did are the changes of
    allocations that the ERP made itself, which it is not told of; below zero where it took them
    back. told_alone are changes of discounts (minor units, by document id) of which it hears by
    themselves, as it did before.
    """

    posting: Posting | None
    payments: tuple[tuple[Payment | None, Payment], ...] = ()
    made: str = ""
    asked: Asked | None = None
    refunds: tuple[tuple[Refund | None, Refund], ...] = ()
    task: Task | None = None
    look: str = ""
    receipt: bool = False
    erp_did: tuple[Allocation, ...] = ()
    told_alone: Mapping[str, int] = field(default_factory=dict)

    @property
    def why_look(self) -> str:
        """Return why the sweep is to look at the customer, "" where it need not."""
        freed = self.posting is not None and frees(self.posting.movements)
        return self.look or (self.posting.posting_id if self.posting and freed else "")

    @property
    def discounts(self) -> dict[str, int]:
        """Return the discounts that the ERP hears of beside money, by document id; minor units."""
        taken = discounts_of(self.posting.movements) if self.posting else {}
        named = dict.fromkeys([*taken, *self.told_alone])
        return {name: taken.get(name, 0) - self.told_alone.get(name, 0) for name in named}


def to_tell(
    before: Payment | None, after: Payment, erp_did: Iterable[Allocation] = ()
) -> Iterator[Allocation]:
    """Yield what the ERP is to hear: the change of each allocation, below zero where it fell.

    What somebody else received and used, they know of, but not what we changed since; erp_did is
    what the ERP changed itself. Of money that the ERP has on an invoice beyond what was open there,
    what is used for something leaves that invoice. What was only announced is not money yet.
    """
    changes = {a.document_id: a for a in _changes(before, after)}
    for done in (*erp_did, *_excess_used(before, after)):
        known = changes.get(done.document_id)
        ours = -done.amount if known is None else known.amount - done.amount
        changes[done.document_id] = replace(known or done, amount=ours)
    yield from (change for change in changes.values() if change.amount)


def _excess_used(before: Payment | None, after: Payment) -> Iterator[Allocation]:
    if before is not None and before.excess is not None and after.excess is not None:
        yield replace(before.excess, amount=before.excess.amount - after.excess.amount)


def _changes(before: Payment | None, after: Payment) -> Iterator[Allocation]:
    theirs = before is None and after.source == "elsewhere"
    if theirs or after.state is PaymentState.PENDING:
        return
    known = {a.document_id: a for a in before.allocations} if before else {}
    now = {a.document_id: a for a in after.allocations}
    for document_id in dict.fromkeys([*known, *now]):
        old, new = known.get(document_id), now.get(document_id)
        one = new or old
        if one is None:
            continue
        change = one.amount if old is None else -old.amount
        if old is not None and new is not None:
            change = new.amount - old.amount
        if change:
            yield Allocation(document_id, one.number, one.invoice_external_id, change)
