"""The one composition root: settings, clients and clocks, made when first asked for."""

import os
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from shared.adapters import keys
from shared.adapters.raw_json import speak_raw
from shared.adapters.table import Table
from shared.domain.clock import Now
from shared.ids import new_id

if TYPE_CHECKING:
    from shared.adapters.accounts import Accounts
    from shared.adapters.agreements_over import AgreementsOver
    from shared.adapters.approvals import Approvals
    from shared.adapters.book_rebuild import RebuildingKeeper
    from shared.adapters.books_reader import BooksReader
    from shared.adapters.charges import Charges
    from shared.adapters.charts import Charts
    from shared.adapters.checkouts import Checkouts
    from shared.adapters.claims import Claims
    from shared.adapters.contacts import Contacts
    from shared.adapters.corrections import Corrections
    from shared.adapters.disputes import Disputes
    from shared.adapters.documents import Documents
    from shared.adapters.drop_bucket import DropBucket
    from shared.adapters.due_finder import DueFinder
    from shared.adapters.entities import Entities
    from shared.adapters.handovers import Handovers
    from shared.adapters.holds import Holds
    from shared.adapters.import_runs import ImportRuns
    from shared.adapters.inbox import Inbox
    from shared.adapters.issued_invoices import IssuedInvoices
    from shared.adapters.ledger import Ledger
    from shared.adapters.links import Links
    from shared.adapters.mail_watch import MailWatch
    from shared.adapters.mail_wishes import MailWishes
    from shared.adapters.notices import Notices
    from shared.adapters.numbers import Numbers
    from shared.adapters.packs import Packs
    from shared.adapters.papers import Papers
    from shared.adapters.parked import ParkedItems
    from shared.adapters.payments import Payments
    from shared.adapters.pending import Pending
    from shared.adapters.plans import Plans
    from shared.adapters.promises import Promises
    from shared.adapters.questions import Questions
    from shared.adapters.queues import Queues
    from shared.adapters.receipts import Receipts
    from shared.adapters.receivables import Receivables
    from shared.adapters.records import Records
    from shared.adapters.recurrences import Recurrences
    from shared.adapters.reply_inbox import ReplyInbox
    from shared.adapters.runs import Runs
    from shared.adapters.sandbox_clock import SandboxClock
    from shared.adapters.secret import Secret
    from shared.adapters.send_pace import SendPace
    from shared.adapters.sessions import Sessions
    from shared.adapters.sign_in import SignIn
    from shared.adapters.statement_requests import StatementRequests
    from shared.adapters.stripe_gateway import StripeGateway
    from shared.adapters.suppressions import Suppressions
    from shared.adapters.sweep_runs import SweepRuns
    from shared.adapters.tasks import Tasks
    from shared.adapters.templates import Templates
    from shared.adapters.texts import Texts
    from shared.adapters.tokens import Tokens
    from shared.adapters.typst_pdf import Printer
    from shared.adapters.writeback_files import WritebackFiles
    from shared.adapters.writebacks import Writebacks
    from shared.usecases.call_customers import Ports as CallPorts
    from shared.usecases.cash_desk import Desk as CashDesk
    from shared.usecases.charging_ports import Ports as ChargingPorts
    from shared.usecases.escalate import Ports as EscalationPorts
    from shared.usecases.generate_invoices import Ports as GenerationPorts
    from shared.usecases.import_file import Ports as ImportPorts
    from shared.usecases.look_again import Stores
    from shared.usecases.make_pack import Ports as PackingPorts
    from shared.usecases.money_in import Ports as MoneyInPorts
    from shared.usecases.receive_webhook import Ports as WebhookPorts
    from shared.usecases.request_refund import Ports as RefundPorts
    from shared.usecases.send_letter import LetterService
    from shared.usecases.send_letter import Ports as PostingPorts
    from shared.usecases.send_notice import Ports as SendingPorts
    from shared.usecases.send_sms import Ports as SmsPorts
    from shared.usecases.start_checkout import Ports as CheckoutPorts
    from shared.usecases.take_back_untold import Untold
    from shared.usecases.work_sweep import Policies as SweepPolicies
    from shared.usecases.work_sweep import Ports as SweepPorts
    from shared.usecases.write_mail import Ports as WordsPorts


