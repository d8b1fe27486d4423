"""An ERP in memory that keeps the contract, and ways to break it: what the contract is tried on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.domain.erp import (
    Capabilities,
    Connected,
    Entry,
    EntryKind,
    ErpRow,
    Gone,
    GoneRow,
    OpenAmount,
    OpenPage,
    Page,
    Posted,
    RecordKind,
)
from shared.domain.imports import (
    CreditNoteRow,
    CustomerRow,
    InvoiceRow,
    LineGroup,
    LineRow,
    PaymentRow,
)
from shared.domain.money import Money
from shared.errors import (
    ErpAccess,
    ErpOutcomeUnknown,
    ErpRefused,
    ErpUnavailable,
    ErpUnreadable,
)

OVERLAP = timedelta(minutes=5)
_START = datetime(2000, 1, 1, tzinfo=UTC)
_CHARGES = (EntryKind.CHARGE, EntryKind.CHARGE_BACK)


@dataclass(slots=True)
class Record:
    """One record of the ERP. stamp is its last change, values what its users see."""

    kind: RecordKind
    external_id: str
    stamp: datetime
    values: dict[str, Any]
    gone: Gone | None = None


@dataclass(slots=True)
class ReferenceErp:
    """Books in memory, driven as the contract's driver wants it. faults name what is broken."""

    currency: str = "EUR"
    faults: frozenset[str] = frozenset()
    records: dict[str, Record] = field(default_factory=dict)
    is_down: bool = False
    is_garbled: bool = False
    loses_answers: int = 0
    late_s: int = 0
    ticks: int = 0
    answers: int = 0

    @property
    def connector(self) -> "ReferenceConnector":
        return ReferenceConnector(self, "valid")

    def stranger(self) -> "ReferenceConnector":
        return ReferenceConnector(self, "revoked")

    def clock(self) -> datetime:
        """Return the ERP's time: it goes on a second with every change."""
        return datetime(2026, 9, 1, tzinfo=UTC) + timedelta(seconds=self.ticks)

    def add(self, kind: RecordKind, **values: Any) -> str:
        external_id = str(len(self.records) + 1)
        self.records[external_id] = Record(kind, external_id, self._stamp(), values)
        return external_id

    def change(self, external_id: str, **values: Any) -> None:
        record = self.records[external_id]
        record.values.update(values)
        record.stamp = self._stamp()

    def _stamp(self) -> datetime:
        self.ticks += 1
        return self.clock() - timedelta(seconds=self.late_s)

    # what its users do

    def customer(self, name: str, email: str) -> str:
        return self.add(RecordKind.CUSTOMERS, name=name, email=email)

    def rename(self, customer: str, name: str) -> None:
        self.change(customer, name=name)

    def invoice(
        self, customer: str, minor: int, issued_on: date, due_on: date, *, parts: int = 1
    ) -> str:
        days = [due_on + timedelta(days=30 * n) for n in range(parts)]
        shares = [minor // parts] * (parts - 1)
        return self.add(
            RecordKind.INVOICES, customer=customer, minor=minor, issued_on=issued_on,
            parts=list(zip(days, [*shares, minor - sum(shares)], strict=True)),
        )  # fmt: skip

    def touch(self, invoice: str) -> None:
        self.change(invoice)

    def void(self, invoice: str) -> None:
        self.records[invoice].gone = Gone.VOIDED
        self.change(invoice)

    def credit_note(
        self, customer: str, minor: int, on: date, *, use_on: Sequence[str] = ()
    ) -> str:
        note = self.add(
            RecordKind.CREDIT_NOTES, customer=customer, minor=minor, issued_on=on, uses=[]
        )
        for invoice in use_on:
            self.use_note(note, invoice)
        return note

    def use_note(self, note: str, invoice: str) -> None:
        values = self.records[note].values
        left = values["minor"] - sum(part for _, part in values["uses"])
        values["uses"].append((invoice, min(left, self.open_minor(invoice))))
        self.change(note)

    def unuse_note(self, note: str, invoice: str) -> None:
        values = self.records[note].values
        values["undone"] = [use for use in values["uses"] if use[0] == invoice]
        values["uses"] = [use for use in values["uses"] if use[0] != invoice]
        self.change(note)

    def pay(self, invoice: str, minor: int, on: date) -> str:
        return self._book(invoice, minor, on, "", EntryKind.PAYMENT)

    def unpay(self, payment: str) -> None:
        self.records[payment].gone = Gone.DELETED
        self.change(payment)

    def _book(self, invoice: str, minor: int, on: date, key: str, kind: EntryKind) -> str:
        return self.add(
            RecordKind.PAYMENTS, invoice=invoice, minor=minor, on=on, key=key, entry=kind
        )

    # what its books say

    def live(self, kind: RecordKind) -> Iterator[Record]:
        return (r for r in self.records.values() if r.kind is kind and r.gone is None)

    def open_minor(self, invoice: str) -> int:
        entries = (r.values for r in self.live(RecordKind.PAYMENTS))
        paid = sum(
            v["minor"] for v in entries if v["invoice"] == invoice and v["entry"] not in _CHARGES
        )
        notes = (r.values for r in self.live(RecordKind.CREDIT_NOTES))
        used = sum(part for v in notes for of, part in v["uses"] if of == invoice)
        return self.records[invoice].values["minor"] - paid - used

    def bookings(self, key: str) -> int:
        return sum(r.values["key"] == key for r in self.live(RecordKind.PAYMENTS))

    # what happens to it

    @contextmanager
    def late(self, seconds: int) -> Iterator[None]:
        self.late_s = seconds
        yield
        self.late_s = 0

    @contextmanager
    def down(self) -> Iterator[None]:
        self.is_down = True
        yield
        self.is_down = False

    @contextmanager
    def garbled(self) -> Iterator[None]:
        self.is_garbled = True
        yield
        self.is_garbled = False

    @contextmanager
    def answer_lost(self) -> Iterator[None]:
        self.loses_answers = 1
        yield


@dataclass(slots=True)
class ReferenceConnector:
    """The connector of the reference."""

    erp: ReferenceErp
    key: str = field(repr=False)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            kinds=frozenset(RecordKind),
            entries=frozenset(EntryKind),
            finds_by_key=True,
            tells_deletions=True,
            tells_open_amounts=True,
        )

    def check(self) -> Connected:
        self._call()
        customers = sum(1 for _ in self.erp.live(RecordKind.CUSTOMERS))
        return Connected("Reference Ltd", "reference", self.erp.currency, customers=customers)

    def pull(self, kind: RecordKind, cursor: str, limit: int, now: datetime) -> Page:
        self._call()
        stamp, _, last = cursor.partition(" ")
        since = datetime.fromisoformat(stamp) if stamp else _START
        # a page that goes on in the middle starts where it ended; a new pull starts earlier
        if stamp and not last and "no_overlap" not in self.erp.faults:
            since -= OVERLAP
        place = (since, int(last or 0))
        found = sorted((r for r in self.erp.records.values() if r.kind is kind), key=self._place)
        left = [r for r in found if self._place(r) > place]
        if "wrong_order" in self.erp.faults:
            left.reverse()
        page, more = left[:limit], len(left) > limit
        if more and "loses_the_rest" in self.erp.faults:
            more = False
        at = page[-1] if page else None
        if more and at:
            cursor = f"{at.stamp.isoformat()} {at.external_id}"
        else:
            cursor = max([since, *(r.stamp for r in found)]).isoformat()
        rows = tuple(row for r in page for row in self._rows(r))
        return Page(rows, cursor, more, self.erp.clock())

    def read(self, kind: RecordKind, external_id: str) -> tuple[ErpRow, ...]:
        self._call()
        record = self.erp.records.get(external_id)
        return self._rows(record) if record and record.kind is kind else ()

    def find(self, key: str) -> Posted | None:
        self._call()
        if "finds_nothing" in self.erp.faults:
            return None
        entries = self.erp.live(RecordKind.PAYMENTS)
        found = next((r for r in entries if r.values["key"] == key), None)
        return Posted(found.external_id, found=True) if found else None

    def post(self, entry: Entry) -> Posted:
        self._call()
        if entry.invoice_external_id not in self.erp.records:
            raise ErpRefused(said="There is no such invoice.")
        own = self.erp.records.get(entry.number.removeprefix("CN-"))
        if entry.kind is EntryKind.CREDIT and own and own.kind is RecordKind.CREDIT_NOTES:
            return self._use(own, entry)
        off = entry.discount.minor if entry.discount else 0
        minor = entry.amount.minor + off
        if "rounds" in self.erp.faults:
            minor -= minor % 10
        made = self.erp._book(
            entry.invoice_external_id, minor, entry.booked_on, entry.key, entry.kind
        )
        if "books_twice" in self.erp.faults:
            made = self.erp._book(
                entry.invoice_external_id, 0, entry.booked_on, entry.key, entry.kind
            )
        if self.erp.loses_answers:
            self.erp.loses_answers = 0
            if "calls_it_refused" in self.erp.faults:
                raise ErpRefused(said="time out")
            raise ErpOutcomeUnknown(key=entry.key)
        return Posted(made)

    def _use(self, note: Record, entry: Entry) -> Posted:
        """Use a credit note of the ERP's own, once for each key."""
        told: list[str] = note.values.setdefault("told", [])
        if entry.key not in told:
            use = (entry.invoice_external_id, entry.amount.minor)
            told.append(entry.key)
            self.erp.change(note.external_id, uses=[*note.values["uses"], use])
        return Posted(note.external_id)

    def open_amounts(self, cursor: str, limit: int) -> OpenPage:
        self._call()
        invoices = sorted(self.erp.live(RecordKind.INVOICES), key=lambda r: int(r.external_id))
        left = [r for r in invoices if int(r.external_id) > int(cursor or 0)]
        amounts = tuple(
            OpenAmount(
                r.external_id,
                f"INV-{r.external_id}",
                r.values["customer"],
                self._money(r.values["minor"]),
                self._money(self.erp.open_minor(r.external_id)),
            )
            for r in left[:limit]
        )
        more = len(left) > limit and bool(amounts)
        return OpenPage(amounts, amounts[-1].external_id if more else "", self.erp.clock())

    def open_amount(self, external_id: str) -> OpenAmount | None:
        page = self.open_amounts("", len(self.erp.records))
        return next((a for a in page.amounts if a.external_id == external_id), None)

    def _call(self) -> None:
        self.erp.answers += 1
        if self.erp.is_down:
            raise ErpUnavailable()
        if self.key == "revoked" and "lets_anyone_in" not in self.erp.faults:
            raise ErpAccess()
        if self.erp.is_garbled:
            raise ErpUnreadable()

    def _place(self, record: Record) -> tuple[datetime, int]:
        return record.stamp, int(record.external_id)

    def _money(self, minor: int) -> Money:
        return Money(minor=minor, currency=self.erp.currency)

    def _rows(self, record: Record) -> tuple[ErpRow, ...]:
        """Return what a record says; the faulty ways are those that real connectors had."""
        external_id, v, faults = record.external_id, record.values, self.erp.faults
        if record.gone and "hides_what_is_gone" not in faults:
            return (GoneRow(record.kind, external_id, record.gone),)
        match record.kind:
            case RecordKind.CUSTOMERS:
                name = v["name"]
                if "hash_of_the_day" in faults:
                    name += f" {self.erp.answers}"
                people = v.get("contacts")
                return (CustomerRow(0, external_id, name, v["email"], contacts=people),)
            case RecordKind.INVOICES:
                return self._invoice(record)
            case RecordKind.CREDIT_NOTES:
                told = (
                    [*v["uses"], *v.get("undone", ())]
                    if "keeps_undone_uses" in faults
                    else v["uses"]
                )
                uses = tuple((invoice, self._money(part)) for invoice, part in told)
                note = CreditNoteRow(
                    0, external_id, v["customer"], f"CN-{external_id}", v["issued_on"],
                    self._money(v["minor"]), uses,
                )  # fmt: skip
                return (note,)
        if v["entry"] in _CHARGES:
            return ()
        key = "" if "forgets_our_key" in faults else v["key"]
        amount = self._money(v["minor"])
        return (PaymentRow(0, external_id, v["invoice"], v["on"], amount, "bank", key),)

    def _invoice(self, record: Record) -> tuple[ErpRow, ...]:
        v, external_id = record.values, record.external_id
        parts = tuple((on, self._money(minor)) for on, minor in v["parts"])
        row = InvoiceRow(
            0, external_id, v["customer"], f"INV-{external_id}", v["issued_on"], parts[0][0],
            self._money(v["minor"]), revision=record.stamp.isoformat(),
            parts=parts if len(parts) > 1 else None, terms=v.get("terms"),
        )  # fmt: skip
        if "stamp_in_the_content" in self.erp.faults:
            row = replace(row, description=row.revision)
        price = f"{v['minor'] / 100:.2f}"
        line = LineRow(0, external_id, "Maintenance", "1", price, "0")
        return (row, LineGroup(0, external_id, (line,)))
