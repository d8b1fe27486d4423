"""A company in Tryton, its customers and posted invoices; knows nothing of this project.

What is made here is kept in a file: the file is made again when this module changes.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from proteus import Model, config
from trytond.pool import Pool
from trytond.transaction import Transaction, TransactionError
from trytond.worker import run_task

CURRENCY = "EUR"
PASSWORD = "duecourse-books-2026"
_DRAFTED_AT_ONCE = 100
_POSTED_AT_ONCE = 25
_ACCOUNTS = (
    ("4711", "Discounts allowed", "expense"),
    ("4712", "Bad debt", "expense"),
    ("4713", "Deductions accepted", "expense"),
    ("4714", "Small differences", "expense"),
    ("4715", "Credits granted", "expense"),
    ("4716", "Exchange differences", "expense"),
    ("4717", "Late fees", "revenue"),
    ("1200", "Bank", "cash"),
)


def money(minor: int) -> Decimal:
    """Return cents as Tryton has amounts."""
    return Decimal(minor) / 100


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def minor(amount: Decimal | None) -> int:
    return round((amount or Decimal(0)) * 100)


class Company:
    """Who makes the company and its documents."""

    def __init__(self, database: str, config_file: str) -> None:
        self._database = database
        self._session = config.set_trytond(database, config_file=config_file)
        self._session.skip_warning = True  # the invoices are of the past
        self._accounts: dict[str, Any] = {}
        self._terms: dict[tuple[int, int], int] = {}
        self._context()

    def _context(self) -> None:
        self._session._context = Model.get("res.user").get_preferences(True, {})

    # --- the company -----------------------------------------------------------------------------

    def found(self) -> dict[str, Any]:
        """Make a company with its books, and a key for REST; return what a connection needs."""
        from trytond.modules.account.tests.tools import create_chart, create_fiscalyear
        from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
        from trytond.modules.company.tests.tools import create_company

        party = Model.get("party.party")(name="Seller Ltd")
        party.save()
        create_company(party=party, currency=CURRENCY)
        (company,) = Model.get("company.company").find()
        company.cancel_invoice_out = True
        company.save()
        create_chart()
        for year in (2026, 2027):
            fiscal = create_fiscalyear(today=(dt.date(year, 1, 1), dt.date(year, 12, 31)))
            fiscal.name = str(year)
            fiscal.start_date, fiscal.end_date = dt.date(year, 1, 1), dt.date(year, 12, 31)
            self._number(set_fiscalyear_invoice_sequences(fiscal), str(year))
            fiscal.click("create_period")
        self._open_accounts()
        self._taxes()
        return {"key": self._key(), "company": company.id}

    def _number(self, fiscal: Any, year: str) -> None:
        """Number credit notes apart: each sequence must ascend with the days of its documents."""
        notes = Model.get("ir.sequence.strict")(name=f"Credit notes {year}", prefix=f"CN{year}-")
        (notes.sequence_type,) = Model.get("ir.sequence.type").find([("name", "=", "Invoice")])
        notes.company = fiscal.company
        notes.save()
        fiscal.invoice_sequences[0].out_credit_note_sequence = notes
        fiscal.save()

    def _open_accounts(self) -> None:
        accounts = Model.get("account.account")
        kinds = {
            "expense": accounts.find([("type.expense", "=", True)], limit=1)[0],
            "revenue": accounts.find([("type.revenue", "=", True)], limit=1)[0],
            "cash": accounts.find([("code", "=", "1.1.1")], limit=1)[0],
        }
        for code, name, kind in _ACCOUNTS:
            like = kinds[kind]
            accounts(name=name, code=code, type=like.type, parent=like.parent).save()
        journal = Model.get("account.journal")(name="Bank", code="BANK", type="cash")
        journal.save()
        method = Model.get("account.invoice.payment.method")(name="Bank", journal=journal)
        method.credit_account = method.debit_account = accounts.find([("code", "=", "1200")])[0]
        method.save()
        write_off = Model.get("account.journal")(name="Write-off", code="WOFF", type="write-off")
        write_off.save()
        way = Model.get("account.move.reconcile.write_off")(name="Small", journal=write_off)
        way.credit_account = way.debit_account = accounts.find([("code", "=", "4714")])[0]
        way.save()

    def _taxes(self) -> None:
        from trytond.modules.account.tests.tools import create_tax

        for rate in ("0.19", "0.07"):
            create_tax(Decimal(rate)).save()

    def _key(self) -> str:
        users = Model.get("res.user")
        groups = Model.get("res.group")
        names = ["Accounting", "Accounting Administration", "Party Administration"]
        (company,) = Model.get("company.company").find()
        user = users(name="Duecourse", login="duecourse", companies=[company], company=company)
        user.groups.extend(groups.find([("name", "in", names)]))
        user.password = PASSWORD
        user.save()
        key = Model.get("res.user.application")(user=user, application="rest")
        key.save()
        key.reload()
        if key.state != "validated":
            key.click("validate_")
        return key.key

    def customer(self, name: str, email: str = "", language: str = "", **more: str) -> int:
        """Make a party with a mail address, and with more: cc, phone, street, city, vat."""
        party = Model.get("party.party")(name=name)
        if language:
            (party.lang,) = Model.get("ir.lang").find([("code", "=", language)])
        address = party.addresses[0] if party.addresses else party.addresses.new()
        address.street_unstructured = more.get("street") or None
        address.postal_code = more.get("postal_code") or None
        address.city = more.get("city") or None
        for kind, value in (
            ("email", email),
            ("email", more.get("cc")),
            ("phone", more.get("phone")),
        ):
            if value:
                party.contact_mechanisms.new(type=kind, value=value)
        if more.get("contact"):
            person = party.contact_mechanisms.new(type="email", value=more["contact"])
            person.name, person.invoice = "Payables", True
        party.save()
        return party.id

    def _account(self, kind: str) -> Any:
        if not self._accounts:
            from trytond.modules.account.tests.tools import get_accounts

            self._accounts = get_accounts()
        return self._accounts[kind]

    def _term(self, days: int, parts: int) -> int:
        """Return a payment term of equal parts, a month between them, the first after days."""
        if (days, parts) not in self._terms:
            name = f"{parts} parts after {days} days"
            terms = Model.get("account.invoice.payment_term")
            found = terms.find([("name", "=", name)], limit=1)
            term = found[0] if found else terms(name=name)
            if not found:
                for n in range(parts):
                    last = n == parts - 1
                    line = term.lines.new(type="remainder" if last else "percent_on_total")
                    if not last:
                        line.ratio = Decimal(1) / parts
                        line.ratio = round(line.ratio, 8)
                        line.divisor = round(1 / line.ratio, 8)
                    delta = line.relativedeltas.new()
                    delta.days, delta.months = days, n
                term.save()
            self._terms[days, parts] = term.id
        return self._terms[days, parts]

    def _draft(self, customer: int, minor: int, issued_on: str, days: int, parts: int,
               tax: str = "", quantity: int = 1, reference: str = "",
               extra: list[Any] | None = None, currency: str = "") -> dict[str, Any]:  # fmt: skip
        """Return the values of a draft invoice; minor is the price of each of quantity."""
        return {
            "customer": customer, "minor": minor, "issued_on": issued_on, "days": days,
            "parts": parts, "tax": tax, "quantity": quantity, "reference": reference,
            "extra": extra or [], "currency": currency,
        }  # fmt: skip

    def _post(self, drafts: list[dict[str, Any]]) -> list[int]:
        """Write drafts by Tryton's own models and post them; return their ids."""
        terms = {(d["days"], d["parts"]): self._term(d["days"], d["parts"]) for d in drafts}
        taxes = {
            str((tax.rate * 100).normalize()): tax.id
            for tax in Model.get("account.tax").find([("type", "=", "percentage")])
        }
        revenue = self._account("revenue").id
        receivable = self._account("receivable").id
        (journal,) = Model.get("account.journal").find([("type", "=", "revenue")])

        def write() -> list[int]:
            pool = Pool()
            parties = pool.get("party.party")
            values = []
            for draft in drafts:
                party = parties(draft["customer"])
                lines = [(draft["minor"], draft["quantity"], draft["tax"], "Maintenance")]
                lines += [tuple(line) for line in draft["extra"]]
                values.append(
                    {
                        "type": "out",
                        "party": party.id,
                        "invoice_address": party.addresses[0].id,
                        "invoice_date": day(draft["issued_on"]),
                        "payment_term": terms[draft["days"], draft["parts"]],
                        "journal": journal.id,
                        "account": receivable,
                        "reference": draft["reference"] or None,
                        "lines": [
                            (
                                "create",
                                [
                                    {
                                        "account": revenue,
                                        "quantity": quantity,
                                        "unit_price": money(cents),
                                        "description": what,
                                        "taxes": [("add", [taxes[rate]])] if rate else [],
                                    }
                                    for cents, quantity, rate, what in lines
                                ],
                            )
                        ],
                    }
                )
            made = pool.get("account.invoice").create(values)
            return [invoice.id for invoice in made]

        ids = self._transact(write)
        for start in range(0, len(ids), _POSTED_AT_ONCE):
            some = ids[start : start + _POSTED_AT_ONCE]
            self._transact(lambda some=some: Pool().get("account.invoice").post(
                Pool().get("account.invoice").browse(some)))  # fmt: skip
        return ids

    def _transact(self, work: Callable[[], Any]) -> Any:
        """Do work in one transaction of Tryton's, again with the lock that it asks for."""
        extras: dict[str, Any] = {}
        while True:
            context = {**self._session.context, "_skip_warnings": True}
            with Transaction().start(
                self._database, self._session.user, context=context, **extras
            ) as transaction:
                try:
                    result = work()
                    transaction.commit()
                    tasks = list(transaction.tasks)
                except TransactionError as error:
                    transaction.rollback()
                    transaction.tasks.clear()
                    error.fix(extras)
                    continue
            for task in self._worth(tasks):
                run_task(self._database, task)
            return result

    def _worth(self, tasks: list[int]) -> list[int]:
        """Return tasks without those that print: a document takes longer than its posting."""
        with Transaction().start(self._database, 0, readonly=True):
            found = Pool().get("ir.queue").browse(tasks)
            return [task.id for task in found if task.data["method"] != "print_invoice"]

    def fill(self, customers: int, invoices: int) -> dict[str, Any]:
        """Make customers and posted invoices of all sorts; return their ids."""
        languages = ("de", "fr", "es", "en", "")
        made = [
            self.customer(
                f"Customer {n:03d} Ltd", f"ap@customer{n}.example", languages[n % 5],
                phone=f"+49 30 {100000 + n}" if n % 3 == 0 else "",
                cc=f"cc@customer{n}.example" if n % 4 == 0 else "",
                contact=f"payables@customer{n}.example" if n % 5 == 0 else "",
                street=f"Road {n}", city="Berlin", postal_code="10115",
            )
            for n in range(customers)
        ]  # fmt: skip
        drafts = []
        for n in range(invoices):
            issued_on = dt.date(2026, 8, 1) + dt.timedelta(days=n * 30 // invoices)
            drafts.append(
                self._draft(
                    made[n % customers],
                    100_00 + 7 * n,
                    issued_on.isoformat(),
                    30,
                    3 if n % 10 == 3 else 1,
                    tax=("19", "7", "")[n % 3],
                    quantity=1 if n % 4 else 3,
                    reference=f"PO-{n}" if n % 5 == 0 else "",
                )
            )
        ids = []
        for start in range(0, len(drafts), _DRAFTED_AT_ONCE):
            ids += self._post(drafts[start : start + _DRAFTED_AT_ONCE])
        return {"customers": made, "invoices": ids}