def setting(name: str) -> str:
    """Return the environment's value of name. A missing one is a broken deployment: KeyError."""
    return os.environ[name]


@cache
def client(service: str, attempts_max: int = 3) -> Any:
    """Return the client of an AWS service; attempts_max counts the first call, too."""
    config = Config(
        connect_timeout=2,
        read_timeout=8,
        retries={"mode": "standard", "total_max_attempts": attempts_max},
        parameter_validation=False,
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]  # any service


@cache
def table() -> Table:
    """Return the one table."""
    return Table(speak_raw(client("dynamodb")), setting("TABLE_NAME"))


@cache
def records() -> "Records":
    """Return the reads of whole customers, past and present."""
    from shared.adapters.records import Records

    return Records(table())


@cache
def accounts() -> "Accounts":
    """Return the reads of entities and customers."""
    from shared.adapters.accounts import Accounts

    return Accounts(table())


def wall() -> datetime:
    """Return this moment by the wall clock alone, for what never asks for the business date."""
    return datetime.now(UTC)


def now() -> Now:
    """Return this moment by both clocks. A handler calls it once per invocation.

    In a sandbox stage the business clock stands as far off the wall clock as the CLOCK item says;
    in production nothing is read and both are the same.
    """
    wall = datetime.now(UTC)
    if setting("STAGE") != "sandbox":
        return Now(business=wall, wall=wall)
    item = table().get(keys.clock())
    offset_s = item["offset_s"] if item else 0
    return Now(business=wall + timedelta(seconds=offset_s), wall=wall)


@cache
def public_url() -> str:
    """Return the base URL that people see, without a trailing slash."""
    parameter = client("ssm").get_parameter(Name=setting("PUBLIC_URL_PARAMETER"))
    return str(parameter["Parameter"]["Value"]).rstrip("/")


@cache
def entities() -> "Entities":
    """Return the entities and their policies."""
    from shared.adapters.entities import Entities

    return Entities(table())


@cache
def tasks() -> "Tasks":
    """Return the work for people."""
    from shared.adapters.tasks import Tasks

    return Tasks(table())


@cache
def holds() -> "Holds":
    """Return the writes of holds."""
    from shared.adapters.holds import Holds

    return Holds(table())


@cache
def parked_items() -> "ParkedItems":
    """Return what could not be placed without guessing."""
    from shared.adapters.parked import ParkedItems

    return ParkedItems(table())


@cache
def sign_in() -> "SignIn":
    """Return the sign-in of operators at the issuer."""
    from shared.adapters.sign_in import SignIn

    return SignIn(
        setting("TOKEN_AUTHORIZE_URL"), setting("TOKEN_EXCHANGE_URL"), setting("TOKEN_AUDIENCE")
    )


@cache
def sandbox_clock() -> "SandboxClock":
    """Return the movable clock. Only a sandbox stage may ask for it."""
    from shared.adapters.sandbox_clock import SandboxClock

    return SandboxClock(table())


@cache
def receivables() -> "Receivables":
    """Return the lists for people."""
    from shared.adapters.receivables import Receivables

    return Receivables(table())


@cache
def books_reader() -> "BooksReader":
    """Return the reads of postings beside what is stored with them."""
    from shared.adapters.books_reader import BooksReader

    return BooksReader(table())


@cache
def statement_requests() -> "StatementRequests":
    """Return the statements of account asked for as PDF."""
    from shared.adapters.statement_requests import StatementRequests

    return StatementRequests(table())


@cache
def charts() -> "Charts":
    """Return the charts of accounts."""
    from shared.adapters.charts import Charts

    return Charts(table())


@cache
def tokens() -> "Tokens":
    """Return the check of sign-in tokens."""
    from shared.adapters.tokens import Tokens

    return Tokens(setting("TOKEN_ISSUER"), setting("TOKEN_AUDIENCE"), setting("TOKEN_JWKS_URL"))


@cache
def templates() -> "Templates":
    """Return the templates of pages and mails."""
    from shared.adapters.templates import Templates

    return Templates()


@cache
def texts() -> "Texts":
    """Return the mails in words."""
    from shared.adapters.texts import Texts

    return Texts(templates())


@cache
def links() -> "Links":
    """Return the portal links."""
    from shared.adapters.links import Links

    return Links(table(), days=int(setting("LINK_DAYS")))


