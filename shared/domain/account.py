"""The dated facts of one customer, as every decision reads them. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.domain.days import days_after
from shared.domain.money import Money
from shared.domain.tax import TaxCategory


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CHARGE = "charge"
    CREDIT_NOTE = "credit_note"


class DiscountTax(StrEnum):
    """What an early-payment discount does to the tax: taken on gross, on net, or tax as if taken.

    REDUCE lowers tax with the price; KEEP takes the discount on the net and leaves the tax whole;
    MIXED invoices the tax as if the discount were taken, so that taking it changes no tax.
    """

    REDUCE = "reduce"
    KEEP = "keep"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of an invoice, due on its own day. number is 1-based, open is 0..total."""

    number: int
    due_on: date
    total: Money
    open: Money


@dataclass(frozen=True, slots=True)
class Discount:
    """An early-payment discount on a document, such as 2 % until the 10th.

    amount is what is taken off the whole document where its rest arrives by last_day (value date).
    tax_minor is the part of amount that is tax, by rate text. percent is what was agreed, as
    decimal text, for people to read. What comes tolerance_days late or is tolerance_minor short
    still counts; nobody is told so. late_minor is what was paid of the document after that,
    taken_minor the discount that was taken.
    """

    percent: str
    last_day: date
    amount: Money
    treatment: DiscountTax
    tax_minor: Mapping[str, int] = field(default_factory=dict)
    tolerance_days: int = 0
    tolerance_minor: int = 0
    late_minor: int = 0
    taken_minor: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """The head of an invoice, charge or credit note: what was asked, what is still open.

    total and open are in the document's currency; open is 0..total. due_on is a date of the
    customer's calendar; where there are instalments it is that of the first open one. stage_done is
    how far an older system had chased it (a stage id), or "". invoice_id is the invoice that a
    charge or credit note belongs to, "" for an invoice. charge is the kind of a charge: late_fee,
    interest or compensation. tax_minor is the tax in total by rate text, empty where the hub does
    not know it. version counts the writes. A credit note is open for nothing: what is left of it is
    a Credit. adjusted is what was taken off without money, in minor units by kind (tolerance,
    deduction, write_off, fx_difference); a kind that was taken back stays, with 0. policy names the
    ladder that this document climbs instead of its customer's, or "".
    """

    document_id: str
    kind: DocumentKind
    number: str
    issued_on: date
    due_on: date
    total: Money
    open: Money
    external_id: str = ""
    revision: str = ""
    description: str = ""
    po_number: str = ""
    stage_done: str = ""
    invoice_id: str = ""
    pdf_key: str = ""
    version: int = 1
    instalments: tuple[Instalment, ...] = ()
    discount: Discount | None = None
    tax_minor: Mapping[str, int] = field(default_factory=dict)
    charge: str = ""
    voided: bool = False
    adjusted: Mapping[str, int] = field(default_factory=dict)
    policy: str = ""

    def days_late(self, today: date) -> int:
        """Return the days past due on today: 0 on the due date, negative before it."""
        return (today - self.due_on).days

    @property
    def written_off(self) -> Money:
        """Return what is given up as bad debt and can still be asked for or paid after all."""
        room = self.total.minor - self.open.minor
        minor = min(self.adjusted.get("write_off", 0), room)
        return Money(minor=minor, currency=self.open.currency)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice. quantity and the percentages are plain decimal text.

    discount is what is taken off quantity times unit_price, and discount_percent what was agreed,
    for people to read. net is without tax. Where unit_price includes tax, gross is what the line
    asks for with tax; else it is None and the line asks for net. tax_reason_code and tax_reason say
    why a line bears no tax.
    """

    description: str
    quantity: str
    unit_price: Money
    tax_rate_percent: str
    net: Money
    discount: Money | None = None
    discount_percent: str = ""
    tax_category: TaxCategory = TaxCategory.STANDARD
    tax_reason_code: str = ""
    tax_reason: str = ""
    gross: Money | None = None

    @property
    def amount(self) -> Money:
        """Return what the line asks for in the way that its price is told: with tax or without."""
        return self.net if self.gross is None else self.gross


@dataclass(frozen=True, slots=True)
class Credit:
    """The rest of a payment or credit note (its source) that is not allocated yet."""

    source_id: str
    unapplied: Money
    received_on: date
    version: int = 1


@dataclass(frozen=True, slots=True)
class Incoming:
    """A payment that is announced or under way outside our pages, and what it is meant for."""

    payment_id: str
    amount: Money
    expected_on: date
    allocations: tuple[tuple[str, Money], ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """Chasing is off for the customer, or for documents only, from starts_on through ends_on.

    amount is how much of the one document it is about, None for all of it; line is the 1-based line
    that it comes from, 0 for none. ended_on is the day from which somebody ended it early.
    """

    hold_id: str
    reason: str
    starts_on: date
    ends_on: date
    by: str
    documents: tuple[str, ...] = ()
    amount: Money | None = None
    line: int = 0
    ended_on: date | None = None

    def in_force(self, today: date) -> bool:
        """Return whether this hold stops anything on today."""
        ended = self.ended_on is not None and self.ended_on <= today
        return self.starts_on <= today <= self.ends_on and not ended

    def covers(self, document_id: str, today: date) -> bool:
        """Return whether this hold stops chasing document_id, or some of it, on today."""
        return self.in_force(today) and (not self.documents or document_id in self.documents)


@dataclass(frozen=True, slots=True)
class Promise:
    """The customer said that amount on these documents comes by pays_on (plus grace days).

    made_on is None where nobody noted it; was_open is what was open of the documents then, so that
    what was paid since is known (shared.domain.promise.still_promised). withdrawn_on is the day
    from which it counts no more. Whether it was kept is derived (shared.domain.promise) until it is
    noted for good: outcome is kept, late or broken from decided_on, else "".
    """

    promise_id: str
    documents: tuple[str, ...]
    amount: Money
    pays_on: date
    grace_days: int = 0
    made_on: date | None = None
    by: str = ""
    withdrawn_on: date | None = None
    was_open: Money | None = None
    outcome: str = ""
    decided_on: date | None = None
    version: int = 1

    @property
    def last_day(self) -> date:
        """Return the last day on which what is promised still comes in time."""
        return days_after(self.pays_on, self.grace_days)

    def in_force(self, today: date) -> bool:
        """Return whether what is promised is still waited for on today."""
        made = self.made_on is None or self.made_on <= today
        withdrawn = self.withdrawn_on is not None and self.withdrawn_on <= today
        return made and not withdrawn and today <= self.last_day


class DisputeReason(StrEnum):
    PRICE = "price"
    QUANTITY = "quantity"
    QUALITY = "quality"
    NOT_RECEIVED = "not_received"
    NOT_ORDERED = "not_ordered"
    DUPLICATE = "duplicate"
    ALREADY_PAID = "already_paid"
    OTHER = "other"


class DisputeOutcome(StrEnum):
    """How a dispute ended, as the seller sees it: lost means that the customer was right."""

    WON = "won"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Dispute:
    """The customer contests documents: all of them, or amount of them where it is given.

    line is the 1-based line of the one document it is about, 0 for no line. text is what the
    customer said, answer what they are told at the end. While it is open, and through quiet_through
    where that is set, what is contested is not chased; it stays payable.
    """

    dispute_id: str
    documents: tuple[str, ...]
    reason: DisputeReason
    opened_on: date
    by: str
    amount: Money | None = None
    line: int = 0
    text: str = ""
    closed_on: date | None = None
    outcome: DisputeOutcome | None = None
    answer: str = ""
    quiet_through: date | None = None
    version: int = 1

    def in_force(self, today: date) -> bool:
        """Return whether what is contested is left alone on today."""
        if today < self.opened_on:
            return False
        if self.closed_on is None or today < self.closed_on:
            return True
        return self.quiet_through is not None and today <= self.quiet_through


class PlanState(StrEnum):
    """How a plan stands: it runs, a person ended it, all of it was paid, or a part was missed."""

    RUNNING = "running"
    ENDED = "ended"
    KEPT = "kept"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One part of a plan: amount is to have come by due_on."""

    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Plan:
    """An agreement to pay documents in parts, which are due one after the other.

    The documents are asked for by its parts while it is kept (shared.domain.plan), and by their
    own due dates from ended_on. The parts ascend by due date and are in one currency. consent is
    the text that the customer agreed to. grace_days are given to each part.
    """

    plan_id: str
    documents: tuple[str, ...]
    parts: tuple[PlanPart, ...]
    agreed_on: date
    by: str
    consent: str = ""
    grace_days: int = 0
    state: PlanState = PlanState.RUNNING
    ended_on: date | None = None
    version: int = 1


