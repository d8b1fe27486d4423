"""What Tryton says: its customers, documents and the money on them, a page at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.adapters import tryton_records as records
from shared.adapters.tryton_client import TrytonClient
from shared.adapters.tryton_cursor import sweep_of
from shared.adapters.tryton_pieces import AccountLine, Piece, asking, pieces
from shared.adapters.tryton_records import Record
from shared.domain.erp import (
    BadRecord,
    ErpRow,
    Gone,
    GoneRow,
    OpenAmount,
    OpenPage,
    Page,
    RecordKind,
)
from shared.domain.imports import CreditNoteRow, PaymentRow
from shared.domain.money import Money
from shared.errors import ErpUnreadable

_INVOICE = "account.invoice"
_LINE = "account.move.line"
_PARTY = "party.party"
_ORIGIN = "account.invoice,"
_LIVE = ("posted", "paid", "cancelled")
_LINE_FIELDS = (
    "debit", "credit", "amount_second_currency", "second_currency.code", "date", "maturity_date",
    "reconciliation.id", "invoice_payment.id", "party.id", "account.id", "move.id",
    "move.description", "move.origin", "move.state", "move.journal.name", "move.journal.type",
    "origin",
)  # fmt: skip
_PARTY_CHANGES = ("contact_mechanisms", "addresses", "identifiers", "langs")
_CHARGE = "charge"


@dataclass(frozen=True, slots=True)
class Paid:
    """Documents with the lines of their accounts, and what of them pays what."""

    documents: tuple[Record, ...]
    lines: dict[int, Record]
    accounts: tuple[AccountLine, ...]
    pieces: tuple[Piece, ...]

    def owned(self, document: str) -> list[Record]:
        """Return the lines by which a document asks for money and that the hub did not book."""
        asked = asking(self.accounts, document)
        return [self.lines[i] for i in asked if not _key(self.lines[i])]

    def owner(self, line_id: int) -> str:
        return next((a.owner for a in self.accounts if a.line_id == line_id), "")


class TrytonReader:
    """Reads one company. overlap is how far each sweep looks back before the last one began.

    categories are the names of party categories that are customers; none are all parties but the
    company's own.
    """

    def __init__(
        self,
        client: TrytonClient,
        company: int,
        own_party: int,
        overlap: timedelta,
        categories: Sequence[str],
    ) -> None:
        self._client = client
        self._company = company
        self._own_party = own_party
        self._overlap = overlap
        self._categories = tuple(categories)

    def pull(self, kind: RecordKind, cursor: str, limit: int, now: datetime) -> Page:
        """Return the next page of kind."""
        sweep = sweep_of(cursor)
        since = sweep.since - self._overlap if sweep.since else None
        domain = [*self._changed(kind, since), ["id", ">", sweep.last]]
        found = self._search(kind, domain, limit)
        as_of = sweep.as_of or self._client.server_time or now
        rows, bad = self._rows(kind, found, since)
        more = len(found) == limit
        next_sweep = sweep.after(found[-1]["id"], as_of) if more else sweep.ended(as_of)
        return Page(tuple(rows), str(next_sweep), more, as_of, tuple(bad))

    def read(self, kind: RecordKind, external_id: str) -> tuple[ErpRow, ...]:
        """Return one record as it is now."""
        line, _, document = external_id.rpartition("-")
        if not document.isascii() or not document.isdigit() or len(document) > 15:
            return ()
        domain = [*self._of_kind(kind), ["id", "=", int(document)]]
        rows, bad = self._rows(kind, self._search(kind, domain, 1), None, gone=True)
        if bad:
            raise ErpUnreadable(what=bad[0].code, field=bad[0].field)
        if kind is not RecordKind.PAYMENTS:
            return tuple(rows)
        told = tuple(r for r in rows if r.external_id == external_id)
        was = line.isdigit() and self._client.search(_LINE, [["id", "=", int(line)]], ["id"])
        return told or ((GoneRow(kind, external_id, Gone.DELETED),) if was else ())

    def open_amounts(self, cursor: str, limit: int) -> OpenPage:
        """Return what is open of each document, and of the charges told for it."""
        last = int(cursor or 0)
        live = ["state", "in", ["posted", "paid", "cancelled"]]
        domain = [*self._documents(), live, ["id", ">", last]]
        found = self._client.search(_INVOICE, domain, records.OWED_FIELDS, limit=limit)
        as_of = self._client.server_time
        if as_of is None:
            raise ErpUnreadable(what="no time")
        charges = self._charges_open(found)
        amounts = [self._open(one, charges) for one in found if not _voided(one)]
        more = str(found[-1]["id"]) if len(found) == limit else ""
        return OpenPage(tuple(amounts), more, as_of)

    def open_amount(self, external_id: str) -> OpenAmount | None:
        """Return what is open of one invoice."""
        if not external_id.isascii() or not external_id.isdigit() or len(external_id) > 15:
            return None
        domain = [*self._of_kind(RecordKind.INVOICES), ["id", "=", int(external_id)]]
        found = self._client.search(_INVOICE, domain, records.OWED_FIELDS, limit=1)
        charges = self._charges_open(found) if found else {}
        return next((self._open(one, charges) for one in found if not _voided(one)), None)

    # --- what is asked for -----------------------------------------------------------------------

    def _search(self, kind: RecordKind, domain: Sequence[Any], limit: int) -> list[Record]:
        if kind is RecordKind.CUSTOMERS:
            return self._client.search(_PARTY, domain, records.PARTY_FIELDS, limit=limit)
        told = records.TOLD_FIELDS if kind is RecordKind.INVOICES else ("reference", "description")
        fields = (*records.OWED_FIELDS, *told)
        return self._client.search(_INVOICE, domain, fields, limit=limit)

    def _of_kind(self, kind: RecordKind) -> list[Any]:
        if kind is RecordKind.CUSTOMERS:
            return []
        sign = "<" if kind is RecordKind.CREDIT_NOTES else ">"
        return [*self._documents(), ["total_amount", sign, Decimal(0)]]

    def _documents(self) -> list[Any]:
        return [
            ["type", "=", "out"],
            ["company", "=", self._company],
            ["state", "in", list(_LIVE)],
            ["move", "!=", None],
        ]

    def _changed(self, kind: RecordKind, since: datetime | None) -> list[Any]:
        """Return the domain of what may have changed since a moment."""
        domain = self._of_kind(kind)
        if kind is RecordKind.CUSTOMERS:
            domain.append(["id", "!=", self._own_party])
            if self._categories:
                domain.append(["categories.name", "in", list(self._categories)])
        if since is None:
            return domain
        return [*domain, ["OR", *self._signs(kind, since)]]

    def _signs(self, kind: RecordKind, since: datetime) -> list[Any]:
        """Return what tells of a change: stamps of the record, and of those that belong to it."""
        if kind is RecordKind.CUSTOMERS:
            return _stamps("", since) + [s for of in _PARTY_CHANGES for s in _stamps(of, since)]
        if kind is RecordKind.INVOICES:
            return _stamps("", since)
        # a draft that is posted, a link and a reconciliation each stamp another record
        places = ("move.lines", "additional_moves.lines", "payment_lines.move")
        signs = _stamps("", since) + [s for place in places for s in _stamps(place, since)]
        if kind is RecordKind.CREDIT_NOTES:
            signs += _stamps("move.lines.invoice_payments", since)
        return signs

    # --- rows ------------------------------------------------------------------------------------

    def _rows(
        self, kind: RecordKind, found: list[Record], since: datetime | None, gone: bool = False
    ) -> tuple[list[ErpRow], list[BadRecord]]:
        """Return the rows of records; with since or gone those of what is there no more, too."""
        if kind is RecordKind.CUSTOMERS:
            return [self._customer(one) for one in found], []
        rows: list[ErpRow] = []
        bad: list[BadRecord] = []
        good = []
        for one in found:
            problem = records.fields_problem(one)
            if problem:
                bad.append(records.bad(kind, one, *problem))
            elif not _voided(one):
                good.append(one)
            elif (since or gone) and kind is not RecordKind.PAYMENTS:
                on = (one["cancel_move"] or {}).get("date")
                rows.append(GoneRow(kind, str(one["id"]), Gone.VOIDED, on))
        paid = self._paid(good)
        for one in good:
            if kind is RecordKind.INVOICES:
                parts = records.parts_of(one, paid.owned(str(one["id"])))
                if parts is None:
                    problem = "lines_to_pay", "bad_parts", "The days of payment do not add up."
                    bad.append(records.bad(kind, one, *problem))
                else:
                    rows += records.invoice_rows(one, parts, _revision(one))
            elif kind is RecordKind.CREDIT_NOTES:
                rows.append(self._note(one, paid))
        if kind is RecordKind.PAYMENTS:
            rows += self._payments(paid)
            if since:
                rows += self._gone_payments(paid, since)
        return rows, bad

    def _customer(self, party: Record) -> ErpRow:
        into = party.get("replaced_by")
        if into:
            kind = RecordKind.CUSTOMERS
            return GoneRow(kind, str(party["id"]), Gone.MERGED, into=str(into["id"]))
        return records.customer_row(party)

    def _note(self, record: Record, paid: Paid) -> CreditNoteRow:
        """Return a credit note; what it paid is told in the order of the invoices' ids."""
        currency = record["currency"]["code"]
        note = str(record["id"])
        uses: dict[str, int] = {}
        for piece in paid.pieces:
            if paid.owner(piece.line_id) == note:
                uses[piece.document] = uses.get(piece.document, 0) + piece.minor
        for line in paid.lines.values():
            # what the hub used of it stands in a move of the invoice's, with a line for the note
            invoice = (line["move"]["origin"] or "").removeprefix(_ORIGIN)
            minor = records.document_minor(record, line)
            if _key(line) and line["document"]["id"] == record["id"] and minor > 0:
                uses[invoice] = uses.get(invoice, 0) + minor
        return CreditNoteRow(
            line=0,
            external_id=note,
            customer_external_id=str(record["party"]["id"]),
            number=record["number"] or "",
            issued_on=record["invoice_date"],
            total=records.money_of(-record["total_amount"], currency),
            uses=tuple((i, Money(minor=m, currency=currency)) for i, m in sorted(uses.items())),
            reason=record["description"] or record["reference"] or "",
            revision=_revision(record),
        )

    def _payments(self, paid: Paid) -> list[PaymentRow]:
        """Return the money on documents that is no credit note's, and what the hub took back."""
        currencies = {str(one["id"]): one["currency"]["code"] for one in paid.documents}
        rows = []
        for piece in paid.pieces:
            if piece.document in currencies and not paid.owner(piece.line_id):
                line = paid.lines[piece.line_id]
                amount = Money(minor=piece.minor, currency=currencies[piece.document])
                rows.append(_payment(line, piece.document, amount))
        for one in paid.accounts:
            if one.owner in currencies and _key(paid.lines[one.line_id]):
                amount = Money(minor=-one.minor, currency=currencies[one.owner])
                rows.append(_payment(paid.lines[one.line_id], one.owner, amount))
        return rows

    def _gone_payments(self, paid: Paid, since: datetime) -> list[GoneRow]:
        """Return what may have paid these documents and does no more.

        Tryton does not tell what a line paid before. So each line of the customer that is free now,
        or was changed, is said to pay no document but those that it pays: most were never told.
        """
        if not paid.documents:
            return []
        lines = self._client.search(
            _LINE,
            [
                ["account", "in", sorted({one["account"]["id"] for one in paid.documents})],
                ["party", "in", sorted({one["party"]["id"] for one in paid.documents})],
                ["OR", ["credit", ">", Decimal(0)], ["debit", "<", Decimal(0)]],
                ["OR", ["reconciliation", "=", None], *_stamps("", since)],
            ],
            ["party.id", "invoice_payment.id"],
        )
        told = {(piece.line_id, piece.document) for piece in paid.pieces}
        return [
            GoneRow(RecordKind.PAYMENTS, f"{line['id']}-{one['id']}", Gone.DELETED)
            for line in lines
            for one in paid.documents
            if line["party"]["id"] == one["party"]["id"]
            and (line["id"], str(one["id"])) not in told
        ]

    # --- what pays what --------------------------------------------------------------------------

    def _paid(self, documents: Sequence[Record]) -> Paid:
        """Return documents with all lines of the reconciliations that they have a part in."""
        lines = {
            line["id"]: line | {"document": one}
            for one in documents
            for line in one["lines_to_pay"]
        }
        owners = {i: str(line["document"]["id"]) for i, line in lines.items()}
        groups = {_id(line["reconciliation"]) for line in lines.values()} - {0}
        ids = [one["id"] for one in documents]
        reach = ["OR", ["reconciliation", "in", sorted(groups)], ["invoice_payments", "in", ids]]
        beside = self._client.search(_LINE, [reach], _LINE_FIELDS) if documents else []
        whose = {_id(line["reconciliation"]): line["document"] for line in lines.values()}
        by_id = {one["id"]: one for one in documents}
        for line in beside:
            if line["id"] in lines:
                continue
            document = whose.get(_id(line["reconciliation"])) or by_id.get(
                _id(line["invoice_payment"])
            )
            if document is not None:
                lines[line["id"]] = line | {"document": document}
        owners |= self._owners([line for i, line in lines.items() if i not in owners])
        accounts = tuple(
            _account_line(line, owners.get(i, ""))
            for i, line in sorted(lines.items())
            if i in owners or line["move"]["state"] == "posted"
        )
        named = frozenset([*owners.values(), *(a.linked for a in accounts), *map(str, ids)]) - {""}
        return Paid(tuple(documents), lines, accounts, pieces(accounts, named))

    def _owners(self, lines: Iterable[Record]) -> dict[int, str]:
        """Return the documents whose own lines are among lines."""
        moves = sorted({line["move"]["id"] for line in lines})
        if not moves:
            return {}
        among = ["OR", ["move", "in", moves], ["additional_moves", "in", moves]]
        found = self._client.search(_INVOICE, [among], ["lines_to_pay.id"])
        return {line["id"]: str(one["id"]) for one in found for line in one["lines_to_pay"]}

    def _open(self, record: Record, charges: dict[str, int]) -> OpenAmount:
        currency = record["currency"]["code"]
        document = str(record["id"])
        is_open = record["state"] == "posted"
        left = records.money_of(record["amount_to_pay"], currency)
        # a credit note that is linked to an invoice, and not reconciled yet, is counted off there
        linked = [line for line in record["lines_to_pay"] if line["invoice_payment"]]
        used = sum(
            records.document_minor(record, line) for line in linked if not line["reconciliation"]
        )
        left -= Money(minor=used, currency=currency)
        return OpenAmount(
            external_id=document,
            number=record["number"] or "",
            customer_external_id=str(record["party"]["id"]),
            total=records.money_of(record["total_amount"], currency),
            open=left if is_open else Money.zero(currency),
            charges_open=Money(minor=charges.get(document, 0), currency=currency),
        )

    def _charges_open(self, documents: Sequence[Record]) -> dict[str, int]:
        """Return what is open of the charges that the hub booked, by the invoice they are of."""
        by_origin = {f"{_ORIGIN}{one['id']}": one for one in documents}
        if not by_origin:
            return {}
        told = self._client.search(
            _LINE,
            [
                ["move.origin", "in", sorted(by_origin)],
                ["description", "=", records.KEY_MARK + _CHARGE],
                ["move.state", "=", "posted"],
            ],
            _LINE_FIELDS,
        )
        charges = {line["id"]: by_origin[line["move"]["origin"]] for line in told}
        places = [f"{_LINE},{i}" for i in charges]
        paid = (
            self._client.search(
                _LINE,
                [
                    ["origin", "in", places],
                    ["account.type.receivable", "=", True],
                    ["move.state", "=", "posted"],
                ],
                _LINE_FIELDS,
            )
            if charges
            else []
        )
        left: dict[str, int] = {}
        for line in told + paid:
            charge = line["id"] if line["id"] in charges else int(line["origin"].split(",")[1])
            document = charges[charge]
            number = str(document["id"])
            left[number] = left.get(number, 0) + records.document_minor(document, line)
        return left


