"""A small stateful Odoo on loopback: partners, entries with lines, reconciliations, payments.

It answers JSON-RPC for the models and methods that the connector calls, and keeps books: an entry
balances, a reconciliation takes off what is open, an undone one gives it back.
"""

import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.connectors.served import Served, Trouble

KEY, UID = "odoo-valid", 7
EUR, RECEIVABLE, INCOME, CASH = [1, "EUR"], [10, "Receivable"], [20, "Income"], [30, "Bank"]
BANK, GENERAL, SALES = [5, "Bank"], [6, "Miscellaneous"], [7, "Sales"]
COMPANY = 1

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<=": operator.le,
    "in": lambda value, wanted: value in wanted,
    "=like": lambda value, wanted: str(value).startswith(wanted.rstrip("%")),
}


class Fault(Exception):
    """An error of Odoo: the class's name and the message."""


@dataclass(slots=True)
class Database:
    """The books, and what happens to calls."""

    tables: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    now: datetime = datetime(2026, 9, 1, 8, tzinfo=UTC)
    late_s: int = 0
    last_id: int = 100
    loses_answer: bool = False
    is_garbled: bool = False

    def table(self, model: str) -> dict[int, dict[str, Any]]:
        return self.tables.setdefault(model, {})

    def stamp(self) -> str:
        self.now += timedelta(seconds=1)
        return f"{self.now - timedelta(seconds=self.late_s):%Y-%m-%d %H:%M:%S}"

    def put(self, model: str, values: dict[str, Any], record_id: int = 0) -> int:
        if not record_id:
            self.last_id += 1
            record_id = self.last_id
        known = self.table(model).setdefault(record_id, {"id": record_id, "company_id": COMPANY})
        known.update(values)
        known["write_date"] = self.stamp()
        return record_id

    # books

    def move(self, kind: str, partner: int, journal: Any, lines: Any, **values: Any) -> int:
        name = self.table("res.partner")[partner]["name"]
        made = {
            "move_type": kind, "state": "draft", "ref": False, "partner_id": [partner, name],
            "commercial_partner_id": [partner, name], "currency_id": EUR, "journal_id": journal[0],
        }  # fmt: skip
        move_id = self.put("account.move", made | values)
        self.table("account.move")[move_id]["name"] = f"{kind}/{move_id}"
        ids = [self._line(move_id, partner, line) for line in lines]
        held = [self.table("account.move.line")[i] for i in ids]
        if sum(line["amount_currency"] for line in held):
            raise Fault("odoo.exceptions.UserError", "The entry is not balanced.")
        owed = [line["amount_currency"] for line in held if line["account_id"] == RECEIVABLE]
        self.put("account.move", {"line_ids": ids, "amount_total": float(abs(sum(owed)))}, move_id)
        return move_id

    def _line(self, move_id: int, partner: int, line: dict[str, Any]) -> int:
        account = line["account_id"]
        made = {
            "move_id": [move_id, f"{move_id}"], "partner_id": [partner, ""], "display_type": False,
            "date_maturity": False, "reconciled": False, "price_subtotal": 0, "price_total": 0,
            "account_type": "asset_receivable" if account == RECEIVABLE else "other",
            "name": False, **line,
        }  # fmt: skip
        made["amount_currency"] = Decimal(str(line["amount_currency"]))
        return self.put("account.move.line", made)

    def owed(self, move_id: int) -> list[dict[str, Any]]:
        lines = self.table("account.move.line").values()
        return [
            line
            for line in lines
            if line["move_id"][0] == move_id and line["account_id"] == RECEIVABLE
        ]

    def left(self, line: dict[str, Any]) -> Decimal:
        """Return what is open of a line, of its own sign."""
        sign = 1 if line["amount_currency"] > 0 else -1
        used = sum(
            Decimal(str(p["debit_amount_currency"]))
            for p in self.table("account.partial.reconcile").values()
            if line["id"] in (p["debit_move_id"][0], p["credit_move_id"][0])
        )
        return line["amount_currency"] - sign * used

    def residual(self, move_id: int) -> Decimal:
        return abs(sum((self.left(line) for line in self.owed(move_id)), Decimal(0)))

    def reconcile(self, invoice: int, credit: dict[str, Any]) -> None:
        for debit in self.owed(invoice):
            part = min(self.left(debit), -self.left(credit))
            if part > 0:
                ends = {"debit_move_id": [debit["id"], ""], "credit_move_id": [credit["id"], ""]}
                self.put("account.partial.reconcile", ends | {"debit_amount_currency": float(part)})
        credit["reconciled"] = not self.left(credit)

    def undo(self, move_id: int, with_move: int = 0) -> None:
        """Take reconciliations of an entry apart, all or those with another one.

        Odoo deletes them and moves no stamp, neither of the entries nor of their lines: what it
        reckons anew it writes past the stamps.
        """
        mine = {line["id"] for line in self.owed(move_id)}
        theirs = {line["id"] for line in self.owed(with_move)}
        partials = self.table("account.partial.reconcile")
        for partial_id, partial in list(partials.items()):
            ends = {partial["debit_move_id"][0], partial["credit_move_id"][0]}
            if ends & mine and (not with_move or ends & theirs):
                del partials[partial_id]
                for line_id in ends:
                    self.table("account.move.line")[line_id]["reconciled"] = False

    # methods

    def invoice(
        self, kind: str, partner: int, amount: Decimal, on: str, days: Sequence[str], ref: Any
    ) -> int:
        sign = 1 if kind == "out_invoice" else -1
        share = (amount / len(days)).quantize(Decimal("0.01"))
        shares = [*[share] * (len(days) - 1), amount - share * (len(days) - 1)]
        lines = [
            {"account_id": RECEIVABLE, "amount_currency": sign * part, "date_maturity": day,
             "display_type": "payment_term"}
            for day, part in zip(days, shares, strict=True)
        ]  # fmt: skip
        sold = {"account_id": INCOME, "amount_currency": -sign * amount, "name": "Maintenance",
                "display_type": "product", "price_subtotal": float(amount),
                "price_total": float(amount)}  # fmt: skip
        dates = {"invoice_date": on, "invoice_date_due": days[-1], "ref": ref, "date": on}
        return self.move(kind, partner, SALES, [*lines, sold], **dates)

    def create_move(self, values: dict[str, Any]) -> int:
        if values["move_type"] == "out_invoice":
            (_, _, line) = values["invoice_line_ids"][0]
            amount, on = Decimal(str(line["price_unit"])), values["invoice_date"]
            partner, days = values["partner_id"], [values["invoice_date_due"]]
            return self.invoice("out_invoice", partner, amount, on, days, values["ref"])
        lines = [
            line | {"account_id": RECEIVABLE if line["account_id"] == RECEIVABLE[0] else INCOME}
            for _, _, line in values["line_ids"]
        ]
        partner = lines[0]["partner_id"]
        return self.move("entry", partner, GENERAL, lines, ref=values["ref"], date=values["date"])

    def pay(self, invoice: int, amount: Decimal, on: str, memo: str) -> int:
        state = self.table("account.move")[invoice]["state"]
        if amount > self.residual(invoice) or state != "posted":
            raise Fault("odoo.exceptions.UserError", "The amount exceeds what is to be paid.")
        partner = self.table("account.move")[invoice]["partner_id"][0]
        lines = [
            {"account_id": CASH, "amount_currency": amount},
            {"account_id": RECEIVABLE, "amount_currency": -amount},
        ]
        move_id = self.move("entry", partner, BANK, lines, ref=memo, date=on, state="posted")
        self.reconcile(invoice, self.owed(move_id)[0])
        made = {"memo": memo, "state": "paid", "amount": float(amount), "move": move_id}
        return self.put("account.payment", made)

    def run(self, model: str, method: str, args: list[Any], named: dict[str, Any]) -> Any:
        if method == "search_read":
            return self._search_read(model, args[0], args[1], named)
        if (model, method) == ("account.payment", "fields_get"):
            return {"memo": {"type": "char"}}
        if method == "write":
            for record_id in args[0]:
                self.put(model, args[1], record_id)
            return True
        if (model, method) == ("account.payment.register", "create"):
            return self.put(model, args[0] | {"invoice": named["context"]["active_ids"][0]})
        if method == "action_create_payments":
            wish = self.table(model)[args[0][0]]
            amount = Decimal(str(wish["amount"]))
            paid = self.pay(wish["invoice"], amount, wish["payment_date"], wish["communication"])
            return {"res_id": paid}
        if (model, method) == ("account.move", "create"):
            return self.create_move(args[0])
        if method == "action_post":
            self.put("account.move", {"state": "posted"}, args[0][0])
            return True
        if method == "js_assign_outstanding_line":
            line = self.table("account.move.line")[args[1]]
            if -self.left(line) > self.residual(args[0][0]):
                raise Fault("odoo.exceptions.UserError", "The entry is more than what is open.")
            self.reconcile(args[0][0], line)
            return True
        if method in ("button_draft", "button_cancel"):
            if method == "button_draft":
                self.undo(args[0][0])
            state = "draft" if method == "button_draft" else "cancel"
            self.put("account.move", {"state": state}, args[0][0])
            return True
        if method in ("action_draft", "action_cancel"):
            state = "draft" if method == "action_draft" else "canceled"
            payment = self.table("account.payment")[args[0][0]]
            self.undo(payment["move"])
            self.put("account.move", {"state": "cancel"}, payment["move"])
            self.put("account.payment", {"state": state}, payment["id"])
            return True
        raise Fault("AttributeError", f"{model} has no {method}")

    def _search_read(
        self, model: str, domain: list[Any], fields: list[str], named: dict[str, Any]
    ) -> list[dict[str, Any]]:
        found = [r for r in self.table(model).values() if self._meets(domain, r)]
        order = named.get("order", "id asc").split(" ")[0]
        found.sort(key=lambda r: (r[order], r["id"]))
        start = named.get("offset", 0)
        page = found[start : start + named["limit"]] if named.get("limit") else found[start:]
        return [{"id": r["id"]} | {f: self._told(model, r, f) for f in fields} for r in page]

    def _told(self, model: str, record: dict[str, Any], name: str) -> Any:
        if name == "amount_residual":
            return float(
                self.residual(record["id"]) if model == "account.move" else self.left(record)
            )
        value = record.get(name, False)
        return float(value) if isinstance(value, Decimal) else value

    def _meets(self, domain: list[Any], record: dict[str, Any]) -> bool:
        for path, sign, wanted in domain:
            value: Any = record
            if path == "amount_residual":
                value = {path: self.residual(record["id"])}
            for name in path.split("."):
                value = value.get(name, False)
                if name in ("debit_move_id", "credit_move_id"):
                    value = self.table("account.move.line")[value[0]]
                elif name == "move_id" and "." in path:
                    value = self.table("account.move")[value[0]]
            if isinstance(value, dict):
                value = value["id"]
            if isinstance(value, list) and value and isinstance(value[0], int):
                value = value[0]
            if not _SIGNS[sign](value, wanted):
                return False
        return True