@cache
def queues() -> "Queues":
    """Return the hub's queues; the environment names their URLs <NAME>_QUEUE_URL."""
    from shared.adapters.queues import Queues

    suffix = "_QUEUE_URL"
    urls = {k.removesuffix(suffix): v for k, v in os.environ.items() if k.endswith(suffix)}
    return Queues(client("sqs"), urls)


@cache
def due_finder() -> "DueFinder":
    """Return the search for customers who may be due."""
    from shared.adapters.due_finder import DueFinder

    return DueFinder(table())


@cache
def runs() -> "Runs":
    """Return the checks of the books, and how far sweeping has come."""
    from shared.adapters.runs import Runs

    return Runs(table())


@cache
def sweep_runs() -> "SweepRuns":
    """Return the sweeps, batch by batch."""
    from shared.adapters.sweep_runs import SweepRuns

    return SweepRuns(table(), pending())


@lru_cache(maxsize=64)
def _shelf(entity_id: str, policy_version: int) -> "SweepPolicies":
    from shared.adapters.policy_shelf import PolicyShelf

    return PolicyShelf(table())


@cache
def sweeping() -> "SweepPorts":
    """Return everything that working on a batch of a sweep touches.

    Policies are remembered as long as the entity counts no change of them.
    """
    from shared.usecases.allocate import apply_credits
    from shared.usecases.end_agreements import end_agreements
    from shared.usecases.work_sweep import Ports

    return Ports(
        accounts=accounts(),
        policies=lambda entity: _shelf(entity.entity_id, entity.policy_version),
        claims=claims(),
        runs=sweep_runs(),
        end=lambda entity, account, now: end_agreements(
            entity, account, papers(), agreements_over(), now
        ),
        credit=lambda *whose: apply_credits(cash_desk(), *whose),
    )


@cache
def book_keeper() -> "RebuildingKeeper":
    """Return the comparison of what is stored with the postings."""
    from shared.adapters.book_rebuild import RebuildingKeeper

    return RebuildingKeeper(table())


@cache
def notices() -> "Notices":
    """Return the numbered notices and their deliveries."""
    from shared.adapters.notices import Notices

    return Notices(table())


@cache
def suppressions() -> "Suppressions":
    """Return the addresses that are mailed no more."""
    from shared.adapters.suppressions import Suppressions

    return Suppressions(table())


@cache
def mail_watch() -> "MailWatch":
    """Return the tally of mails, and the pauses that follow from it."""
    from shared.adapters.mail_watch import MailWatch

    return MailWatch(table())


@cache
def mail_wishes() -> "MailWishes":
    """Return the writes of what customers wish of our mails."""
    from shared.adapters.mail_wishes import MailWishes

    return MailWishes(table())


@cache
def claims() -> "Claims":
    """Return the claims of stage notices."""
    from shared.adapters.claims import Claims

    return Claims(table(), notices())


@cache
def receipts() -> "Receipts":
    """Return the claims of receipts."""
    from shared.adapters.receipts import Receipts

    return Receipts(table(), notices())


@cache
def charges() -> "Charges":
    """Return the charges and how they came about."""
    from shared.adapters.charges import Charges

    return Charges(table())


@cache
def ledger() -> "Ledger":
    """Return the customers' books and the postings that move them."""
    from shared.adapters.ledger import Ledger

    return Ledger(table())


@cache
def charging() -> "ChargingPorts":
    """Return everything that charging an invoice touches."""
    from shared.adapters.pause import pause
    from shared.usecases.charging_ports import Ports

    cash = cash_desk().cash
    return Ports(accounts(), ledger(), entities(), charges(), cash, tasks(), pause)


def untold() -> "Untold":
    """Return what taking back charges touches that no message tells of."""
    from shared.adapters.pause import pause
    from shared.usecases.take_back_untold import Untold

    return Untold(accounts(), ledger(), pause)


@cache
def approvals() -> "Approvals":
    """Return the notices that wait for a named person."""
    from shared.adapters.approvals import Approvals

    return Approvals(table(), notices(), tasks())


@cache
def handovers() -> "Handovers":
    """Return the cases that somebody else has."""
    from shared.adapters.handovers import Handovers

    return Handovers(table(), notices())


