"""What the files of a history tell: invoices and payments, each once, and what was left out."""

from dataclasses import replace

from infra.cli.simulation.left_out import LeftOut
from shared.domain.imports import PaymentRow
from shared.domain.replay import PastInvoice

DUPLICATE = "duplicate"


class Collected:
    """What the files told so far."""

    def __init__(self) -> None:
        self.invoices: dict[str, PastInvoice] = {}
        self.left_out: list[LeftOut] = []
        self._payments: list[tuple[str, PaymentRow]] = []
        self._first: dict[tuple[str, ...], str] = {}

    def add(self, invoice: PastInvoice, file: str, line: int) -> None:
        """Take an invoice, unless a line before told it."""
        if self._is_first(("invoice", invoice.number), file, line):
            self.invoices[invoice.number] = invoice

    def add_payment(self, row: PaymentRow, file: str) -> None:
        """Take a payment of an invoice, unless a line before told it."""
        known_by = ("payment", row.external_id, row.invoice_external_id)
        if self._is_first(known_by, file, row.line):
            self._payments.append((file, row))

    def pay(self) -> None:
        """Give each invoice the payments that the files have for it."""
        for file, row in self._payments:
            invoice = self.invoices.get(row.invoice_external_id)
            if invoice is None:
                reason = "The invoice that it pays is not in the history."
                self.left_out.append(LeftOut(file, row.line, "unknown_invoice", reason))
            elif invoice.total.currency != row.amount.currency:
                reason = f"The invoice that it pays is in {invoice.total.currency}."
                self.left_out.append(LeftOut(file, row.line, "other_currency", reason))
            else:
                paid = (*invoice.payments, (row.paid_on, row.amount))
                self.invoices[row.invoice_external_id] = replace(invoice, payments=paid)

    def _is_first(self, known_by: tuple[str, ...], file: str, line: int) -> bool:
        place = f"{file}:{line}"
        first = self._first.setdefault(known_by, place)
        if first == place:
            return True
        reason = f"{first} tells the same {known_by[0]}: that one counts."
        self.left_out.append(LeftOut(file, line, DUPLICATE, reason))
        return False
