"""Books the hub's entries in Tryton: one move each, with our key in its text.

A move is made as a draft, linked to its invoice, reconciled where nothing is left, and posted last:
whatever is posted is complete. Whoever comes back after a lost answer finds the draft by its key
and goes on from there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shared.adapters import tryton_records as records
from shared.adapters.tryton_client import TrytonClient
from shared.adapters.tryton_records import KEY_MARK, Record
from shared.domain.currencies import EXPONENTS
from shared.domain.erp import Entry, EntryKind, Posted
from shared.domain.money import Money
from shared.errors import ErpRefused

_MOVE = "account.move"
_LINE = "account.move.line"
_INVOICE = "account.invoice"
_MOVE_FIELDS = (
    "state", "description", "origin", "lines.account.id", "lines.debit", "lines.credit",
    "lines.party.id", "lines.reconciliation.id", "lines.description", "lines.origin",
    "lines.account.type.receivable", "lines.invoice_payment.id",
)  # fmt: skip
_OPEN_FIELDS = (
    "number", "state", "type", "party.id", "account.id", "currency.code", "currency.id",
    "company.currency.code", "total_amount",
    "lines_to_pay.debit", "lines_to_pay.credit", "lines_to_pay.amount_second_currency",
    "lines_to_pay.second_currency.code", "lines_to_pay.reconciliation.id",
    "lines_to_pay.party.id", "lines_to_pay.date",
    "payment_lines.debit", "payment_lines.credit", "payment_lines.amount_second_currency",
    "payment_lines.second_currency.code", "payment_lines.reconciliation.id",
    "payment_lines.party.id", "payment_lines.date",
)  # fmt: skip
_TEXT_MAX = 120
ON_CHARGES = (EntryKind.CHARGE, EntryKind.CHARGE_BACK)


@dataclass(frozen=True, slots=True)
class Chart:
    """Where entries go: the account of each kind by its code, and the name of the way of payment.

    What has no account is not booked.
    """

    payment_method: str
    accounts: Mapping[EntryKind, str]
    journal: str

    @property
    def kinds(self) -> frozenset[EntryKind]:
        """Return the kinds of entries that can be booked."""
        money = {EntryKind.PAYMENT} if self.payment_method else set()
        return frozenset(money | self.accounts.keys())


class TrytonWriter:
    """Books the entries of one company. currency is that of its books."""

    def __init__(
        self, client: TrytonClient, company: int, currency: Callable[[], str], chart: Chart
    ) -> None:
        self._client = client
        self._company = company
        self._currency = currency
        self._chart = chart
        self._known: dict[str, Any] = {}

    def find(self, key: str) -> Posted | None:
        """Return what is posted under key; a draft is not booked yet."""
        found = [move for move in self._moves(key) if move["state"] == "posted"]
        return Posted(str(found[0]["id"]), found=True) if found else None

    def post(self, entry: Entry) -> Posted:
        """Book entry, or finish what an earlier call began."""
        self._check(entry)
        moves = self._moves(entry.key)
        posted = [move for move in moves if move["state"] == "posted"]
        if posted:
            return Posted(str(posted[0]["id"]), found=True)
        invoice = self._invoice(entry)
        if not moves:
            self._client.create(_MOVE, self._draft(entry, invoice, self._charge(entry)))
            # two who booked at once both see both drafts now: the first one stays
            moves = self._moves(entry.key)
            for other in moves[1:]:
                if other["state"] == "draft":
                    self._client.delete(_MOVE, other["id"])
        try:
            self._finish(entry, invoice, moves[0])
        except ErpRefused:
            booked = self.find(entry.key)
            if booked is None:
                raise
            return booked  # the other one was faster
        return Posted(str(moves[0]["id"]))

    # --- what is there ---------------------------------------------------------------------------

    def _moves(self, key: str) -> list[Record]:
        """Return the moves of our key, those posted first, then by id."""
        mark = KEY_MARK + key
        # what stands for one character in a pattern only finds more, and is looked at again
        like = [["company", "=", self._company], ["description", "like", mark + "%"]]
        found = self._client.search(_MOVE, like, _MOVE_FIELDS)
        ours = [m for m in found if records.our_key(m["description"], m["origin"]) == key]
        return sorted(ours, key=lambda move: (move["state"] != "posted", move["id"]))

    def _check(self, entry: Entry) -> None:
        if entry.kind not in self._chart.kinds:
            raise _refused(f"No account in Tryton is named for entries of the kind {entry.kind}.")
        if entry.discount and EntryKind.DISCOUNT not in self._chart.kinds:
            raise _refused("No account in Tryton is named for discounts.")

    def _invoice(self, entry: Entry) -> Record:
        found = self._open(entry.invoice_external_id)
        if found is None or str(found["party"]["id"]) != entry.customer_external_id:
            raise _refused(f"There is no invoice {entry.invoice_external_id} of this customer.")
        if found["currency"]["code"] != entry.amount.currency:
            raise _refused(f"The invoice is in {found['currency']['code']}.")
        if found["state"] == "cancelled":
            raise _refused(f"The invoice {found['number']} is cancelled.")
        return found

    def _open(self, external_id: str) -> Record | None:
        if not external_id.isascii() or not external_id.isdigit() or len(external_id) > 15:
            return None
        domain = [
            ["id", "=", int(external_id)],
            ["type", "=", "out"],
            ["company", "=", self._company],
            ["state", "in", ["posted", "paid", "cancelled"]],
        ]
        found = self._client.search(_INVOICE, domain, _OPEN_FIELDS, limit=1)
        return found[0] if found else None

    def _charge(self, entry: Entry) -> int:
        """Return the line by which the charge is asked for that entry is on, 0 for none."""
        if not entry.charge_key:
            return 0
        told = [move for move in self._moves(entry.charge_key) if move["state"] == "posted"]
        asking = [
            line["id"]
            for move in told[:1]
            for line in move["lines"]
            if line["description"] == KEY_MARK + EntryKind.CHARGE
        ]
        if not asking:
            raise _refused("The charge that this is on was not booked here.")
        return int(asking[0])

    # --- the move --------------------------------------------------------------------------------

    def _draft(self, entry: Entry, invoice: Record, charge: int) -> dict[str, Any]:
        """Return the values of the move: the customer's line first."""
        discount = entry.discount or Money.zero(entry.amount.currency)
        total = entry.amount + discount
        asks = entry.kind is EntryKind.CHARGE
        books = self._in_books(invoice, total)
        off = self._in_books(invoice, discount) if discount else Decimal(0)
        customer = self._line(invoice, invoice["account"]["id"], total, books, asks)
        customer["party"] = invoice["party"]["id"]
        lines = [customer]
        lines += self._against(entry, invoice, books - off, asks)
        if discount:
            account = self._account(EntryKind.DISCOUNT)
            lines.append(self._line(invoice, account, discount, off, not asks))
        if entry.kind is EntryKind.CHARGE:
            customer["description"] = KEY_MARK + EntryKind.CHARGE
            customer["maturity_date"] = entry.booked_on
        elif charge:
            customer["origin"] = f"{_LINE},{charge}"
        elif total.minor > 0:
            customer["invoice_payment"] = invoice["id"]
        else:
            customer["maturity_date"] = entry.booked_on
        words = " ".join(w for w in (entry.number, entry.reference, entry.text) if w)
        return {
            "company": self._company,
            "journal": self._journal(entry),
            "period": self._period(entry.booked_on),
            "date": entry.booked_on,
            "origin": f"{_INVOICE},{invoice['id']}",
            "description": f"{KEY_MARK}{entry.key} {words[:_TEXT_MAX]}".strip(),
            "lines": [["create", lines]],
        }

    def _against(
        self, entry: Entry, invoice: Record, books: Decimal, asks: bool
    ) -> list[dict[str, Any]]:
        """Return the line on the other side: the bank, an account, or the credit note's own."""
        if entry.kind is EntryKind.CREDIT:
            note = self._note(entry, invoice)
            if note is not None:
                line = self._line(invoice, note["account"]["id"], entry.amount, books, not asks)
                line |= {"party": note["party"]["id"], "invoice_payment": note["id"]}
                return [line]
        return [self._line(invoice, self._account(entry.kind), entry.amount, books, not asks)]

    def _line(
        self, invoice: Record, account: int, amount: Money, books: Decimal, debit: bool
    ) -> dict[str, Any]:
        """Return a line; an amount below zero stands on the other side."""
        if amount.minor < 0:
            debit = not debit
        nothing, value = Decimal(0), abs(books)
        line = {
            "account": account,
            "debit": value if debit else nothing,
            "credit": nothing if debit else value,
        }
        if amount.currency != self._currency():
            second = _decimal(Money(minor=abs(amount.minor), currency=amount.currency))
            line["second_currency"] = invoice["currency"]["id"]
            line["amount_second_currency"] = second if debit else -second
        return line

    def _in_books(self, invoice: Record, amount: Money) -> Decimal:
        """Return amount in the currency of the books, at the rate of the invoice itself.

        What closes an invoice takes all that is left of it there: no cent of a rate remains.
        """
        if amount.currency == self._currency():
            return _decimal(amount)
        lines = invoice["lines_to_pay"]
        unsettled = [line for line in _linked(invoice) if not line["reconciliation"]]
        left = sum(records.document_minor(invoice, line) for line in unsettled)
        if left == amount.minor:
            return sum((line["debit"] - line["credit"] for line in unsettled), Decimal(0))
        books = sum((line["debit"] - line["credit"] for line in lines), Decimal(0))
        second = sum((line["amount_second_currency"] or Decimal(0) for line in lines), Decimal(0))
        digits = EXPONENTS[self._currency()]
        return round(_decimal(amount) * books / second, digits) if second else Decimal(0)

    def _note(self, entry: Entry, invoice: Record) -> Record | None:
        """Return the credit note of this customer that has the entry's number."""
        if not entry.number:
            return None
        domain = [
            ["type", "=", "out"],
            ["company", "=", self._company],
            ["party", "=", invoice["party"]["id"]],
            ["number", "=", entry.number],
            ["total_amount", "<", Decimal(0)],
            ["state", "=", "posted"],
        ]
        found = self._client.search(_INVOICE, domain, _OPEN_FIELDS, limit=1)
        return found[0] if found else None

    # --- the end of it ---------------------------------------------------------------------------

    def _finish(self, entry: Entry, invoice: Record, move: Record) -> None:
        """Link, reconcile and post a draft; each step may have been done before."""
        if move["state"] == "posted":
            return
        customer = next(
            line
            for line in move["lines"]
            if line["account"]["type"]["receivable"] and line["account"]["id"] == _account(invoice)
        )
        opens = not customer["invoice_payment"] and not customer["origin"] and _is_debit(customer)
        if opens and entry.kind is not EntryKind.CHARGE:
            # money that goes back is asked for again, by one more line of the invoice
            self._client.change(
                _INVOICE, invoice["id"], {"additional_moves": [["add", [move["id"]]]]}
            )
            self._client.act(_INVOICE, invoice["id"], "process")
        if self._client.has_wizards:
            self._reconcile_charge(customer)
            for document in {invoice["id"], *self._paid_by(move)}:
                self._reconcile(document)
        self._client.act(_MOVE, move["id"], "post")

    def _paid_by(self, move: Record) -> list[int]:
        return [line["invoice_payment"]["id"] for line in move["lines"] if line["invoice_payment"]]

    def _reconcile(self, document: int) -> None:
        """Reconcile all open lines of a document where they sum to nothing."""
        found = self._open(str(document))
        if found is None:
            return
        lines = [line for line in _linked(found) if not line["reconciliation"]]
        self._settle(lines, sum(records.document_minor(found, line) for line in lines))

    def _reconcile_charge(self, customer: Record) -> None:
        """Reconcile a charge with all that was booked on it, where nothing is left."""
        place = customer["origin"]
        if not place:
            return
        either = ["OR", ["origin", "=", place], ["id", "=", int(place.split(",")[1])]]
        fields = ("debit", "credit", "reconciliation.id")
        found = self._client.search(_LINE, [either, ["account", "=", _account(customer)]], fields)
        lines = [line for line in found if not line["reconciliation"]]
        self._settle(lines, sum(line["debit"] - line["credit"] for line in lines))

    def _settle(self, lines: Sequence[Record], left: int | Decimal) -> None:
        books = sum(line["debit"] - line["credit"] for line in lines)
        if len(lines) > 1 and not left and not books:
            ids = sorted(line["id"] for line in lines)
            self._client.wizard("account.move.reconcile_lines", _LINE, ids)

    # --- where it goes ---------------------------------------------------------------------------

    def _account(self, kind: EntryKind) -> int:
        if kind is EntryKind.PAYMENT:
            return int(self._method()["debit_account"]["id"])
        code = self._chart.accounts.get(
            EntryKind.CHARGE if kind is EntryKind.CHARGE_BACK else kind, ""
        )
        domain = [["company", "=", self._company], ["code", "=", code], ["closed", "!=", True]]
        return int(self._one("account.account", domain, ("code",), f"account {code}")["id"])

    def _journal(self, entry: Entry) -> int:
        if entry.kind is EntryKind.PAYMENT:
            return int(self._method()["journal"]["id"])
        domain = [["code", "=", self._chart.journal]]
        name = f"journal {self._chart.journal}"
        return int(self._one("account.journal", domain, ("code",), name)["id"])

    def _method(self) -> Record:
        name = self._chart.payment_method
        domain = [["name", "=", name], ["company", "=", self._company]]
        fields = ("journal.id", "debit_account.id")
        return self._one("account.invoice.payment.method", domain, fields, f"way of payment {name}")

    def _period(self, on: date) -> int:
        domain = [
            ["company", "=", self._company],
            ["type", "=", "standard"],
            ["start_date", "<=", on],
            ["end_date", ">=", on],
        ]
        return int(self._one("account.period", domain, ("state",), f"period of {on}")["id"])

    def _one(self, model: str, domain: list[Any], fields: Sequence[str], name: str) -> Record:
        """Return the one record that domain finds; it is looked up once."""
        if name not in self._known:
            found = self._client.search(model, domain, fields, limit=1)
            if not found:
                raise _refused(f"Tryton has no {name}.")
            self._known[name] = found[0]
        known: Record = self._known[name]
        return known

    def missing(self) -> tuple[str, ...]:
        """Return, in words, what the settings name and Tryton does not have."""
        told = []
        for kind in sorted(self._chart.kinds):
            try:
                self._account(kind)
                if kind is not EntryKind.PAYMENT:
                    self._journal_known()
            except ErpRefused as refused:
                told.append(str(refused.facts["said"]))
        return tuple(dict.fromkeys(told))

    def _journal_known(self) -> None:
        domain = [["code", "=", self._chart.journal]]
        self._one("account.journal", domain, ("code",), f"journal {self._chart.journal}")


def _refused(said: str) -> ErpRefused:
    return ErpRefused(status=0, said=said)


def _decimal(amount: Money) -> Decimal:
    return Decimal(amount.minor).scaleb(-EXPONENTS[amount.currency])


def _account(record: Record) -> int:
    return int(record["account"]["id"])


def _is_debit(line: Record) -> bool:
    return bool(line["debit"] > line["credit"])


def _linked(invoice: Record) -> list[Record]:
    """Return the lines by which an invoice asks for money and those that are said to pay it."""
    return [*invoice["lines_to_pay"], *invoice["payment_lines"]]