@cache
def packs() -> "Packs":
    """Return the packs of cases."""
    from shared.adapters.packs import Packs

    return Packs(table())


@cache
def posting() -> "PostingPorts":
    """Return everything that sending a letter needs."""
    from shared.adapters.mail_archive import MailArchive
    from shared.usecases.send_letter import Ports

    return Ports(
        stores=_stores(),
        ledger=ledger(),
        links=links(),
        printer=printer(),
        archive=MailArchive(client("s3"), setting("DOCUMENTS_BUCKET")),
        service=letter_service(),
        public_url=public_url(),
    )


def _stores() -> "Stores":
    from shared.usecases.look_again import Stores

    ports = (accounts(), entities(), notices(), tasks(), untold())
    return Stores(*ports, new_fence=lambda: new_id(datetime.now(UTC)))


@cache
def texting() -> "SmsPorts":
    """Return everything that a text message needs. Its client makes one attempt only."""
    from shared.adapters.end_user_messaging import EndUserMessaging
    from shared.adapters.mail_archive import MailArchive
    from shared.adapters.sms_texts import SmsTexts
    from shared.usecases.send_sms import Ports

    service = client("pinpoint-sms-voice-v2", attempts_max=1)
    sender = EndUserMessaging(service, setting("SMS_ORIGINATION"), setting("SMS_CONFIGURATION_SET"))
    return Ports(
        stores=_stores(),
        suppressions=suppressions(),
        texts=SmsTexts(templates()),
        links=links(),
        sender=sender,
        archive=MailArchive(client("s3"), setting("DOCUMENTS_BUCKET")),
        public_url=public_url(),
    )


@cache
def letter_service() -> "LetterService":
    """Return who posts letters: a folder that a printer empties, or a print service."""
    if setting("LETTER_SERVICE") == "folder":
        from shared.adapters.letter_folder import LetterFolder

        return LetterFolder(client("s3", attempts_max=1), setting("DOCUMENTS_BUCKET"))
    from shared.adapters.pingen import Pingen
    from shared.adapters.secret import Secret

    secret = Secret(client("secretsmanager"), setting("PINGEN_SECRET"))
    return Pingen(secret.value, setting("PINGEN_API_BASE"), setting("PINGEN_IDENTITY_BASE"))


@cache
def packing() -> "PackingPorts":
    """Return everything that a pack of a case is made from."""
    from shared.adapters.case_binder import CaseBinder
    from shared.adapters.case_reader import CaseReader
    from shared.usecases.make_pack import Ports

    return Ports(
        accounts=accounts(),
        facts=CaseReader(table()),
        books=books_reader(),
        ledger=ledger(),
        policies=entities(),
        charges=charges(),
        packs=packs(),
        files=documents(),
        binder=CaseBinder(templates(), printer()),
    )


@cache
def contacts() -> "Contacts":
    """Return what was said to customers last."""
    from shared.adapters.contacts import Contacts

    return Contacts(table())


@cache
def calling() -> "CallPorts":
    """Return everything that a call can lead to."""
    from shared.usecases.call_customers import Ports

    return Ports(accounts(), entities(), tasks(), promises(), papers(), disputes())


@cache
def escalating() -> "EscalationPorts":
    """Return everything that escalating a notice needs."""
    from shared.usecases.escalate import Ports

    ports = (accounts(), entities(), charging(), notices(), approvals(), handovers())
    return Ports(*ports, queue=queues())


@cache
def pending() -> "Pending":
    """Return the facts that somebody must still act on."""
    from shared.adapters.pending import Pending

    return Pending(table())


@cache
def sending() -> "SendingPorts":
    """Return everything that sending a notice needs. The SES client makes one attempt only."""
    from shared.adapters.mail_archive import MailArchive
    from shared.adapters.ses_mail import SesMailer
    from shared.usecases.send_notice import Ports

    mailer = SesMailer(
        client("sesv2", attempts_max=1), setting("MAIL_FROM"), setting("CONFIGURATION_SET")
    )
    return Ports(
        accounts=accounts(),
        deliveries=notices(),
        suppressions=suppressions(),
        tasks=tasks(),
        words=mail_words(),
        untold=untold(),
        mailer=mailer,
        archive=MailArchive(client("s3"), setting("DOCUMENTS_BUCKET")),
        new_fence=lambda: new_id(datetime.now(UTC)),
        wait_turn=lambda recipients: send_pace().wait(recipients, wall),
        reply_mailbox=os.environ.get("REPLY_MAILBOX", ""),
    )