class Handler(BaseHTTPRequestHandler):
    """Speaks for one database."""

    protocol_version = "HTTP/1.1"
    database: Database

    def log_message(self, *_: object) -> None:
        return

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        params = json.loads(raw)["params"]
        pays = params["args"][-3:-2] == ["action_create_payments"]
        try:
            if params["service"] == "common":
                found: Any = UID if params["args"][2] == KEY else False
            else:
                _, uid, key, model, method, args, named = params["args"]
                if (uid, key) != (UID, KEY):
                    raise Fault("odoo.exceptions.AccessDenied", "Access Denied")
                found = self.database.run(model, method, args, named)
            answer = {"jsonrpc": "2.0", "id": 1, "result": found}
        except Fault as exc:
            name, message = exc.args
            error = {"code": 200, "message": "Odoo Server Error"}
            answer = {"id": 1, "error": error | {"data": {"name": name, "message": message}}}
        if self.database.loses_answer and pays:
            self.database.loses_answer = False
            self.close_connection = True
            return
        content = json.dumps(answer).encode()
        if self.database.is_garbled:
            content = b"<html>maintenance</html>"
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@dataclass(slots=True)
class Driver(Trouble):
    """Acts in the database as its users do."""

    world: Database
    server: Served
    connector: Any
    strange: Any
    currency: str = "EUR"

    def stranger(self) -> Any:
        return self.strange

    def customer(self, name: str, email: str) -> str:
        made = {
            "name": name,
            "email": email,
            "active": True,
            "customer_rank": 1,
            "parent_id": False,
        }
        return str(self.world.put("res.partner", made))

    def rename(self, customer: str, name: str) -> None:
        self.world.put("res.partner", {"name": name}, int(customer))

    def invoice(
        self, customer: str, minor: int, issued_on: date, due_on: date, *, parts: int = 1
    ) -> str:
        days = [f"{due_on + timedelta(days=30 * n)}" for n in range(parts)]
        return self._document("out_invoice", customer, minor, issued_on, days)

    def touch(self, invoice: str) -> None:
        self.world.put("account.move", {}, int(invoice))

    def void(self, invoice: str) -> None:
        self.world.run("account.move", "button_draft", [[int(invoice)]], {})
        self.world.run("account.move", "button_cancel", [[int(invoice)]], {})

    def credit_note(
        self, customer: str, minor: int, on: date, *, use_on: Sequence[str] = ()
    ) -> str:
        note = self._document("out_refund", customer, minor, on, [f"{on}"])
        for invoice in use_on:
            self.use_note(note, invoice)
        return note

    def use_note(self, note: str, invoice: str) -> None:
        self.world.reconcile(int(invoice), self.world.owed(int(note))[0])

    def unuse_note(self, note: str, invoice: str) -> None:
        self.world.undo(int(note), int(invoice))

    def pay(self, invoice: str, minor: int, on: date) -> str:
        amount = Decimal(minor) / 100
        return str(self.world.pay(int(invoice), amount, on.isoformat(), "Bank transfer"))

    def unpay(self, payment: str) -> None:
        self.world.run("account.payment", "action_cancel", [[int(payment)]], {})

    def unreconcile(self, payment: str) -> None:
        """Take a payment off its invoice; its entry stays."""
        self.world.undo(self.world.table("account.payment")[int(payment)]["move"])

    def delete(self, payment: str) -> None:
        """Reset a payment to draft and delete it: nothing of it stays."""
        self.unpay(payment)
        made = self.world.table("account.payment").pop(int(payment))
        del self.world.table("account.move")[made["move"]]

    def open_minor(self, invoice: str) -> int:
        return int(self.world.residual(int(invoice)) * 100)

    def bookings(self, key: str) -> int:
        moves = self.world.table("account.move").values()
        mark = f"duecourse:{key}"
        return sum(
            str(m["ref"] or "").split(" ")[0] == mark and m["state"] == "posted" for m in moves
        )

    def _document(self, kind: str, customer: str, minor: int, on: date, days: Sequence[str]) -> str:
        amount = Decimal(minor) / 100
        made = self.world.invoice(kind, int(customer), amount, on.isoformat(), days, False)
        self.world.put("account.move", {"state": "posted"}, made)
        return str(made)
