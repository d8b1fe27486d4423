"""Rows of an ERP, taken by the desks as a sync takes them, without an ERP."""

from dataclasses import replace
from datetime import date
from typing import Any

from shared import runtime
from shared.domain.erp import ErpRow, Gone, GoneRow, RecordKind
from shared.domain.imports import CreditNoteRow, InvoiceRow, PaymentRow
from shared.usecases.import_rows import Tally, check_rows, write_rows
from shared.usecases.sync_desks import desks_of
from tests.integration.importing import customer_id
from tests.integration.money import of_type
from tests.support.samples import eur

DAY = date(2026, 1, 20)


def take(*rows: ErpRow, entity: str = "demo") -> Tally:
    """Take rows of one type, and check the books."""
    tally = write_rows(_desk(rows[0], entity), rows)
    check_books(entity)
    return tally


def codes(*rows: ErpRow, entity: str = "demo") -> list[str]:
    """Return why rows are refused. Nothing is written."""
    return [problem.code for problem in check_rows(_desk(rows[0], entity), rows)]


def _desk(row: ErpRow, entity_id: str) -> Any:

    entity = runtime.accounts().entity(entity_id)
    desks = desks_of(runtime.importing(), runtime.erp_corrections(), entity, "run", runtime.now())
    return desks[type(row)]


def invoice(external_id: str, minor: int, customer: str = "C-1", **changes: Any) -> InvoiceRow:
    row = InvoiceRow(
        0, external_id, customer, f"N-{external_id}", date(2026, 1, 5), date(2026, 2, 4), eur(minor)
    )
    return replace(row, **changes)


def note(minor: int, external_id: str = "CN-1", **uses: int) -> CreditNoteRow:
    """Return a credit note of C-1; uses by invoice, I_1 being I-1."""
    used = tuple((name.replace("_", "-"), eur(part)) for name, part in uses.items())
    return CreditNoteRow(0, external_id, "C-1", f"N-{external_id}", DAY, eur(minor), used)


def paid(minor: int, external_id: str = "P-1", invoice: str = "I-1") -> PaymentRow:
    return PaymentRow(0, external_id, invoice, DAY, eur(minor), "bank")


def gone(kind: RecordKind, external_id: str, why: Gone = Gone.DELETED, into: str = "") -> GoneRow:
    return GoneRow(kind, external_id, why, into=into)


def opened(customer: str = "C-1", entity: str = "demo") -> dict[str, int]:
    """Return what is open of a customer's invoices, by the ERP's id."""
    account = runtime.accounts().account(entity, id_of(customer, entity))
    return {d.external_id: d.open.minor for d in account.documents}


def waiting(customer: str = "C-1") -> int:
    """Return what of a customer's money waits."""
    account = runtime.accounts().account("demo", customer_id(customer))
    return sum(credit.unapplied.minor for credit in account.credits)


def id_of(customer: str, entity: str = "demo") -> str:
    return runtime.receivables().find_customer(entity, customer)


def told() -> list[tuple[str, int]]:
    """Return what the ERP is told: the invoice and the amount of each line."""
    return sorted((w["invoice_external_id"], w["amount"]) for w in of_type("demo", "WRITEBACK"))


def told_as() -> list[tuple[str, str, int, int]]:
    """Return invoice, method, amount and discount of each line that the ERP is told."""
    return sorted(
        (w["invoice_external_id"], w["method"], w["amount"], w.get("discount", 0))
        for w in of_type("demo", "WRITEBACK")
    )


def check_books(entity: str = "demo") -> None:
    """Let the nightly check of the books look at every customer: it finds nothing."""
    from shared.domain.book_check import differences

    seen = 0
    for listed in runtime.receivables().customers(entity):
        kept = runtime.book_keeper().look(entity, listed.customer_id)
        assert differences(kept.stored, kept.posted) == ()
        seen += len(kept.postings)
    assert seen or not of_type(entity, "POSTING")