@cache
def send_pace() -> "SendPace":
    """Return the turns of senders."""
    from shared.adapters.send_pace import SendPace

    return SendPace(table(), client("sesv2"))


@cache
def mail_words() -> "WordsPorts":
    """Return everything that the words of a mail need."""
    from shared.usecases.write_mail import Ports

    return Ports(
        policies=entities(),
        texts=texts(),
        links=links(),
        receipts=payments(),
        ledger=ledger(),
        print_statement=lambda told: printer().statement(told),
        public_url=public_url(),
    )


@cache
def sessions() -> "Sessions":
    """Return the portal's sessions."""
    from shared.adapters.sessions import Sessions

    return Sessions(table())


@cache
def checkouts() -> "Checkouts":
    """Return the checkouts."""
    from shared.adapters.checkouts import Checkouts

    return Checkouts(table())


def starting_checkouts() -> "CheckoutPorts":
    """Return everything that starting a payment needs."""
    from shared.usecases.start_checkout import Ports

    return Ports(accounts(), checkouts(), gateway(), public_url())


@cache
def promises() -> "Promises":
    """Return the promises to pay."""
    from shared.adapters.promises import Promises

    return Promises(table())


@cache
def plans() -> "Plans":
    """Return the instalment plans."""
    from shared.adapters.plans import Plans

    return Plans(table())


@cache
def agreements_over() -> "AgreementsOver":
    """Return the writes of how agreements ended."""
    from shared.adapters.agreements_over import AgreementsOver

    return AgreementsOver(table())


@cache
def disputes() -> "Disputes":
    """Return the commercial disputes."""
    from shared.adapters.disputes import Disputes

    return Disputes(table())


@cache
def reply_inbox() -> "ReplyInbox":
    """Return the mails that came in."""
    from shared.adapters.reply_inbox import ReplyInbox

    return ReplyInbox(client("s3"), setting("REPLIES_BUCKET"))


@cache
def questions() -> "Questions":
    """Return the customers' questions."""
    from shared.adapters.questions import Questions

    return Questions(table())


@cache
def papers() -> "Papers":
    """Return what belongs to documents besides their heads."""
    from shared.adapters.papers import Papers

    return Papers(table())


@cache
def documents() -> "Documents":
    """Return the files of the documents bucket."""
    from shared.adapters.documents import Documents

    return Documents(_signing_s3(read_timeout_s=8), setting("DOCUMENTS_BUCKET"))


def _signing_s3(read_timeout_s: int) -> Any:
    # signed for the bucket's own region: a signature for the global host dies on its redirect
    config = Config(
        connect_timeout=2,
        read_timeout=read_timeout_s,
        signature_version="s3v4",
        s3={"addressing_style": "virtual"},
    )
    return boto3.client("s3", config=config)


@cache
def printer() -> "Printer":
    """Return what makes PDF."""
    from shared.adapters.typst_pdf import Printer

    return Printer(templates())


@cache
def import_runs() -> "ImportRuns":
    """Return the imports of files."""
    from shared.adapters.import_runs import ImportRuns

    return ImportRuns(table())


@cache
def drop_bucket() -> "DropBucket":
    """Return the bucket that files are dropped into."""
    from shared.adapters.drop_bucket import DropBucket

    return DropBucket(_signing_s3(read_timeout_s=30), setting("DROP_BUCKET"))


@cache
def importing() -> "ImportPorts":
    """Return everything that an import touches."""
    from shared.adapters.csv_rows import read_csv
    from shared.adapters.imported_customers import ImportedCustomers
    from shared.adapters.imported_invoices import ImportedInvoices
    from shared.adapters.imported_payments import ImportedPayments
    from shared.adapters.invoice_lines import InvoiceLines
    from shared.adapters.languages import shipped_languages
    from shared.usecases.import_file import Ports

    return Ports(
        accounts=accounts(),
        policies=entities(),
        runs=import_runs(),
        bucket=drop_bucket(),
        queue=queues(),
        tasks=tasks(),
        customers=ImportedCustomers(table()),
        invoices=ImportedInvoices(table()),
        lines=InvoiceLines(table()),
        payments=ImportedPayments(table()),
        read_csv=read_csv,
        languages=shipped_languages(),
    )


