"""What a pack is read by: an index in HTML, and the same in a few lines of text."""

from collections.abc import Sequence

from shared.adapters.file_names import file_names
from shared.adapters.templates import Templates
from shared.domain.case_pack import Case, Spoken, about_case
from shared.domain.money import Money, total


def index_page(case: Case, paths: Sequence[str], templates: Templates) -> str:
    """Return the page that leads to each of paths."""
    names, there = names_in(case), frozenset(paths)
    by_number = {
        spoken.n: [path for path in paths if path.startswith(f"messages/{spoken.n:04d}-")]
        for spoken in case.facts.spoken
    }
    return templates.voice("en").render(
        "case/index.html",
        case=case,
        totals=_totals(case),
        invoices={
            document_id: invoice_path(name) if invoice_path(name) in there else ""
            for document_id, name in names.items()
        },
        interest={
            taken.invoice.document_id: (
                interest_path(names[taken.invoice.document_id]),
                taken.sheet,
            )
            for taken in case.interest
        },
        messages=[(spoken, by_number[spoken.n]) for spoken in _said(case)],
        others=[p for p in paths if not p.startswith(("invoices/", "messages/0", "interest/"))],
    )


def readme(case: Case, paths: Sequence[str]) -> str:
    """Return what the pack is and what is missing in it."""
    names, there = names_in(case), frozenset(paths)
    missing = [
        d.number
        for d in case.documents
        if invoice_path(names[d.document_id]) not in there and not d.charge
    ]
    lines = [
        f"Case of {case.customer.name} ({case.customer.external_id}) as of {case.as_of}",
        f"Creditor: {case.entity.name}",
        "",
        "index.html leads through the case. hashes.sha256 holds the SHA-256 of every other file:",
        "sha256sum -c hashes.sha256",
        "",
        "invoices/    what is claimed, as issued",
        "terms/       the terms of payment and the rules by which reminders were sent",
        "messages/    every message as sent, links cut out, and what became of each",
        "agreements/  promises, disputes, holds, plans, hand-overs, questions and calls",
        "interest/    late interest of each invoice, day by day",
        "statement.pdf  the statement of account",
        "",
    ]
    if missing:
        lines += [f"Not on file here, ask the creditor's ERP: {', '.join(missing)}", ""]
    return "".join(f"{line}\n" for line in lines)


def _said(case: Case) -> tuple[Spoken, ...]:
    return about_case(case.facts, case.documents)


def _totals(case: Case) -> list[Money]:
    currencies = sorted({d.open.currency for d in case.documents})
    return [
        total((d.open for d in case.documents if d.open.currency == currency), currency)
        for currency in currencies
    ]


def names_in(case: Case) -> dict[str, str]:
    """Return what the files of each document of case are called, without folder and ending."""
    return file_names({d.document_id: d.number for d in case.documents})


def invoice_path(name: str) -> str:
    """Return where the PDF of the document of that name lies in the ZIP."""
    return f"invoices/{name}.pdf"


def interest_path(name: str) -> str:
    """Return where the interest of the document of that name lies in the ZIP."""
    return f"interest/{name}.csv"
