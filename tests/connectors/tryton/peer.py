"""A live Tryton on loopback; runs in Tryton's own environment and knows nothing of this project.

usage: peer.py CONFIG DATABASE

It serves the database over HTTP and does on standard input, one JSON object a line, what people do
in an ERP: through proteus, Tryton's own client, beside the network and beside every connector.
Amounts are whole cents of the company's currency.
"""

import datetime as dt
import json
import os
import sys
import threading
import traceback
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

os.environ["TRYTOND_CONFIG"] = sys.argv[1] if len(sys.argv) > 1 else ""

from foreign import Foreign
from proteus import Model, Wizard
from tryton_company import PASSWORD, Company, day, minor, money
from trytond.pool import Pool
from trytond.transaction import Transaction
from werkzeug.serving import WSGIRequestHandler, make_server

_STAMPED = (
    "party.party", "party.contact_mechanism", "party.address", "account.invoice",
    "account.move", "account.move.line", "account.move.reconciliation",
)  # fmt: skip


class Peer(Company, Foreign):
    """What people do in Tryton. Each method is one command."""

    def __init__(self, database: str, config_file: str) -> None:
        super().__init__(database, config_file)
        self._late: dict[str, int] = {}

    def serve(self) -> dict[str, Any]:
        """Serve the database on a free port of loopback; return the port and the key."""
        from trytond.wsgi import app

        class Silent(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log(self, *_: Any) -> None:
                return

        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (key,) = Model.get("res.user.application").find([("user.login", "=", "duecourse")])
        (company,) = Model.get("company.company").find()
        return {
            "port": server.server_port, "key": key.key, "password": PASSWORD,
            "company": company.id,
        }  # fmt: skip

    # --- customers -------------------------------------------------------------------------------

    def rename(self, customer: int, name: str) -> None:
        party = Model.get("party.party")(customer)
        party.name = name
        party.save()

    def readdress(self, customer: int, email: str) -> None:
        """Change the first mail address alone, the party being left as it is."""
        (first, *_) = Model.get("party.contact_mechanism").find(
            [("party", "=", customer), ("type", "=", "email")], order=[("id", "ASC")]
        )
        first.value = email
        first.save()

    def merge(self, source: int, destination: int) -> None:
        parties = Model.get("party.party")
        wizard = Wizard("party.replace", models=[parties(source)])
        wizard.form.source = parties(source)
        wizard.form.destination = parties(destination)
        wizard.execute("replace")

    def deactivate(self, customer: int) -> None:
        party = Model.get("party.party")(customer)
        party.active = False
        party.save()

    # --- documents -------------------------------------------------------------------------------

    def invoice(self, customer: int, minor: int, issued_on: str, due_on: str, parts: int = 1,
                **more: Any) -> int:  # fmt: skip
        """Make and post an invoice. more: tax (a rate in percent), quantity, reference, foreign."""
        days = (day(due_on) - day(issued_on)).days
        return self._post([self._draft(customer, minor, issued_on, days, parts, **more)])[0]

    def touch(self, invoice: int) -> None:
        """Change nothing but the comment, which is no part of the document."""

        def work() -> None:
            invoices = Pool().get("account.invoice")
            invoices.write([invoices(invoice)], {"comment": "looked at"})

        self._transact(work)

    def touch_all(self) -> int:
        """Change every document's stamp and nothing else; return how many."""

        def work() -> int:
            invoices = Pool().get("account.invoice").search([("type", "=", "out")])
            Pool().get("account.invoice").write(list(invoices), {"comment": "touched"})
            return len(invoices)

        return int(self._transact(work))

    def void(self, invoice: int) -> None:
        found = Model.get("account.invoice")(invoice)
        found.click("cancel")

    def credit(self, invoice: int) -> int:
        """Credit a whole invoice by the wizard, with refund; return the credit note's id."""
        invoices = Model.get("account.invoice")
        before = {i.id for i in invoices.find([("total_amount", "<", 0)])}
        wizard = Wizard("account.invoice.credit", models=[invoices(invoice)])
        wizard.form.with_refund = True
        wizard.execute("credit")
        (note,) = [i for i in invoices.find([("total_amount", "<", 0)]) if i.id not in before]
        return note.id

    def credit_note(self, customer: int, minor: int, on: str, use_on: list[int]) -> int:
        """Make a credit note and use it on invoices, in that order."""
        note = self._post([self._draft(customer, minor, on, 0, 1, quantity=-1)])[0]
        if use_on:
            self._reconcile_some(note, [self._open_lines(i) for i in use_on], minor)
        return note

    def use_note(self, note: int, invoice: int) -> None:
        """Use a note of which nothing was used on an invoice, as far as it goes."""
        minor = -round(Model.get("account.invoice")(note).total_amount * 100)
        self._reconcile_some(note, [self._open_lines(invoice)], minor)

    def unuse_note(self, note: int, invoice: int) -> None:
        """Take a note off an invoice: their reconciliation apart, and the link away."""
        for line in Model.get("account.invoice")(note).lines_to_pay:
            self.unreconcile(line.id)

        def work() -> None:
            invoices = Pool().get("account.invoice")
            ours = invoices(note).lines_to_pay
            of = invoices(invoice)
            linked = [line for line in of.payment_lines if line in ours]
            if linked:
                invoices.remove_payment_lines(linked)

        self._transact(work)

    def _open_lines(self, invoice: int) -> list[Any]:
        found = Model.get("account.invoice")(invoice)
        return [line for line in found.lines_to_pay if not line.reconciliation]

    def _reconcile_some(self, note: int, debts: list[Any], minor: int) -> None:
        """Reconcile a note with invoices; where they are more, the rest stays linked and open."""
        open_minor = sum(_asked(line) for lines in debts for line in lines)
        ids = [line.id for line in self._open_lines(note)]
        if open_minor == minor:
            both = ids + [line.id for lines in debts for line in lines]
            self._reconcile(both)
            return

        def work() -> None:
            invoices = Pool().get("account.invoice")
            lines = Pool().get("account.move.line")
            move = lines(debts[0][0].id).move
            (owner,) = invoices.search([("move", "=", move.id)])
            invoices.add_payment_lines({owner: lines.browse(ids)})

        self._transact(work)

    def _reconcile(self, ids: list[int]) -> None:
        def work() -> None:
            lines = Pool().get("account.move.line")
            lines.reconcile(lines.browse(ids))

        self._transact(work)

    # --- money -----------------------------------------------------------------------------------

    def pay(self, invoice: int, minor: int, on: str, how: str = "partial") -> int:
        """Pay by the wizard; how is what to do with a difference. Return the payment line's id."""
        found = Model.get("account.invoice")(invoice)
        lines = Model.get("account.move.line")
        before = max([0, *(line.id for line in lines.find([], order=[("id", "DESC")], limit=1))])
        wizard = Wizard("account.invoice.pay", models=[found])
        wizard.form.amount = money(minor)
        wizard.form.date = day(on)
        (wizard.form.payment_method,) = Model.get("account.invoice.payment.method").find()
        wizard.execute("choice")
        if wizard.form_state == "ask":
            wizard.form.type = how
            if how == "writeoff":
                (wizard.form.writeoff,) = Model.get("account.move.reconcile.write_off").find()
            wizard.execute("pay")
        made = lines.find([("id", ">", before), ("account.type.receivable", "=", True)],
                          order=[("id", "ASC")])  # fmt: skip
        return made[0].id

    def bank(self, customer: int, minor: int, on: str) -> int:
        """Book money of a customer that names no invoice; return its receivable line's id."""

        def work() -> int:
            pool = Pool()
            moves = pool.get("account.move")
            (method,) = pool.get("account.invoice.payment.method").search([])
            period = pool.get("account.period").find(
                pool.get("company.company").search([])[0], date=day(on)
            )
            (move,) = moves.create(
                [
                    {
                        "journal": method.journal.id, "period": period.id, "date": day(on),
                        "lines": [
                            (
                                "create",
                                [
                                    {"account": method.debit_account.id, "debit": money(minor)},
                                    {
                                        "account": pool.get("party.party")(
                                            customer).account_receivable_used.id,
                                        "party": customer, "credit": money(minor),
                                    },
                                ],
                            )
                        ],
                    }
                ]
            )  # fmt: skip
            moves.post([move])
            return next(line.id for line in move.lines if line.credit)

        return int(self._transact(work))

    def settle(self, lines: list[int], invoices: list[int]) -> None:
        """Reconcile lines with all open lines of invoices."""
        self._reconcile(lines + [li.id for i in invoices for li in self._open_lines(i)])

    def reconcile_lines(self, lines: list[int]) -> None:
        self._reconcile(lines)

    def lines_of(self, invoice: int) -> list[int]:
        """Return the open lines of an invoice in the order in which they are due."""
        return [line.id for line in self._open_lines(invoice)]

    def unreconcile(self, line: int) -> None:
        """Take a line's reconciliation apart."""
        found = Model.get("account.move.line")(line)
        if found.reconciliation:
            found.reconciliation.delete()

    def unpay(self, line: int) -> None:
        """Cancel the move of a payment line, as a book-keeper does who booked it wrongly."""
        found = Model.get("account.move.line")(line)
        if found.reconciliation:
            found.reconciliation.delete()
        wizard = Wizard("account.move.cancel", models=[Model.get("account.move.line")(line).move])
        wizard.execute("cancel")

    def reschedule(self, invoice: int, first_on: str, parts: int) -> None:
        """Give the open lines of an invoice other days."""

        def work() -> None:
            pool = Pool()
            found = pool.get("account.invoice")(invoice)
            open_lines = [li for li in found.lines_to_pay if not li.reconciliation]
            total = sum(li.debit - li.credit for li in open_lines)
            each = (total / parts).quantize(Decimal("0.01"))
            amounts = [each] * (parts - 1) + [total - each * (parts - 1)]
            terms = [
                SimpleNamespace(date=day(first_on) + dt.timedelta(days=30 * n), amount=amount)
                for n, amount in enumerate(amounts)
            ]
            (journal,) = pool.get("account.journal").search([("code", "=", "BANK")])
            wizard = pool.get("account.move.line.reschedule", type="wizard")
            move, _ = wizard.reschedule_lines(open_lines, journal, terms)
            pool.get("account.move").post([move])

        self._transact(work)

    # --- what the books say ----------------------------------------------------------------------

    def open_minor(self, invoice: int) -> int:
        return minor(Model.get("account.invoice")(invoice).amount_to_pay)

    def bookings(self, key: str) -> int:
        """Return how many posted moves carry key and were not cancelled."""
        moves = Model.get("account.move").find([("state", "=", "posted"),
                                                ("description", "ilike", f"%{key}%")])  # fmt: skip
        return len([m for m in moves if not str(m.origin or "").startswith("account.move,")
                    and key in (m.description or "").replace(":", " ").split()])  # fmt: skip

    def moves_of(self, key: str) -> list[dict[str, Any]]:
        """Return the moves with key: state, day, and of each line account, debit and credit."""
        return [
            {
                "id": move.id, "state": move.state, "on": move.date.isoformat(),
                "lines": sorted(
                    [line.account.code or "", minor(line.debit), minor(line.credit)]
                    for line in move.lines
                ),
            }
            for move in Model.get("account.move").find([("description", "ilike", f"%{key}%")])
        ]  # fmt: skip

    def state(self, invoice: int) -> str:
        return str(Model.get("account.invoice")(invoice).state)

    def books(self) -> list[dict[str, Any]]:
        """Return every posted customer document: id, number, total, open, state."""
        found = self._read(
            "account.invoice",
            [("type", "=", "out"), ("state", "in", ["posted", "paid", "cancelled"])],
            ["number", "party", "state", "total_amount", "amount_to_pay"],
        )
        return [
            {
                "id": i["id"], "number": i["number"], "customer": i["party"], "state": i["state"],
                "total": minor(i["total_amount"]), "open": minor(i["amount_to_pay"]),
            }
            for i in found
        ]  # fmt: skip

    def payments(self) -> list[dict[str, Any]]:
        """Return each posted line on a customer's account that no document asks for or takes back.

        That is the money on it, and what else was booked by hand or by a connector.
        """
        told = ["lines_to_pay", "cancel_move"]
        documents = self._read("account.invoice", [("type", "=", "out")], told)
        asking = {line for document in documents for line in document["lines_to_pay"]}
        cancels = {document["cancel_move"] for document in documents}
        lines = self._read(
            "account.move.line",
            [("account.type.receivable", "=", True), ("move.state", "=", "posted")],
            ["debit", "credit", "party", "date", "move", "move.description"],
        )
        return [
            {
                "id": line["id"],
                "text": line["move."]["description"] or "",
                "minor": minor(line["credit"] - line["debit"]),
                "party": line["party"],
                "on": line["date"].isoformat(),
            }
            for line in lines
            if line["id"] not in asking and line["move"] not in cancels
        ]

    def _read(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        """Return fields of all records of a domain by one call of proteus, by ascending id."""
        proxy = self._session.get_proxy(model)
        order = [("id", "ASC")]
        found = proxy.search_read(domain, 0, None, order, fields, self._session.context)
        return list(found)

    # --- time ------------------------------------------------------------------------------------

    def late_begin(self) -> None:
        self._late = {model: self._highest(model) for model in _STAMPED}

    def late_end(self, seconds: int) -> None:
        """Set back the stamps of all records made since late_begin."""

        def work() -> None:
            for model, highest in self._late.items():
                table = Pool().get(model).__table__()
                columns = [table.id, table.create_date, table.write_date]
                cursor = Transaction().connection.cursor()
                cursor.execute(*table.select(*columns, where=table.id > highest))
                for id_, *stamps in cursor.fetchall():
                    back = [at and at - dt.timedelta(seconds=seconds) for at in stamps]
                    cursor.execute(*table.update(columns[1:], back, where=table.id == id_))

        self._transact(work)

    def _highest(self, model: str) -> int:
        found = Model.get(model).find([], order=[("id", "DESC")], limit=1)
        return found[0].id if found else 0

    def set_total(self, invoice: int, cents: int) -> None:
        """Plant a lie: the stored total of an invoice, which nothing in Tryton changes."""

        def work() -> None:
            table = Pool().get("account.invoice").__table__()
            now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
            values = [money(cents), now]
            columns = [table.total_amount_cache, table.write_date]
            Transaction().connection.cursor().execute(
                *table.update(columns, values, where=table.id == invoice)
            )

        self._transact(work)


def _asked(line: Any) -> int:
    """Return what a line asks for in the currency of its document."""
    own = line.debit - line.credit
    return minor(line.amount_second_currency if line.second_currency else own)


def main() -> None:
    """Do commands until standard input ends."""
    peer = Peer(sys.argv[2], sys.argv[1])
    print(json.dumps({"ok": "ready"}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            result = getattr(peer, command.pop("do"))(**command)
            answer = {"ok": result}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
