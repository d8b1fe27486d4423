"""What the ERP is told of a payment: the part of it that went to one invoice."""

from dataclasses import dataclass
from datetime import date

from shared.domain.money import Money


@dataclass(frozen=True, slots=True)
class Writeback:
    """One line for the ERP. pending says that it is still to be written.

    An amount below zero takes back what an earlier line said. step tells such lines apart: 0 for
    the first one of a payment and document. discount_minor is what came off the invoice beside
    amount because it was paid early; below zero where that is taken back.
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
