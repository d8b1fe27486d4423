"""Tryton's side of the comparison; runs in Tryton's own environment, one process per command.

usage: tryton_peer.py fill CONFIG DATABASE INVOICES      posted invoices, one customer each
       tryton_peer.py dun CONFIG DATABASE                one dunning run with e-mail; prints JSON
"""

import datetime as dt
import json
import sys
import time
from decimal import Decimal
from typing import Any

from proteus import Model, Wizard, config
from trytond.pool import Pool
from trytond.transaction import Transaction

ISSUED_ON = dt.date(2026, 6, 1)
DUNNED_ON = dt.date(2026, 6, 20)
AMOUNT = Decimal("120.00")
_DRAFTED_AT_ONCE = 200
_POSTED_AT_ONCE = 50


def fill(invoices: int) -> None:
    """Make a company with so many posted invoices, each of a customer of its own."""
    # tools of Tryton's tests: importing them makes e-mail go nowhere, so a dunning run must not
    from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
    from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
    from trytond.modules.company.tests.tools import create_company

    create_company()
    create_chart()
    year = set_fiscalyear_invoice_sequences(create_fiscalyear(today=ISSUED_ON))
    year.click("create_period")
    accounts = get_accounts()
    procedure = _procedure()
    term = Model.get("account.invoice.payment_term")(name="at once")
    term.lines.new(type="remainder")
    term.save()
    (journal,) = Model.get("account.journal").find([("type", "=", "revenue")])
    to = {"payment_term": term.id, "journal": journal.id, "account": accounts["receivable"].id}
    for start in range(0, invoices, _DRAFTED_AT_ONCE):
        numbers = range(start, min(start + _DRAFTED_AT_ONCE, invoices))
        _drafts(numbers, procedure.id, accounts["revenue"].id, to)
    _post()


def _post() -> None:
    """Post every draft, a few at a time: each step is a transaction that Tryton may begin anew."""
    invoices = Model.get("account.invoice")
    while drafts := invoices.find([("state", "=", "draft")], limit=_POSTED_AT_ONCE):
        invoices.click(drafts, "post")


def _drafts(numbers: range, procedure: int, revenue: int, to: dict[str, int]) -> None:
    """Write customers and draft invoices by Tryton's own models, in one transaction."""
    session = config.get_config()
    with Transaction().start(session.database_name, session.user, context=session.context):
        pool = Pool()
        parties = pool.get("party.party").create(
            [
                {
                    "name": f"Customer {n:05d} Ltd",
                    "dunning_procedure": procedure,
                    "addresses": [("create", [{}])],
                    "contact_mechanisms": [
                        ("create", [{"type": "email", "value": f"ap@customer{n}.example"}])
                    ],
                }
                for n in numbers
            ]
        )
        line = {
            "account": revenue,
            "quantity": 1,
            "unit_price": AMOUNT,
            "description": "Maintenance",
        }
        pool.get("account.invoice").create(
            [
                {
                    "type": "out",
                    "party": party.id,
                    "invoice_address": party.addresses[0].id,
                    "invoice_date": ISSUED_ON,
                    **to,
                    "lines": [("create", [line])],
                }
                for party in parties
            ]
        )
        Transaction().commit()


def _procedure() -> Any:
    procedure = Model.get("account.dunning.procedure")(name="Reminders")
    level = procedure.levels.new()
    level.sequence, level.overdue = 1, dt.timedelta(7)
    level.send_email, level.email_from = True, "billing@seller.example"
    procedure.save()
    return procedure


def dun() -> None:
    """Create the dunnings of the day and process them; print seconds of CPU and how many."""
    began = time.process_time()
    create = Wizard("account.dunning.create")
    create.form.date = DUNNED_ON
    create.execute("create_")
    planned = time.process_time()
    dunnings = Model.get("account.dunning").find([("state", "=", "draft")])
    looked = time.process_time()
    Wizard("account.dunning.process", dunnings).execute("process")
    ended = time.process_time()
    # looking for the dunnings is the bench's own step: a person has them on the screen
    print(json.dumps({"dunnings": len(dunnings), "cpu_s": planned - began + ended - looked}))


def main() -> None:
    """Do what the arguments say, as the administrator, without questions."""
    command, config_file, database = sys.argv[1:4]
    session = config.set_trytond(database, config_file=config_file)
    session.skip_warning = True  # the invoices are of the past
    if command == "fill":
        fill(int(sys.argv[4]))
    else:
        session._context = Model.get("res.user").get_preferences(True, {})
        dun()


if __name__ == "__main__":
    main()
