"""What the ERP is told of one document, line by line, and how far the telling has come."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.domain.entry_keys import EntryKey
from shared.domain.money import Money
from shared.domain.movement import MovementKind
from shared.ids import derived_id

CHARGE = "charge"
CHARGE_BACK = "charge_back"
CHARGED_AS = {
    MovementKind.CHARGE: CHARGE,
    MovementKind.WAIVER: CHARGE_BACK,
    MovementKind.CORRECTION: CHARGE_BACK,
}
"""The kinds that move what a charge asks for, and under which word the ERP hears of them."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a line could not be told yet. words are the ERP's own, for people; never logged.

    since is the instant of the first failure in a row, tries how many there were.
    """

    code: str
    words: str
    since: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Writeback:
    """One line for the ERP. pending says that it is still to be told.

    An amount below zero takes back what an earlier line said. step tells such lines apart: 0 for
    the first one of a payment and document. discount_minor is what came off the invoice beside
    amount because it was paid early; below zero where that is taken back. invoice_external_id is ""
    for a document that the ERP does not know.

    written_at (wall) orders the lines of a document. calling is the instant of a call whose end
    nobody noted, calls how often the ERP was called, doubted says that a call may have been booked,
    again that a person wants it tried once more, attempt how often that was so. not_before is when
    to try next. stopped: it waits for a person. erp_id is how the ERP calls what was booked,
    by_hand says that a person booked it there, left why it is not to be told at all.
    """

    payment_id: str
    document_id: str
    invoice_external_id: str
    received_on: date
    amount: Money
    method: str
    gateway_reference: str
    pending: bool
    step: int = 0
    discount_minor: int = 0
    customer_id: str = ""
    number: str = ""
    written_at: str = ""
    calling: datetime | None = None
    calls: int = 0
    doubted: bool = False
    again: bool = False
    attempt: int = 0
    not_before: datetime | None = None
    failure: Failure | None = None
    stopped: bool = False
    erp_id: str = ""
    by_hand: bool = False
    left: str = ""

    @property
    def key(self) -> str:
        """Return our key of the line, which the ERP's entry carries."""
        return str(EntryKey(self.payment_id, self.document_id, self.step))

    @property
    def settles_minor(self) -> int:
        """Return what the line takes off its document in the ERP, in minor units."""
        return self.amount.minor + self.discount_minor


def told_as(posting_id: str, kind: str) -> str:
    """Return the id that stands for a posting's change of kind where no payment does."""
    return derived_id("adjustment", posting_id, kind)
