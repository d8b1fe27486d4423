"""Invoices that the hub issues, and every paper it makes."""

from functools import cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.corrections import Corrections
    from shared.adapters.documents import Documents
    from shared.adapters.issued_invoices import IssuedInvoices
    from shared.adapters.ladder_moves import LadderMoves
    from shared.adapters.numbers import Numbers
    from shared.adapters.packs import Packs
    from shared.adapters.recurrences import Recurrences
    from shared.adapters.statement_requests import StatementRequests
    from shared.adapters.typst_pdf import Printer
    from shared.usecases.generate_invoices import Ports as GenerationPorts
    from shared.usecases.make_pack import Ports as PackingPorts


@cache
def issued_invoices() -> "IssuedInvoices":
    """Return the writes of invoices that this hub issues."""
    from shared.adapters.issued_invoices import IssuedInvoices

    return IssuedInvoices(runtime.table(), runtime.numbers())


@cache
def ladder_moves() -> "LadderMoves":
    """Return the writes of invoices that move to another ladder."""
    from shared.adapters.ladder_moves import LadderMoves

    return LadderMoves(runtime.table())


@cache
def corrections() -> "Corrections":
    """Return the writes of credit notes and voids."""
    from shared.adapters.corrections import Corrections
    from shared.adapters.ledger import Ledger

    return Corrections(runtime.table(), Ledger(runtime.table()), runtime.numbers())


@cache
def numbers() -> "Numbers":
    """Return the numbers of documents."""
    from shared.adapters.numbers import Numbers
    from shared.adapters.pause import pause

    return Numbers(runtime.table(), pause)


@cache
def recurrences() -> "Recurrences":
    """Return the schedules of invoices that come back."""
    from shared.adapters.recurrences import Recurrences

    return Recurrences(runtime.table(), runtime.issued_invoices())


@cache
def generating() -> "GenerationPorts":
    """Return everything that the generation of invoices touches."""
    from shared.usecases.generate_invoices import Ports

    return Ports(
        accounts=runtime.accounts(), policies=runtime.entities(), recurrences=runtime.recurrences()
    )


@cache
def documents() -> "Documents":
    """Return the files of the documents bucket."""
    from shared.adapters.documents import Documents

    return Documents(runtime.signing_s3(read_timeout_s=8), runtime.setting("DOCUMENTS_BUCKET"))


@cache
def printer() -> "Printer":
    """Return what makes PDF."""
    from shared.adapters.typst_pdf import Printer

    return Printer(runtime.templates())


@cache
def statement_requests() -> "StatementRequests":
    """Return the statements of account asked for as PDF."""
    from shared.adapters.statement_requests import StatementRequests

    return StatementRequests(runtime.table())


@cache
def packs() -> "Packs":
    """Return the packs of cases."""
    from shared.adapters.packs import Packs

    return Packs(runtime.table())


@cache
def packing() -> "PackingPorts":
    """Return everything that a pack of a case is made from."""
    from shared.adapters.case_binder import CaseBinder
    from shared.adapters.case_reader import CaseReader
    from shared.usecases.make_pack import Ports

    return Ports(
        accounts=runtime.accounts(),
        facts=CaseReader(runtime.table()),
        books=runtime.books_reader(),
        ledger=runtime.ledger(),
        policies=runtime.entities(),
        charges=runtime.charges(),
        packs=runtime.packs(),
        files=runtime.documents(),
        binder=CaseBinder(runtime.templates(), runtime.printer()),
    )
