"""Entries in Odoo: payments by its register, what comes off as entries, charges as invoices.

Our key stands in the reference, which Odoo copies from a payment into its entry. What takes more
calls than one is found only when it is whole, and finished by the next attempt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.adapters.erp_values import marked, money, number, our_key
from shared.adapters.odoo import ENTRIES
from shared.adapters.odoo_calls import Json, OdooCalls, id_of, text
from shared.adapters.odoo_rows import DISCOUNT
from shared.adapters.take_back_plan import (
    check_ours,
    family_of,
    is_plan,
    plan_of,
    planned,
    stays_of,
)
from shared.domain.erp import Entry, EntryKind, Posted
from shared.domain.money import Money
from shared.errors import ErpRefused

_PAID = ("in_process", "paid", "posted")
_MOVE = ("ref", "state", "move_type", "line_ids", "partner_id", "currency_id")


@dataclass(frozen=True, slots=True)
class Books:
    """Ids in Odoo: journals of money and of other entries, accounts by kind of entry."""

    bank_journal: int
    general_journal: int
    accounts: Mapping[EntryKind, int]

    def account(self, kind: EntryKind) -> int:
        """Return the account for kind. Raises ErpRefused where nobody named one."""
        found = self.accounts.get(kind, 0)
        if not found:
            raise ErpRefused(said=f"No account is set for entries of the kind {kind}.")
        return found


class OdooEntries:
    """Books and finds entries."""

    def __init__(self, calls: OdooCalls, books: Books) -> None:
        self._calls = calls
        self._books = books
        self._memo = ""

    def find(self, key: str) -> Posted | None:
        """Return the entry under key: a payment, an entry that is reconciled, or a charge."""
        payments = self._payments(key)
        for payment in payments:
            if payment["state"] in _PAID and not is_plan(payment["memo"]):
                return Posted(f"payment {payment['id']}", found=True)
        for move in self._moves(key):
            whole = move["move_type"] == "out_invoice" or self._receivable(move)["reconciled"]
            if move["state"] == "posted" and whole:
                return Posted(f"entry {move['id']}", found=True)
        return None

    def post(self, entry: Entry) -> Posted:
        """Book entry. Raises ErpRefused with Odoo's words."""
        if entry.kind not in ENTRIES:
            raise ErpRefused(said=f"Odoo books no entries of the kind {entry.kind}.")
        if entry.kind is EntryKind.CHARGE:
            return self._charge(entry)
        invoice = self._invoice(entry)
        if entry.amount.minor < 0:
            return self._take_back(entry, invoice)
        if entry.kind is EntryKind.PAYMENT:
            if entry.discount is not None and entry.discount.minor:
                account = self._books.account(EntryKind.DISCOUNT)
                self._off(entry, invoice, entry.key + DISCOUNT, entry.discount, account)
            return self._pay(entry, invoice, entry.amount)
        if entry.kind is EntryKind.CREDIT and self._own_note(entry):
            # Odoo reconciles all that it can of a note, and takes no amount
            raise ErpRefused(
                said=f"Use credit note {entry.number} on this invoice in Odoo by hand."
            )
        kind = EntryKind.CHARGE if entry.kind is EntryKind.CHARGE_BACK else entry.kind
        return self._off(entry, invoice, entry.key, entry.amount, self._books.account(kind))

    def _invoice(self, entry: Entry) -> Json:
        if entry.charge_key:
            found = [move for move in self._moves(entry.charge_key) if move["state"] == "posted"]
        else:
            wanted = entry.invoice_external_id
            ids = [int(wanted)] if wanted.isdigit() else []
            found = list(self._calls.by_ids("account.move", ids, _MOVE).values())
        if not found:
            raise ErpRefused(said="There is no such invoice in Odoo.")
        return found[0]

    def _pay(self, entry: Entry, invoice: Json, amount: Money) -> Posted:
        wanted = {
            "amount": number(amount),
            "currency_id": id_of(invoice["currency_id"]),
            "payment_date": entry.booked_on.isoformat(),
            "communication": " ".join(filter(None, (marked(entry.key), entry.reference))),
            "journal_id": self._books.bank_journal,
            "payment_difference_handling": "open",
        }
        context = {"active_model": "account.move", "active_ids": [invoice["id"]]}
        register = "account.payment.register"
        # a register that is not carried out books nothing and is thrown away by Odoo
        made = self._calls.call(register, "create", [wanted], writes=False, context=context)
        done = self._calls.call(
            register, "action_create_payments", [[made]], writes=True, context=context
        )
        return Posted(f"payment {done.get('res_id', '') if isinstance(done, dict) else ''}")

    def _off(self, entry: Entry, invoice: Json, key: str, off: Money, account: int) -> Posted:
        """Take off an invoice: an entry of its own, posted, and reconciled with the invoice."""
        due = self._receivable(invoice)
        known = self._moves(key)
        if known:
            move_id = int(known[0]["id"])
        else:
            amount = number(off)
            both = {
                "partner_id": id_of(invoice["partner_id"]),
                "currency_id": id_of(invoice["currency_id"]),
                "name": entry.text or entry.number or str(entry.kind),
            }
            lines = [
                both | {"account_id": account, "amount_currency": amount},
                both | {"account_id": id_of(due["account_id"]), "amount_currency": -amount},
            ]
            move_id = self._create(
                {
                    "move_type": "entry",
                    "ref": marked(key),
                    "date": entry.booked_on.isoformat(),
                    "journal_id": self._books.general_journal,
                    "line_ids": [[0, 0, line] for line in lines],
                }
            )
        if not known or known[0]["state"] == "draft":
            self._calls.call("account.move", "action_post", [[move_id]], writes=True)
        ((_, move),) = self._calls.by_ids("account.move", [move_id], _MOVE).items()
        line = self._receivable(move)
        if not line["reconciled"]:
            self._calls.call(
                "account.move", "js_assign_outstanding_line",
                [[invoice["id"]], line["id"]], writes=True,
            )  # fmt: skip
        return Posted(f"entry {move_id}", found=bool(known))

    def _own_note(self, entry: Entry) -> bool:
        """Return whether Odoo itself issued the credit note of the entry's number."""
        domain = [["move_type", "=", "out_refund"], ["name", "=", entry.number or False]]
        return bool(self._calls.search_read("account.move", domain, ("name",)))

    def _charge(self, entry: Entry) -> Posted:
        known = self._moves(entry.key)
        line = {
            "name": entry.text or entry.number or str(entry.kind),
            "quantity": 1,
            "price_unit": number(entry.amount),
            "account_id": self._books.account(EntryKind.CHARGE),
            "tax_ids": [[6, 0, []]],
        }
        move_id = int(known[0]["id"]) if known else self._create(
            {
                "move_type": "out_invoice",
                "ref": marked(entry.key),
                "partner_id": int(entry.customer_external_id),
                "invoice_date": entry.booked_on.isoformat(),
                "invoice_date_due": entry.booked_on.isoformat(),
                "invoice_line_ids": [[0, 0, line]],
            }
        )  # fmt: skip
        if not known or known[0]["state"] == "draft":
            self._calls.call("account.move", "action_post", [[move_id]], writes=True)
        return Posted(f"entry {move_id}", found=bool(known))

    def _take_back(self, entry: Entry, invoice: Json) -> Posted:
        """Take back what we booked on the invoice under keys of the same source and document.

        What is to stay is noted on the first of the payments before they are cancelled, and booked
        anew under the new key after.
        """
        if entry.undoes:
            return self._undo(entry)
        if entry.kind is not EntryKind.PAYMENT:
            raise ErpRefused(said="Take this entry back in Odoo by hand.")
        check_ours(entry, "Odoo")
        if entry.discount:
            raise ErpRefused(said="Take this money and its discount back in Odoo by hand.")
        payments = self._payments(family_of(entry.key))
        live = [p for p in payments if p["state"] in _PAID]
        stays = planned((p["memo"] for p in payments), entry)
        if stays is None:
            stays = stays_of((money(p, "amount", entry.amount.currency) for p in live), entry)
            plan = plan_of(entry, stays)
            wanted = [[live[0]["id"]], {self._memo_field(): plan}]
            self._calls.call("account.payment", "write", wanted, writes=True)
        for payment in live:
            for step in ("action_draft", "action_cancel"):
                self._calls.call("account.payment", step, [[payment["id"]]], writes=True)
        if stays.minor:
            return self._pay(entry, invoice, stays)
        return Posted(f"entry {invoice['id']}", found=not live)

    def _undo(self, entry: Entry) -> Posted:
        """Cancel our entry that took something off: its reconciliation goes with it.

        Where there is none it was cancelled before.
        """
        found = self._moves(entry.undoes)
        for move in found:
            if move["state"] == "posted":
                self._calls.call("account.move", "button_draft", [[move["id"]]], writes=True)
            self._calls.call("account.move", "button_cancel", [[move["id"]]], writes=True)
        return Posted(f"entry {found[0]['id'] if found else entry.undoes}", found=not found)

    def _payments(self, start: str) -> list[Json]:
        """Return payments whose memo begins with start of a key, whatever their state."""
        field = self._memo_field()
        domain = [[field, "=like", marked(start) + "%"]]
        rows = self._calls.search_read("account.payment", domain, (field, "state", "amount"))
        found = [{**row, "memo": row[field]} for row in rows]
        exact = not start.endswith(".")
        return [p for p in found if not exact or our_key(text(p["memo"])) == start]

    def _memo_field(self) -> str:
        """Return how this version of Odoo calls the memo of a payment."""
        if not self._memo:
            told = self._calls.call(
                "account.payment",
                "fields_get",
                [["memo", "ref"]],
                writes=False,
                attributes=["type"],
            )
            self._memo = "memo" if "memo" in told else "ref"
        return self._memo

    def _moves(self, key: str) -> list[Json]:
        """Return entries and charges with our key; nothing of payments and what was cancelled."""
        of_money = self._books.bank_journal
        domain = [
            ["ref", "=", marked(key)],
            ["state", "!=", "cancel"],
            ["journal_id", "!=", of_money],
        ]
        return self._calls.search_read("account.move", domain, _MOVE)

    def _receivable(self, move: Json) -> Json:
        fields = ("account_id", "account_type", "reconciled", "amount_residual")
        lines = self._calls.by_ids("account.move.line", _ids(move["line_ids"]), fields)
        found = [line for line in lines.values() if line["account_type"] == "asset_receivable"]
        if not found:
            raise ErpRefused(said="This document has no line on a receivable account.")
        return found[0]

    def _create(self, values: Mapping[str, Any]) -> int:
        made = self._calls.call("account.move", "create", [values], writes=True)
        return int(made[0] if isinstance(made, list) else made)


def _ids(value: Any) -> list[int]:
    return [int(one) for one in value or ()]
