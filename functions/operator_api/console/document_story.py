"""What happened to a document since it was issued: money, corrections, and what was said of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared import runtime
from shared.domain.document_steps import Step, document_steps
from shared.domain.movement import MovementKind
from shared.domain.notice import Notice, NoticeItem
from shared.domain.open_items import document_id_of
from shared.domain.payment import Payment

STEP_WORDS = {
    MovementKind.REVISION: "Total corrected by the ERP",
    MovementKind.MOVE: "Moved to another customer",
    MovementKind.VOID: "Void",
    MovementKind.CORRECTION: "Charge taken back",
    MovementKind.WAIVER: "Waived",
    MovementKind.ALLOCATION: "Credit",
    MovementKind.DEALLOCATION: "Credit",
    MovementKind.DISCOUNT: "Early-payment discount",
    MovementKind.TOLERANCE: "Too little to chase",
    MovementKind.DEDUCTION: "Accepted as not paid",
    MovementKind.WRITE_OFF: "Written off",
    MovementKind.RECOVERY: "Asked for again",
    MovementKind.FX_DIFFERENCE: "Exchange difference",
}
_NOTICES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Said:
    """A notice, why its delivery stands so, and its line of the document: None of a receipt."""

    notice: Notice
    code: str
    line: NoticeItem | None


@dataclass(frozen=True, slots=True)
class Story:
    """Steps and notices are newest first; payments and the numbers of credit notes are by id."""

    steps: tuple[Step, ...]
    payments: Mapping[str, Payment]
    notes: Mapping[str, str]
    notices: list[Said]

    @property
    def asking(self) -> list[Said]:
        """Return the notices that ask for the document, and receipts of what was paid on it."""
        return [said for said in self.notices if said.line is None or said.line.asked]

    @property
    def listing(self) -> list[Said]:
        """Return the notices about other documents that list this one beside them."""
        return [said for said in self.notices if said.line is not None and not said.line.asked]


def of_document(entity_id: str, customer_id: str, document_id: str) -> Story:
    """Return what happened to a document of a customer."""
    steps = document_steps(runtime.books_reader().postings(entity_id, customer_id), document_id)
    paid = {step.source_id for step in steps if step.source_id and not step.of_note}
    payments = runtime.receivables().payments(entity_id, customer_id) if paid else ()
    return Story(
        steps,
        {payment.payment_id: payment for payment in payments if payment.payment_id in paid},
        _note_numbers(entity_id, customer_id, steps),
        _notices(entity_id, customer_id, document_id, paid),
    )


def _note_numbers(entity_id: str, customer_id: str, steps: Iterable[Step]) -> dict[str, str]:
    """Return the numbers of the credit notes that steps are of, by id."""
    wanted = {step.source_id for step in steps if step.of_note}
    accounts = runtime.accounts()
    return {name: accounts.document(entity_id, customer_id, name).number for name in wanted}


def _notices(entity_id: str, customer_id: str, document_id: str, paid: set[str]) -> list[Said]:
    """Return what was said about a document, newest first: notices that list it, and receipts.

    At most some of the newest.
    """
    found = []
    for notice, code in runtime.receivables().notices(entity_id, customer_id):
        lines = (i for i in notice.items if document_id_of(i.document_id) == document_id)
        line = next(iter(sorted(lines, key=lambda item: not item.asked)), None)
        if line is not None or notice.payment_id in paid:
            found.append(Said(notice, code, line))
    return found[:_NOTICES_SHOWN]
