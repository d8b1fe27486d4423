"""Entries in QuickBooks Online: payments, credit memos that a payment of nothing applies, invoices.

Our key stands in the private note; a short form of it is the number by which QuickBooks looks up.
What takes two calls ends with the payment, which `find` looks for: an entry that is found is whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.adapters.erp_values import marked, money, number, our_key
from shared.adapters.quickbooks import ENTRIES, QuickBooksCalls
from shared.adapters.quickbooks_rows import reference
from shared.adapters.take_back_plan import check_ours, family_of, plan_of, planned, stays_of
from shared.domain.erp import Entry, EntryKind, Posted
from shared.domain.money import Money
from shared.errors import ErpRefused

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Items:
    """Ids in QuickBooks: the account that money goes to ("" for undeposited), items by kind."""

    deposit_account: str
    by_kind: Mapping[EntryKind, str]

    def item(self, kind: EntryKind) -> str:
        """Return the item for kind. Raises ErpRefused where nobody named one."""
        found = self.by_kind.get(kind, "")
        if not found:
            raise ErpRefused(said=f"No item is set for entries of the kind {kind}.")
        return found


class QuickBooksEntries:
    """Books and finds entries."""

    def __init__(self, calls: QuickBooksCalls, items: Items) -> None:
        self._calls = calls
        self._items = items

    def find(self, key: str) -> Posted | None:
        """Return the entry under key: a payment, one that applies a credit memo, or a charge."""
        for name, field in (("Payment", "PaymentRefNum"), ("Invoice", "DocNumber")):
            found = self._one(name, field, key)
            if found is not None:
                return Posted(str(found["Id"]), found=True)
        return None

    def post(self, entry: Entry) -> Posted:
        """Book entry. Raises ErpRefused with QuickBooks' words."""
        if entry.kind not in ENTRIES:
            raise ErpRefused(said=f"QuickBooks books no entries of the kind {entry.kind}.")
        if entry.kind is EntryKind.CHARGE:
            return self._charge(entry)
        invoice = self._invoice(entry)
        if entry.amount.minor < 0:
            return self._take_back(entry, invoice)
        if entry.kind is EntryKind.PAYMENT:
            if entry.discount is not None and entry.discount.minor:
                item = self._items.item(EntryKind.DISCOUNT)
                self._credit(entry, invoice, f"{entry.key}.d", entry.discount, item)
            return self._pay(entry, invoice)
        kind = EntryKind.CHARGE if entry.kind is EntryKind.CHARGE_BACK else entry.kind
        return self._credit(entry, invoice, entry.key, entry.amount, self._items.item(kind))

    def _invoice(self, entry: Entry) -> Json:
        if entry.charge_key:
            found = self._one("Invoice", "DocNumber", entry.charge_key)
        else:
            wanted = entry.invoice_external_id
            rows = (
                self._calls.query("Invoice", f"where Id = '{wanted}'") if wanted.isdigit() else []
            )
            found = rows[0] if rows else None
        if found is None:
            raise ErpRefused(said="There is no such invoice in QuickBooks.")
        return found

    def _pay(self, entry: Entry, invoice: Json) -> Posted:
        note = " ".join(filter(None, (marked(entry.key), entry.reference)))
        body = self._payment(entry, entry.key, note, entry.amount)
        body |= {"Line": [_linked(entry.amount, "Invoice", str(invoice["Id"]))]}
        made = self._calls.write("Payment", body, request_id=reference(entry.request))
        return Posted(str(made["Id"]))

    def _credit(self, entry: Entry, invoice: Json, key: str, off: Money, item: str) -> Posted:
        """Take off an invoice: a credit memo of its own, then a payment of nothing applies it."""
        once = replace(entry, key=key).request
        memo = self._own_memo(entry) or self._one("CreditMemo", "DocNumber", key)
        if memo is None:
            memo_of_ours = {**_document(entry, key), "Line": [_item(entry, off, item)]}
            memo = self._calls.write(
                "CreditMemo", memo_of_ours, request_id=reference(f"{once}.memo")
            )
        applied = self._one("Payment", "PaymentRefNum", key)
        if applied is not None:
            return Posted(str(applied["Id"]), found=True)
        body = self._payment(entry, key, marked(key), Money.zero(off.currency))
        body |= {
            "Line": [
                _linked(off, "Invoice", str(invoice["Id"])),
                _linked(off, "CreditMemo", str(memo["Id"])),
            ]
        }
        made = self._calls.write("Payment", body, request_id=reference(once))
        return Posted(str(made["Id"]))

    def _own_memo(self, entry: Entry) -> Json | None:
        """Return the credit memo that QuickBooks itself issued under the entry's number."""
        if entry.kind is not EntryKind.CREDIT or not entry.number:
            return None
        number = "".join(char for char in entry.number if char.isalnum() or char in "-/. ")
        rows = self._calls.query("CreditMemo", f"where DocNumber = '{number}'")
        whose = entry.customer_external_id
        return next((r for r in rows if (r.get("CustomerRef") or {}).get("value") == whose), None)

    def _charge(self, entry: Entry) -> Posted:
        item = self._items.item(EntryKind.CHARGE)
        body = {
            **_document(entry, entry.key),
            "DueDate": entry.booked_on.isoformat(),
            "Line": [_item(entry, entry.amount, item)],
        }
        made = self._calls.write("Invoice", body, request_id=reference(entry.request))
        return Posted(str(made["Id"]))

    def _take_back(self, entry: Entry, invoice: Json) -> Posted:
        """Take back what we booked on the invoice under keys of the same source and document.

        What is to stay is noted on the first of them before, so that a crash is mended by the next
        attempt. Nothing left of ours means that all was taken back before.
        """
        if entry.undoes:
            return self._undo(entry)
        if entry.kind is not EntryKind.PAYMENT:
            raise ErpRefused(said="Take this credit memo back in QuickBooks by hand.")
        check_ours(entry, "QuickBooks")
        if entry.discount:
            raise ErpRefused(said="Take this money and its discount back in QuickBooks by hand.")
        family = family_of(entry.key)
        live = [
            payment
            for payment in self._payments_of(invoice)
            if our_key(payment.get("PrivateNote")).startswith(family)
        ]
        if not live:
            return Posted(str(invoice["Id"]), found=True)
        stays = planned((p.get("PrivateNote") for p in live), entry)
        first = next((p for p in live if our_key(p.get("PrivateNote")) == entry.key), live[0])
        if stays is None:
            booked = (money(p, "TotalAmt", entry.amount.currency) for p in live)
            stays = stays_of(booked, entry)
            noted = {**first, "PrivateNote": plan_of(entry, stays)}
            first = self._calls.write("Payment", noted)
        for payment in live:
            if payment["Id"] != first["Id"]:
                self._delete(payment)
        if not stays.minor:
            self._delete(first)
            return Posted(str(first["Id"]))
        changed = {
            **first,
            **self._payment(entry, entry.key, marked(entry.key), stays),
            "Line": [_linked(stays, "Invoice", str(invoice["Id"]))],
        }
        return Posted(str(self._calls.write("Payment", changed)["Id"]))

    def _undo(self, entry: Entry) -> Posted:
        """Delete our credit memo that took something off, after the payment that applies it.

        Where there is none of both it was deleted before.
        """
        places = (("Payment", "PaymentRefNum"), ("CreditMemo", "DocNumber"))
        gone = [name for name, field in places if self._gone(name, field, entry.undoes)]
        return Posted(reference(entry.undoes), found=not gone)

    def _gone(self, name: str, field: str, key: str) -> bool:
        found = self._one(name, field, key)
        if found is not None:
            self._delete(found, name)
        return found is not None

    def _payments_of(self, invoice: Json) -> list[Json]:
        ids = [str(t["TxnId"]) for t in invoice.get("LinkedTxn") or () if t["TxnType"] == "Payment"]
        return [p for i in ids for p in self._calls.query("Payment", f"where Id = '{i}'")]

    def _delete(self, record: Json, name: str = "Payment") -> None:
        body = {"Id": record["Id"], "SyncToken": record["SyncToken"]}
        self._calls.write(name, body, operation="delete")

    def _one(self, name: str, field: str, key: str) -> Json | None:
        rows = self._calls.query(name, f"where {field} = '{reference(key)}'")
        return next((row for row in rows if our_key(row.get("PrivateNote")) == key), None)

    def _payment(self, entry: Entry, key: str, note: str, total: Money) -> dict[str, Any]:
        account = self._items.deposit_account
        return {
            "CustomerRef": {"value": entry.customer_external_id},
            "CurrencyRef": {"value": total.currency},
            "TxnDate": entry.booked_on.isoformat(),
            "TotalAmt": number(total),
            "PaymentRefNum": reference(key),
            "PrivateNote": note,
            **({"DepositToAccountRef": {"value": account}} if account else {}),
        }


def _document(entry: Entry, key: str) -> dict[str, Any]:
    return {
        "CustomerRef": {"value": entry.customer_external_id},
        "CurrencyRef": {"value": entry.amount.currency},
        "TxnDate": entry.booked_on.isoformat(),
        "DocNumber": reference(key),
        "PrivateNote": marked(key),
        "CustomerMemo": {"value": entry.number or str(entry.kind)},
    }


def _item(entry: Entry, amount: Money, item: str) -> Json:
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": number(amount),
        "Description": entry.text or entry.number or str(entry.kind),
        "SalesItemLineDetail": {"ItemRef": {"value": item}, "TaxCodeRef": {"value": "NON"}},
    }


def _linked(amount: Money, kind: str, record_id: str) -> Json:
    return {
        "Amount": number(amount),
        "LinkedTxn": [{"TxnId": record_id, "TxnType": kind}],
    }