@cache
def writebacks() -> "Writebacks":
    """Return what the ERP is still to be told."""
    from shared.adapters.writebacks import Writebacks

    return Writebacks(table())


@cache
def writeback_files() -> "WritebackFiles":
    """Return the files for the ERP to fetch."""
    from shared.adapters.writeback_files import WritebackFiles

    return WritebackFiles(client("s3"), setting("DROP_BUCKET"))


@cache
def stripe_secret() -> "Secret":
    """Return the gateway's key and the secrets of its webhooks, by reference."""
    from shared.adapters.secret import Secret

    return Secret(client("secretsmanager"), setting("STRIPE_SECRET"))


def has_gateway() -> bool:
    """Return whether an operator has filled in the gateway's key yet."""
    return bool(stripe_secret().value(wall())["api_key"])


def gateway() -> "StripeGateway":
    """Return the gateway. A replaced key is used within minutes."""
    return _gateway(stripe_secret().value(wall())["api_key"])


@cache
def _gateway(api_key: str) -> "StripeGateway":
    from shared.adapters.stripe_gateway import StripeGateway

    return StripeGateway(api_key, setting("STRIPE_API_BASE"))


@cache
def payments() -> "Payments":
    """Return the payments and what they settle."""
    from shared.adapters.payments import Payments

    return Payments(table())


@cache
def inbox() -> "Inbox":
    """Return the stored webhooks."""
    from shared.adapters.inbox import Inbox

    return Inbox(table(), client("s3"), setting("DOCUMENTS_BUCKET"))


@cache
def webhooks() -> "WebhookPorts":
    """Return everything that taking a webhook in needs. Nothing here loads a package of models."""
    from shared.adapters.stripe_event import read_event
    from shared.adapters.stripe_signature import verify
    from shared.usecases.receive_webhook import Ports

    def signed(body: bytes, header: str, at: datetime) -> None:
        verify(body, header, stripe_secret().value(at)["webhook_secrets"], at)

    livemode = setting("STAGE") == "production"
    return Ports(signed, read_event, inbox(), queues(), livemode)


@cache
def cash_desk() -> "CashDesk":
    """Return everything that people's work on money needs."""
    from shared.adapters.cash_book import CashBook
    from shared.adapters.pause import pause
    from shared.usecases.cash_desk import Desk

    return Desk(CashBook(table()), accounts(), pause)


def refunding() -> "RefundPorts":
    """Return everything that asking the gateway for a refund needs."""
    from shared.usecases.request_refund import Ports

    return Ports(cash_desk(), gateway())


def money_in() -> "MoneyInPorts":
    """Return everything that booking money from the gateway needs."""
    from shared.adapters.gateway_books import GatewayBooks
    from shared.adapters.pause import pause
    from shared.usecases.money_in import Ports

    books = GatewayBooks(table())
    return Ports(gateway(), payments(), books, parked_items(), accounts(), pause)


@cache
def issued_invoices() -> "IssuedInvoices":
    """Return the writes of invoices that this hub issues."""
    from shared.adapters.issued_invoices import IssuedInvoices

    return IssuedInvoices(table(), numbers())


@cache
def corrections() -> "Corrections":
    """Return the writes of credit notes and voids."""
    from shared.adapters.corrections import Corrections
    from shared.adapters.ledger import Ledger

    return Corrections(table(), Ledger(table()), numbers())


@cache
def numbers() -> "Numbers":
    """Return the numbers of documents."""
    from shared.adapters.numbers import Numbers
    from shared.adapters.pause import pause

    return Numbers(table(), pause)


@cache
def recurrences() -> "Recurrences":
    """Return the schedules of invoices that come back."""
    from shared.adapters.recurrences import Recurrences

    return Recurrences(table(), issued_invoices())


@cache
def generating() -> "GenerationPorts":
    """Return everything that the generation of invoices touches."""
    from shared.usecases.generate_invoices import Ports

    return Ports(accounts=accounts(), policies=entities(), recurrences=recurrences())