class HandoverTier(StrEnum):
    """Who goes on with a case that the hub stops chasing."""

    AGENCY = "agency"
    LAWYER = "lawyer"


@dataclass(frozen=True, slots=True)
class Handover:
    """The case was given to somebody else on starts_on, until it is taken back on ended_on.

    While it is in force the hub says nothing to the customer; everything stays payable. notice is
    the number of the ladder's notice that led to it, approved_by the person who decided.
    """

    handover_id: str
    tier: HandoverTier
    approved_by: str
    starts_on: date
    notice: int
    documents: tuple[str, ...] = ()
    ended_on: date | None = None
    ended_by: str = ""
    reason: str = ""
    version: int = 1

    def in_force(self, today: date) -> bool:
        """Return whether somebody else has the case on today."""
        return self.starts_on <= today and (self.ended_on is None or today < self.ended_on)


class CheckoutState(StrEnum):
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Checkout:
    """One attempt to pay through the gateway's page: what it is meant for, and how it stands."""

    checkout_id: str
    state: CheckoutState
    amount: Money
    allocations: tuple[tuple[str, Money], ...]
    created_at: datetime
    expires_at: datetime
    session_id: str = ""
    url: str = ""
    gateway_reference: str = ""
    version: int = 1


class DeliveryState(StrEnum):
    """How a notice stands. APPROVAL waits for a named person; DONE is settled by people."""

    CLAIMED = "claimed"
    APPROVAL = "approval"
    CALLING = "calling"
    SENT = "sent"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    BOUNCED = "bounced"
    DONE = "done"


