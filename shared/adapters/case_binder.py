"""A case as one ZIP: an index to read it by, everything on file, and the hash of each file."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from shared.adapters.case_pages import index_page, interest_path, invoice_path, names_in, readme
from shared.adapters.csv_cells import csv_lines, safe_cell
from shared.adapters.file_names import file_name
from shared.adapters.templates import Templates
from shared.adapters.typst_pdf import Printer
from shared.domain.agreement import Handover, Plan
from shared.domain.case_pack import Case, InterestTaken, Spoken, about_case
from shared.domain.money import Money, to_decimal_text

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
                *_agreements(case),
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
        parts = [f"{_text(p.total)} on {p.due_on}" for p in document.instalments]
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
    return _csv([names, *rows])


def _agreements(case: Case) -> Iterator[File]:
    facts, numbers = case.facts, {d.document_id: d.number for d in case.documents}

    def about(ids: Sequence[str]) -> str:
        return " ".join(numbers.get(i, i) for i in ids)

    yield (
        "agreements/promises.csv",
        _csv(
            [
                ("documents", "amount", "currency", "made_on", "pays_on", "by", "outcome"),
                *(
                    (
                        about(p.documents),
                        _text(p.amount, False),
                        p.amount.currency,
                        str(p.made_on or ""),
                        str(p.pays_on),
                        p.by,
                        "withdrawn" if p.withdrawn_on else p.outcome or "open",
                    )
                    for p in facts.promises
                ),
            ]
        ),
    )
    yield (
        "agreements/disputes.csv",
        _csv(
            [
                (
                    "documents",
                    "reason",
                    "opened_on",
                    "by",
                    "text",
                    "closed_on",
                    "outcome",
                    "answer",
                ),
                *(
                    (
                        about(d.documents),
                        str(d.reason),
                        str(d.opened_on),
                        d.by,
                        d.text,
                        str(d.closed_on or ""),
                        str(d.outcome or ""),
                        d.answer,
                    )
                    for d in facts.disputes
                ),
            ]
        ),
    )
    yield (
        "agreements/holds.csv",
        _csv(
            [
                ("documents", "reason", "starts_on", "ends_on", "ended_on", "by"),
                *(
                    (
                        about(h.documents) or "all",
                        h.reason,
                        str(h.starts_on),
                        str(h.ends_on),
                        str(h.ended_on or ""),
                        h.by,
                    )
                    for h in facts.holds
                ),
            ]
        ),
    )
    yield "agreements/plans.csv", _csv(_plans(facts.plans, numbers))
    yield "agreements/handovers.csv", _csv(_handovers(facts.handovers))
    yield (
        "agreements/heard.csv",
        _csv(
            [
                ("at", "kind", "by", "text"),
                *((a.at, a.kind, a.by, a.text) for a in facts.asked),
            ]
        ),
    )


def _plans(plans: Sequence[Plan], numbers: dict[str, str]) -> Iterator[Sequence[str]]:
    yield ("documents", "agreed_on", "by", "part_due_on", "amount", "currency", "state", "consent")
    for plan in plans:
        about = " ".join(numbers.get(i, i) for i in plan.documents)
        for part in plan.parts:
            yield (
                about,
                str(plan.agreed_on),
                plan.by,
                str(part.due_on),
                _text(part.amount, False),
                part.amount.currency,
                str(plan.state),
                plan.consent,
            )


def _handovers(handovers: Sequence[Handover]) -> Iterator[Sequence[str]]:
    yield ("tier", "starts_on", "approved_by", "notice", "ended_on", "ended_by", "reason")
    for one in handovers:
        ended = str(one.ended_on or "")
        yield (
            str(one.tier),
            str(one.starts_on),
            one.approved_by,
            str(one.notice),
            ended,
            one.ended_by,
            one.reason,
        )


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
                _text(line.balance, False),
                line.percent,
                _text(line.amount, False),
                line.amount.currency,
            )
        )
    total = taken.sheet.total
    rows.append(("", "", "", "", "total", _text(total, False), total.currency))
    return _csv(rows)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    safe = ([safe_cell(cell) for cell in row] for row in rows)
    return "".join(f"{line}\r\n" for line in csv_lines(safe)).encode()


def _text(money: Money, with_currency: bool = True) -> str:
    text = to_decimal_text(money)
    return f"{text} {money.currency}" if with_currency else text
