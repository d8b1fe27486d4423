"""Odoo as a connector: what changed there, and what is open. Not verified live.

Money on invoices is read from reconciliations, whatever entry they came from: a payment, a bank
line, another entry. Odoo keeps no trace of a reconciliation that was undone, but a credit note has
a rest again then, and an invoice is open: each pull asks for all such notes, and of every open
invoice for the reconciliations that are left.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.adapters import change_cursor
from shared.adapters.erp_books import BooksByEntries, Entries, open_page
from shared.adapters.erp_values import BadValue, moments, money, our_key, rows_and_bad
from shared.adapters.odoo_calls import Json, OdooCalls, id_of, name_of, text
from shared.adapters.odoo_rows import (
    LINE,
    MOVE,
    PARTNER,
    credit_note_rows,
    customer_rows,
    invoice_of,
    invoice_rows,
    money_on,
    open_amount,
    payment_row,
)
from shared.domain.erp import (
    BadRecord,
    Capabilities,
    Connected,
    EntryKind,
    ErpRow,
    OpenAmount,
    OpenPage,
    Page,
    RecordKind,
)
from shared.domain.imports import PaymentRow
from shared.domain.money import Money
from shared.errors import ErpUnreadable

ENTRIES = frozenset(EntryKind) - {EntryKind.FX_DIFFERENCE}
_PAGE_MAX = 500
_OPEN = " open "
"""What of a cursor says that the invoices with greater ids are still to be asked about."""
_MOVES = {RecordKind.INVOICES: "out_invoice", RecordKind.CREDIT_NOTES: "out_refund"}
_PARTIAL = ("debit_move_id", "credit_move_id", "debit_amount_currency", "write_date")


class Odoo(BooksByEntries):
    """One company of a database."""

    def __init__(self, calls: OdooCalls, entries: Entries, company: int) -> None:
        super().__init__(entries)
        self._calls = calls
        self._company = company

    @property
    def capabilities(self) -> Capabilities:
        """Return what Odoo can do. It reckons differences of exchange by itself."""
        return Capabilities(
            kinds=frozenset(RecordKind),
            entries=ENTRIES,
            finds_by_key=True,
            tells_deletions=True,
            tells_open_amounts=True,
        )

    def check(self) -> Connected:
        """Return whose books these are."""
        fields = ("name", "currency_id")
        found = self._calls.by_ids("res.company", [self._company], fields).get(self._company)
        if found is None:
            said = f"Odoo shows this user no company of the number {self._company}."
            raise ErpUnreadable(what="no such company", said=said)
        return Connected(str(found["name"]), "Odoo", name_of(found["currency_id"]))

    def pull(self, kind: RecordKind, cursor: str, limit: int, now: datetime) -> Page:
        """Return the next page. Money that is left on open invoices comes after what changed."""
        place, _, invoice = cursor.partition(_OPEN)
        if invoice:
            return self._left(place, int(invoice), min(limit, _PAGE_MAX), now)
        since, taken = change_cursor.place(cursor)
        size = min(limit, _PAGE_MAX)
        stamp = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        records = self._found(
            kind,
            [["write_date", ">=", stamp]],
            {"offset": taken, "limit": size, "order": "write_date asc, id asc"},
        )
        more = len(records) >= size
        used, uses = self._used(kind, records, stamp, more=more)
        beside = self._unused(kind, (*used, *records)) if cursor and not more else ()
        rows, bad = self._rows(kind, (*beside, *used, *records))
        if kind is RecordKind.PAYMENTS:
            paid = {invoice_of(row.part_of) for row in rows if isinstance(row, PaymentRow)}
            rows = (*self._money_on(sorted(paid)), *rows)
        stamps = moments((*records, *uses), "write_date")
        after = change_cursor.following(stamps, since, taken, more, size)
        if kind is RecordKind.PAYMENTS and not more:
            after, more = f"{after}{_OPEN}0", True
        return Page(rows, after, more, now, bad)

    def read(self, kind: RecordKind, external_id: str) -> tuple[ErpRow, ...]:
        """Return the record as it is now."""
        if invoice := invoice_of(external_id):
            return self._money_on([invoice])
        if not external_id.isdigit():
            return ()
        rows, bad = self._rows(kind, self._found(kind, [["id", "=", int(external_id)]], {}))
        if bad:
            raise ErpUnreadable(what=bad[0].code, field=bad[0].field)
        return rows

    def open_amounts(self, cursor: str, limit: int) -> OpenPage:
        """Return what is open of invoices and credit notes, in the order of their ids."""
        size = min(limit, _PAGE_MAX)
        domain = [
            ["id", ">", int(cursor or 0)],
            ["company_id", "=", self._company],
            ["move_type", "in", sorted(_MOVES.values())],
            ["state", "=", "posted"],
        ]
        moves = self._calls.search_read("account.move", domain, MOVE, limit=size, order="id asc")
        after = str(moves[-1]["id"]) if len(moves) >= size else ""
        return open_page(moves, open_amount, after, self._calls.answered_at)

    def open_amount(self, external_id: str) -> OpenAmount | None:
        """Return what is open of one invoice."""
        wanted = int(external_id) if external_id.isdigit() else 0
        domain = [["id", "=", wanted], ["state", "=", "posted"]]
        found = self._found(RecordKind.INVOICES, domain, {})
        return open_amount(found[0]) if found else None

    def _left(self, place: str, last: int, size: int, now: datetime) -> Page:
        """Return which money is left on the open invoices whose ids follow last."""
        domain = [["amount_residual", ">", 0], ["state", "=", "posted"], ["id", ">", last]]
        wanted = [*domain, *self._of(RecordKind.INVOICES)]
        found = self._calls.search_read("account.move", wanted, ("id",), limit=size, order="id asc")
        more = len(found) >= size
        after = f"{place}{_OPEN}{found[-1]['id']}" if more else place
        return Page(self._money_on([int(one["id"]) for one in found]), after, more, now)

    def _money_on(self, invoices: Sequence[int]) -> tuple[ErpRow, ...]:
        """Return of each invoice which reconciliations are left on it."""
        if not invoices:
            return ()
        domain = [["debit_move_id.move_id", "in", invoices]]
        partials = self._calls.search_read("account.partial.reconcile", domain, _PARTIAL)
        ends = [id_of(partial["debit_move_id"]) for partial in partials]
        lines = self._calls.by_ids("account.move.line", ends, ("move_id",)) if ends else {}
        left: dict[int, list[int]] = {invoice: [] for invoice in invoices}
        for partial in partials:
            line = lines.get(id_of(partial["debit_move_id"]))
            if line is not None:  # else it was taken off since
                left[id_of(line["move_id"])].append(int(partial["id"]))
        return tuple(money_on(invoice, some) for invoice, some in left.items())

    def _of(self, kind: RecordKind) -> Sequence[Any]:
        return (["company_id", "=", self._company], ["move_type", "=", _MOVES[kind]])

    def _found(self, kind: RecordKind, domain: list[Any], how: Mapping[str, Any]) -> Sequence[Json]:
        search = self._calls.search_read
        if kind is RecordKind.CUSTOMERS:
            wanted = [*domain, ["customer_rank", ">", 0], ["parent_id", "=", False]]
            return search("res.partner", wanted, PARTNER, context={"active_test": False}, **how)
        wanted = [*domain, ["company_id", "=", self._company]]
        if kind is RecordKind.PAYMENTS:
            of_invoices = ["debit_move_id.move_id.move_type", "=", "out_invoice"]
            return search("account.partial.reconcile", [*wanted, of_invoices], _PARTIAL, **how)
        return search("account.move", [*wanted, ["move_type", "=", _MOVES[kind]]], MOVE, **how)

    def _used(
        self, kind: RecordKind, notes: Sequence[Json], since: str, *, more: bool
    ) -> tuple[Sequence[Json], Sequence[Json]]:
        """Return the credit notes beside notes that were put to use since, and by what.

        Odoo moves the stamp of the reconciliation then, and not the note's. With more, they are
        those until the last of notes.
        """
        if kind is not RecordKind.CREDIT_NOTES:
            return (), ()
        domain = [
            ["company_id", "=", self._company],
            ["credit_move_id.move_id.move_type", "=", _MOVES[RecordKind.CREDIT_NOTES]],
            ["write_date", ">=", since],
            *([["write_date", "<=", text(notes[-1]["write_date"])]] if more else []),
        ]
        fields = ("credit_move_id", "write_date")
        made = self._calls.search_read("account.partial.reconcile", domain, fields)
        ends = [id_of(partial["credit_move_id"]) for partial in made]
        lines = self._calls.by_ids("account.move.line", ends, ("move_id",)) if ends else {}
        ids = {id_of(line["move_id"]) for line in lines.values()} - {one["id"] for one in notes}
        return self._found(kind, [["id", "in", sorted(ids)]], {}) if ids else (), made

    def _unused(self, kind: RecordKind, told: Sequence[Json]) -> Sequence[Json]:
        """Return the credit notes beside told that have a rest: a use of them may be undone."""
        if kind is not RecordKind.CREDIT_NOTES:
            return ()
        known = {one["id"] for one in told}
        found: list[Json] = []
        last = 0
        while True:
            domain = [["amount_residual", ">", 0], ["state", "=", "posted"], ["id", ">", last]]
            page = self._found(kind, domain, {"limit": _PAGE_MAX, "order": "id asc"})
            found += (one for one in page if one["id"] not in known)
            if len(page) < _PAGE_MAX:
                return found
            last = int(page[-1]["id"])

    def _rows(
        self, kind: RecordKind, records: Sequence[Json]
    ) -> tuple[tuple[ErpRow, ...], tuple[BadRecord, ...]]:
        lines = self._lines(records) if kind is RecordKind.INVOICES else {}
        partials = self._partials(kind, records)

        def read(record: Json) -> Sequence[ErpRow]:
            if kind is RecordKind.CUSTOMERS:
                return customer_rows(record)
            if kind is RecordKind.INVOICES:
                return invoice_rows(record, lines.get(int(record["id"]), ()))
            if kind is RecordKind.CREDIT_NOTES:
                return credit_note_rows(record, partials.uses(record))
            return partials.payments(record)

        return rows_and_bad(kind, records, "id", read)

    def _lines(self, moves: Sequence[Json]) -> Mapping[int, Sequence[Json]]:
        found: dict[int, list[Json]] = {}
        domain = [["move_id", "in", [move["id"] for move in moves]]]
        for line in self._calls.search_read("account.move.line", domain, LINE, order="id asc"):
            found.setdefault(id_of(line["move_id"]), []).append(line)
        return found

    def _partials(self, kind: RecordKind, records: Sequence[Json]) -> "_Partials":
        if kind is RecordKind.CREDIT_NOTES:
            ids = [record["id"] for record in records]
            domain = [["credit_move_id.move_id", "in", ids]]
            records = self._calls.search_read("account.partial.reconcile", domain, _PARTIAL)
        elif kind is not RecordKind.PAYMENTS:
            records = ()
        ends = [id_of(p[end]) for p in records for end in ("debit_move_id", "credit_move_id")]
        lines = self._calls.by_ids("account.move.line", ends, ("move_id",)) if ends else {}
        moves = [id_of(line["move_id"]) for line in lines.values()]
        fields = ("move_type", "ref", "date", "currency_id")
        known = self._calls.by_ids("account.move", moves, fields) if moves else {}
        return _Partials(records, lines, known)


class _Partials:
    """Reconciliations with the entries at both of their ends."""

    def __init__(
        self, partials: Sequence[Json], lines: Mapping[int, Json], moves: Mapping[int, Json]
    ) -> None:
        self._partials = partials
        self._lines = lines
        self._moves = moves

    def uses(self, note: Json) -> Mapping[str, Money]:
        """Return what is used of a credit note, by the id of the invoice."""
        found: dict[str, Money] = {}
        for partial in self._partials:
            invoice, source = self._ends(partial)
            if source["id"] == note["id"] and invoice["move_type"] == "out_invoice":
                part = money(partial, "debit_amount_currency", name_of(invoice["currency_id"]))
                key = str(invoice["id"])
                found[key] = found[key] + part if key in found else part
        return found

    def payments(self, partial: Json) -> Sequence[ErpRow]:
        """Return the money of a reconciliation; nothing where it is of a credit note."""
        invoice, source = self._ends(partial)
        ours = our_key(text(invoice.get("ref")))
        if source["move_type"] == "out_refund" or ours:
            return ()
        currency = name_of(invoice["currency_id"])
        return (payment_row(partial, int(invoice["id"]), source, currency),)

    def _ends(self, partial: Json) -> tuple[Json, Json]:
        try:
            debit = self._lines[id_of(partial["debit_move_id"])]
            credit = self._lines[id_of(partial["credit_move_id"])]
            return self._moves[id_of(debit["move_id"])], self._moves[id_of(credit["move_id"])]
        except KeyError:
            message = "The entries that were reconciled cannot be read."
            raise BadValue("credit_move_id", "no_entry", message) from None
