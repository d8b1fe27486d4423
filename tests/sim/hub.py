"""The hub of a simulated world: its real adapters over one client, wired as the functions do."""

import json
from collections.abc import Callable
from typing import Any

from shared.adapters.accounts import Accounts
from shared.adapters.agreements_over import AgreementsOver
from shared.adapters.approvals import Approvals
from shared.adapters.autopay_collections import Collections
from shared.adapters.cash_book import CashBook
from shared.adapters.charges import Charges
from shared.adapters.checkouts import Checkouts
from shared.adapters.claims import Claims
from shared.adapters.corrections import Corrections
from shared.adapters.due_finder import DueFinder
from shared.adapters.entities import Entities
from shared.adapters.gateway_books import GatewayBooks
from shared.adapters.handovers import Handovers
from shared.adapters.holds import Holds
from shared.adapters.imported_customers import ImportedCustomers
from shared.adapters.imported_invoices import ImportedInvoices
from shared.adapters.imported_payments import ImportedPayments
from shared.adapters.inbox import Inbox
from shared.adapters.issued_invoices import IssuedInvoices
from shared.adapters.ledger import Ledger
from shared.adapters.mandates import Mandates
from shared.adapters.notices import Notices
from shared.adapters.numbers import Numbers
from shared.adapters.papers import Papers
from shared.adapters.parked import ParkedItems
from shared.adapters.payments import Payments
from shared.adapters.pending import Pending
from shared.adapters.policy_shelf import PolicyShelf
from shared.adapters.receipts import Receipts
from shared.adapters.runs import Runs
from shared.adapters.suppressions import Suppressions
from shared.adapters.sweep_runs import SweepRuns
from shared.adapters.table import Table
from shared.adapters.tasks import Tasks
from shared.adapters.writebacks import Writebacks
from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.gateway_event import GatewayEvent
from shared.usecases import (
    charging,
    money_in,
    receive_webhook,
    request_refund,
    send_notice,
    start_checkout,
    work_sweep,
    write_mail,
)
from shared.usecases.allocate import apply_credits
from shared.usecases.cash_desk import Desk
from shared.usecases.end_agreements import end_agreements
from shared.usecases.take_back_untold import Untold
from tests.sim.gateway import Gateway
from tests.sim.outside import Folder, MailService
from tests.sim.queues import Queues

_URL = "https://x"


class Hub:
    """Adapters and ports over one table, which client calls."""

    def __init__(
        self,
        client: Any,
        gateway: Gateway,
        mail: MailService,
        mailer: Any,
        folder: Folder,
        queues: Queues,
        new_fence: Callable[[], str],
    ) -> None:
        table = Table(client, "hub")
        self.accounts, self.entities = Accounts(table), Entities(table)
        self.notices, self.payments = Notices(table), Payments(table)
        self.suppressions = Suppressions(table)
        self.claims, self.charges = Claims(table, self.notices), Charges(table)
        self.receipts, self.checkouts = Receipts(table, self.notices), Checkouts(table)
        self.pending, self.tasks, self.holds = Pending(table), Tasks(table), Holds(table)
        self.approvals = Approvals(table, self.notices, self.tasks)
        self.handovers = Handovers(table, self.notices)
        self.finder, self.runs = DueFinder(table), Runs(table)
        self.sweep_runs = SweepRuns(table, self.pending)
        self.writebacks, self.papers = Writebacks(table), Papers(table)
        self.over = AgreementsOver(table)
        self.invoices, self.imported = ImportedInvoices(table), ImportedPayments(table)
        self.people, self.ledger = ImportedCustomers(table), Ledger(table)
        numbers = Numbers(table, lambda _: None)
        self.issued = IssuedInvoices(table, numbers)
        self.corrections = Corrections(table, self.ledger, numbers)
        cash = CashBook(table)
        self.desk = Desk(cash, self.accounts, lambda _: None)
        self.refunds = request_refund.Ports(self.desk, gateway)
        self.charging = charging.Ports(
            self.accounts,
            self.ledger,
            self.entities,
            self.charges,
            cash,
            self.tasks,
            lambda _: None,
        )
        self.inbox = Inbox(table, folder, "documents")
        self.money_in = money_in.Ports(
            gateway,
            self.payments,
            GatewayBooks(table),
            ParkedItems(table),
            self.accounts,
            lambda _: None,
            money_in.Autopay(self.accounts, Mandates(table), Collections(table), lambda _: None),
        )
        self.portal = start_checkout.Ports(self.accounts, self.checkouts, gateway, _URL)
        self.webhooks = receive_webhook.Ports(
            lambda *_: None, _read_event, self.inbox, queues, livemode=False
        )
        words = write_mail.Ports(
            policies=self.entities,
            texts=mail,
            links=mail,
            receipts=self.payments,
            disputes=None,  # nobody disputes here
            ledger=self.ledger,
            print_statement=lambda _: b"",
            public_url=_URL,
        )
        self.sweeping = work_sweep.Ports(
            accounts=self.accounts,
            policies=lambda _: PolicyShelf(table),
            claims=self.claims,
            runs=self.sweep_runs,
            end=self._end,
            credit=lambda *whose: apply_credits(self.desk, *whose),
            once=self.tasks.open_unless_done,
        )
        self.sending = send_notice.Ports(
            accounts=self.accounts,
            deliveries=self.notices,
            suppressions=self.suppressions,
            tasks=self.tasks,
            words=words,
            untold=Untold(self.accounts, self.ledger, lambda _: None),
            mailer=mailer,
            archive=mail,
            new_fence=new_fence,
            wait_turn=lambda _: True,
        )

    def _end(self, entity: Entity, account: Account, now: Now) -> int:
        """Note how agreements of account ended."""
        return end_agreements(entity, account, self.papers, self.over, now)


def _read_event(body: bytes) -> GatewayEvent:
    told = json.loads(body)
    return GatewayEvent(
        event_id=told["id"],
        type=told["type"],
        object_id=told["about"],
        payment_reference=told["reference"],
        api_version="sim",
        account="",
        created_s=0,
        livemode=False,
    )
