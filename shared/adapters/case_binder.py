"""A case as one ZIP: an index to read it by, everything on file, and the hash of each file."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from shared.adapters.case_agreements import agreement_files
from shared.adapters.case_pages import index_page, interest_path, invoice_path, names_in, readme
from shared.adapters.csv_cells import safe_table
from shared.adapters.file_names import file_name
from shared.adapters.templates import Templates
from shared.adapters.typst_pdf import Printer
from shared.domain.case_pack import Case, InterestTaken, Spoken, about_case
from shared.domain.money import to_decimal_text

_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_UNIX = 3
File = tuple[str, bytes]


class CaseBinder:
    """Binds cases. The same case gives the same bytes."""

    def __init__(self, templates: Templates, printer: Printer) -> None:
        self._templates = templates
        self._printer = printer

    def bound(self, case: Case) -> bytes:
        """Return the ZIP of a case; raises ValueError where two files would have one path."""
        files = _each_once(
            [
                *_invoices(case),
                *_terms(case),
                *_messages(case),
                ("messages/deliveries.csv", _deliveries(case)),
                *agreement_files(case),
                *_interest(case),
                ("statement.pdf", self._printer.statement(case.statement)),
            ]
        )
        files["index.html"] = index_page(case, sorted(files), self._templates).encode()
        files["README.txt"] = readme(case, sorted(files)).encode()
        files["hashes.sha256"] = _hashes(files.items())
        return _zip(files)


def _each_once(files: Iterable[File]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path, body in files:
        if path in found:
            raise ValueError(f"two files of the pack are called {path}")
        found[path] = body
    return found


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr, entry.create_system = _READABLE, _UNIX
            archive.writestr(entry, files[path])
    return packed.getvalue()


def _hashes(files: Iterable[File]) -> bytes:
    lines = (f"{hashlib.sha256(body).hexdigest()}  {path}\n" for path, body in sorted(files))
    return "".join(lines).encode()


def _invoices(case: Case) -> Iterator[File]:
    names = names_in(case)
    for document in case.documents:
        body = case.kept.get(document.pdf_key)
        if body is not None:
            yield invoice_path(names[document.document_id]), body


def _terms(case: Case) -> Iterator[File]:
    terms = case.customer.terms or case.entity.default_terms
    lines = [f"Terms of payment: {terms}", f"Policy: {case.customer.policy}"]
    for document in case.documents:
        line = f"{document.number}: issued {document.issued_on}, due {document.due_on}"
        parts = [f"{p.total} on {p.due_on}" for p in document.instalments]
        lines.append(f"{line}, in parts: {'; '.join(parts)}" if parts else line)
    yield "terms/terms.txt", "".join(f"{line}\n" for line in lines).encode()
    for name, text in case.policies.items():
        yield f"terms/policy-{file_name(name)}", text.encode()


def _messages(case: Case) -> Iterator[File]:
    """Yield every message as it was sent, its links cut: a letter as PDF, others as text."""
    for spoken in about_case(case.facts, case.documents):
        body, path = case.kept.get(spoken.kept), message_path(spoken)
        if body is None:
            continue
        if spoken.kept.endswith(".pdf"):
            yield f"{path}.pdf", body
            continue
        told = json.loads(body)
        yield f"{path}.txt", f"{told['subject']}\n\n{told['text']}".encode()
        if told["html"]:
            yield f"{path}.html", told["html"].encode()


def message_path(spoken: Spoken) -> str:
    """Return where a message lies in the ZIP, without its ending."""
    what = file_name(spoken.stage or spoken.kind)
    return f"messages/{spoken.n:04d}-{spoken.at[:10]}-{spoken.channel}-{what}"


def _deliveries(case: Case) -> bytes:
    names = (
        "notice", "stage", "channel", "decided_at", "state", "code", "state_since",
        "delivered_at", "message_id", "approved_by", "asked_for",
    )  # fmt: skip
    rows = [
        (
            str(s.n),
            s.stage or s.kind,
            s.channel,
            s.at,
            s.state,
            s.code,
            s.sent_at,
            s.delivered_at,
            s.message_id,
            s.approved_by,
            " ".join(s.told),
        )
        for s in about_case(case.facts, case.documents)
    ]
    return safe_table([names, *rows])


def _interest(case: Case) -> Iterator[File]:
    names = names_in(case)
    for taken in case.interest:
        yield interest_path(names[taken.invoice.document_id]), _sheet(taken)


def _sheet(taken: InterestTaken) -> bytes:
    rows: list[Sequence[str]] = [
        ("first", "last", "days", "balance", "percent_a_year", "interest", "currency")
    ]
    for line in taken.sheet.lines:
        rows.append(
            (
                str(line.first),
                str(line.last),
                str(line.days),
                to_decimal_text(line.balance),
                line.percent,
                to_decimal_text(line.amount),
                line.amount.currency,
            )
        )
    total = taken.sheet.total
    rows.append(("", "", "", "", "total", to_decimal_text(total), total.currency))
    return safe_table(rows)