class Channel(StrEnum):
    """How a customer hears of a stage, in the order in which one day's notices are claimed."""

    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"
    CALL = "call"
    HANDOVER = "handover"

    @property
    def is_message(self) -> bool:
        """Return whether the customer hears by this channel without a person's doing."""
        return self in (Channel.EMAIL, Channel.SMS, Channel.LETTER)


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One open item as a notice lists it. asked says whether this notice chases it.

    document_id names the item: a document, or one instalment of it (shared.domain.open_items). off
    is the early-payment discount while it is offered, through off_until.
    """

    document_id: str
    number: str
    due_on: date
    payable: Money
    asked: bool
    off: Money | None = None
    off_until: date | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One numbered message (or task) to a customer about all its open documents.

    kind is "stage" (the ladder), "receipt", "link" or "sign_in". done_before and done_after map the
    ids of open items to the ladder position done before and after it (shared.domain.policy.Stage).
    fee says that the stage charges one before it speaks, approval that a person has to agree
    before anything is charged or sent: approved_by is who did, tier to whom a case then goes.
    said_on are the days of the ladder's messages so far, this one's included, for some months.
    ladders are the versions of the policies by which positions are told, by name.
    """

    n: int
    kind: str
    stage: str
    channel: Channel
    policy: str
    policy_version: int
    as_of: date
    claimed_at: datetime
    items: tuple[NoticeItem, ...] = ()
    done_before: Mapping[str, int] = field(default_factory=dict)
    done_after: Mapping[str, int] = field(default_factory=dict)
    delivery: DeliveryState = DeliveryState.CLAIMED
    payment_id: str = ""
    fee: bool = False
    approval: bool = False
    approved_by: str = ""
    tier: str = ""
    said_on: tuple[date, ...] = ()
    ladders: Mapping[str, int] = field(default_factory=dict)
    by_hand: str = ""

    @property
    def waits_for_approval(self) -> bool:
        """Return whether nothing may be charged or sent yet, since nobody has agreed."""
        return self.approval and not self.approved_by

    @property
    def done(self) -> Mapping[str, int]:
        """Return the positions that count as done now: before, where it never went out."""
        if self.delivery in (DeliveryState.WITHDRAWN, DeliveryState.FAILED):
            return self.done_before
        return self.done_after

    @property
    def said_before(self) -> tuple[date, ...]:
        """Return the days of the messages before this one."""
        own = self.kind == "stage" and self.channel.is_message
        return self.said_on[:-1] if own else self.said_on

    @property
    def said(self) -> tuple[date, ...]:
        """Return the days of the messages so far, less this one's where it never went out."""
        if self.delivery in (DeliveryState.WITHDRAWN, DeliveryState.FAILED):
            return self.said_before
        return self.said_on


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at the customer. role is a short word that policies name, such as "payables"."""

    role: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Who owes. language is a two-letter code, time_zone an IANA name, policy a policy's name.

    mail_stopped is the reason why nothing is mailed (a hard bounce, a complaint), or "". country is
    an ISO 3166 alpha-2 code and subdivision the part of it whose holidays count ("" where nobody
    told); segment and risk are words that policies ask for; contacts are people beside email.
    reminders_off_on is the day since when they want no reminders by mail, None where they never
    said so; internal says that nothing is ever sent: it is the company itself.
    """

    customer_id: str
    external_id: str
    name: str
    email: str
    language: str
    time_zone: str
    currency: str
    policy: str
    cc: tuple[str, ...] = ()
    terms: str = ""
    phone: str = ""
    address: str = ""
    tax_id: str = ""
    mail_stopped: str = ""
    country: str = ""
    subdivision: str = ""
    segment: str = ""
    risk: str = ""
    contacts: tuple[Contact, ...] = ()
    reminders_off_on: date | None = None
    internal: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Entity:
    """One legal entity of the company. hold_all means: decide, show, and send nothing.

    daily_cap bounds the messages of a day while it is set (the first days after release).
    business_days are ISO weekdays (Monday 1) on which messages may go out. series maps the names
    of number series to their patterns (shared.domain.numbering), where they are not the standard
    ones; gapless_numbers says that no number may ever be missing in one. default_terms are those of
    its invoices to customers who have none (shared.domain.terms_text). apply_credit and the
    tolerance say what happens to money by itself (shared.domain.cash_rules): tolerance is by
    currency, in minor units, and bounded by tolerance_percent as well. mail_paused is the reason
    why no mail goes out for now (shared.domain.reputation), or ""; mail_pauses counts the pauses
    that are over.
    """

    entity_id: str
    name: str
    currency: str
    time_zone: str
    language: str
    contact_email: str
    hold_all: bool = True
    daily_cap: int | None = None
    shards: int = 1
    contact_phone: str = ""
    address: str = ""
    bank_account: str = ""
    default_policy: str = "standard"
    default_terms: str = "net 30"
    policy_version: int = 0
    series: Mapping[str, str] = field(default_factory=dict)
    gapless_numbers: bool = False
    apply_credit: str = "offer"
    tolerance: Mapping[str, int] = field(default_factory=dict)
    tolerance_percent: str = "0"
    mail_paused: str = ""
    mail_pauses: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True)
class Account:
    """Everything decide reads of one customer: live facts and the newest notice.

    broken_promises counts the promises to pay that were not kept, all time.
    """

    customer: Customer
    documents: tuple[Document, ...] = ()
    credits: tuple[Credit, ...] = ()
    holds: tuple[Hold, ...] = ()
    promises: tuple[Promise, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    plans: tuple[Plan, ...] = ()
    checkouts: tuple[Checkout, ...] = ()
    incoming: tuple[Incoming, ...] = ()
    handovers: tuple[Handover, ...] = ()
    newest_notice: Notice | None = None
    broken_promises: int = 0

    def document(self, document_id: str) -> Document | None:
        """Return the open document of that id, or None."""
        return next((d for d in self.documents if d.document_id == document_id), None)

    def handed_over(self, today: date) -> Handover | None:
        """Return the case that somebody else has on today, or None."""
        return next((h for h in self.handovers if h.in_force(today)), None)