def _account_line(line: Record, owner: str) -> AccountLine:
    return AccountLine(
        line_id=line["id"],
        minor=records.document_minor(line["document"], line),
        on=line["maturity_date"] or line["date"],
        owner=owner,
        linked=str(_id(line["invoice_payment"]) or ""),
        group=str(_id(line["reconciliation"]) or ""),
    )


def _payment(line: Record, document: str, amount: Money) -> PaymentRow:
    journal = line["move"].get("journal") or {}
    return PaymentRow(
        line=0,
        external_id=f"{line['id']}-{document}",
        invoice_external_id=document,
        paid_on=line["date"],
        amount=amount,
        method=(journal.get("name") or "")[:40],
        our_key=_key(line),
    )


def _key(line: Record) -> str:
    return records.our_key(line["move"]["description"], line["move"]["origin"])


def _id(record: Record | None) -> int:
    return record["id"] if record else 0


def _stamps(place: str, since: datetime) -> list[Any]:
    """Return the two signs of a change: a record that nobody changed has no write_date."""
    prefix = f"{place}." if place else ""
    return [[f"{prefix}write_date", ">", since], [f"{prefix}create_date", ">", since]]


def _revision(record: Record) -> str:
    stamp: datetime = record["write_date"] or record["create_date"]
    return stamp.isoformat()


def _voided(record: Record) -> bool:
    """Return whether a document was cancelled by itself; one that a credit note cancelled stays."""
    if record["state"] != "cancelled":
        return False
    return not ((record["cancel_move"] or {}).get("origin") or "").startswith(_ORIGIN)
