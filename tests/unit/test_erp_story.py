"""Histories on both sides, in any order: at the end hub and ERP say the same of every invoice.

The ERP is one in memory, the hub the real use cases on the in-memory table. What is compared is
what the ERP's own books add up to and what the hub's heads say, and each head with its movements.
"""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import runtime
from shared.domain.apply_cash import Part
from shared.domain.book_check import differences
from shared.domain.cash_step import Asked
from shared.domain.erp import EntryKind, Gone, RecordKind
from shared.domain.erp_credit import held_of
from shared.domain.receive import Received
from shared.errors import Conflict, InvalidInput
from shared.usecases.allocate import move_allocation, use_credit
from shared.usecases.record_payment import record_payment
from shared.usecases.reverse_payment import reverse_payment
from shared.usecases.write_back import Ledger, Ports, Round, write_back
from tests.connectors.reference import ReferenceErp
from tests.support.erp_world import DUE, ISSUED, NOON, NOW, ErpWorld
from tests.support.samples import eur

DAY = date(2026, 9, 1)
BY = Asked("", "", "ann")
ACTS = (
    "bill", "bill", "pay", "pay", "unpay", "credit", "use", "void_note", "void", "total",
    "hub_pay", "hub_pay", "hub_reverse", "hub_move", "hub_credit", "tell", "sync", "sync",
)  # fmt: skip


class Story:
    """One ERP, one hub, and what people do to both."""

    def __init__(self, patch: pytest.MonkeyPatch, data: st.DataObject) -> None:
        self.erp = ReferenceErp()
        self.world = ErpWorld(patch, self.erp)
        self.data = data
        self.whose = self.erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
        self.payments = 0
        self.done: dict[str, int] = {}

    def one(self, of):
        return self.data.draw(st.sampled_from(sorted(of)))

    def some(self, most: int) -> int:
        return self.data.draw(st.integers(1, most))

    def act(self, name: str) -> None:
        before = len(self.erp.records)
        if getattr(self, f"_{name}")() is not False:
            self.done[name] = self.done.get(name, 0) + 1
        assert len(self.erp.records) >= before

    # in the ERP

    def _live(self, kind):
        return [r.external_id for r in self.erp.live(kind)]

    def _open(self):
        return [i for i in self._live(RecordKind.INVOICES) if self.erp.open_minor(i) > 0]

    def _bill(self):
        self.erp.invoice(self.whose, self.some(900) + 10, ISSUED, DUE, parts=self.some(3))

    def _pay(self):
        if not (opened := self._open()):
            return False
        invoice = self.one(opened)
        self.erp.pay(invoice, self.some(self.erp.open_minor(invoice)), DAY)

    def _theirs(self):
        return [
            r.external_id
            for r in self.erp.live(RecordKind.PAYMENTS)
            if not r.values["key"] and r.values["entry"] is EntryKind.PAYMENT
        ]

    def _unpay(self):
        if not (theirs := self._theirs()):
            return False
        self.erp.unpay(self.one(theirs))

    def _credit(self):
        opened = self._open()
        self.erp.credit_note(self.whose, self.some(300), DAY, use_on=opened[: self.some(3)])

    def _use(self):
        """Some of a note's uses fall, and one may come anew."""
        if not (notes := self._live(RecordKind.CREDIT_NOTES)):
            return False
        note = self.one(notes)
        values = self.erp.records[note].values
        uses = {of: self.data.draw(st.integers(0, part)) for of, part in values["uses"]}
        self.erp.change(note, uses=[pair for pair in uses.items() if pair[1]])
        free = values["minor"] - sum(uses.values())
        opened = [i for i in self._open() if i not in uses]
        if opened and free > 0:
            invoice = self.one(opened)
            part = self.some(min(free, self.erp.open_minor(invoice)))
            self.erp.change(note, uses=[*values["uses"], (invoice, part)])

    def _void_note(self):
        if not (notes := self._live(RecordKind.CREDIT_NOTES)):
            return False
        note = self.one(notes)
        self.erp.records[note].gone = Gone.VOIDED
        self.erp.change(note)

    def _void(self):
        """The ERP voids what nobody has paid anything of, there or here."""
        here = self.opened()
        whole = [
            i
            for i in self._live(RecordKind.INVOICES)
            if self.erp.open_minor(i) == here.get(i) == self.erp.records[i].values["minor"]
            and not self._told_of(i)
        ]
        if not whole:
            return False
        self.erp.void(self.one(whole))

    def _total(self):
        """The ERP corrects a total, to no less than what is paid in its own books."""
        if not (live := self._live(RecordKind.INVOICES)):
            return False
        invoice = self.one(live)
        values = self.erp.records[invoice].values
        settled = values["minor"] - self.erp.open_minor(invoice)
        total = max(settled, 1) + self.data.draw(st.integers(0, 300))
        self.erp.change(invoice, minor=total, parts=[(DUE, total)])

    # in the hub

    def opened(self) -> dict[str, int]:
        return {h["external_id"]: h["open"] for h in self.world.items("HEAD") if h["external_id"]}

    def _told_of(self, invoice: str) -> bool:
        return any(w["invoice_external_id"] == invoice for w in self.world.items("WRITEBACK"))

    def _heads(self):
        kinds = [h for h in self.world.items("HEAD") if h["kind"] == "invoice" and h["open"]]
        return {h["external_id"]: h for h in kinds}

    def _customer(self) -> str:
        return str(self.world.items("CUSTOMER")[0]["customer_id"])

    def _hub_pay(self):
        if not (heads := self._heads()):
            return False
        head = heads[self.one(heads)]
        amount = eur(self.some(head["open"]))
        self.payments += 1
        came = Received(amount, DAY, "transfer", reference=f"R{self.payments}")
        parts = [Part(head["document_id"], amount)]
        record_payment(runtime.cash_desk(), "demo", self._customer(), came, parts, BY, NOW)

    def _hub_reverse(self):
        known = [
            p["payment_id"]
            for p in self.world.items("PAYMENT")
            if p["state"] == "settled" and p["source"] == "bank"
        ]
        if not known:
            return False
        desk = runtime.cash_desk()
        reverse_payment(desk, "demo", self.one(known), "bounced", DAY, BY, NOW)

    def _hub_move(self):
        """A person moves money from one invoice to another, wherever it came from."""
        heads = self._heads()
        moves = [
            (p["payment_id"], a["document_id"], external_id)
            for p in self.world.items("PAYMENT")
            for a in p["allocations"]
            for external_id, head in heads.items()
            if p["state"] == "settled" and head["document_id"] != a["document_id"]
        ]
        if not moves:
            return False
        payment_id, document_id, to = self.one(moves)
        head = heads[to]
        target = Part(head["document_id"], eur(1))
        try:
            move_allocation(
                runtime.cash_desk(), "demo", payment_id, document_id, eur(1), target, BY, NOW
            )
        except (Conflict, InvalidInput):
            return False

    def _hub_credit(self):
        """Money that waits is used for what is owed, oldest first."""
        return use_credit(runtime.cash_desk(), "demo", self._customer(), BY, NOW)

    def _tell(self):
        """Let the hub tell the ERP all that is to be told, document by document."""
        ports = Ports(
            notes=runtime.writebacks(),
            files=None,
            accounts=runtime.accounts(),
            ledger=lambda _: Ledger(self.erp.connector),
        )
        around = Round(lambda: True, lambda: NOON)
        of = {(w["customer_id"], w["document_id"]) for w in self.world.items("WRITEBACK")}
        for customer_id, document_id in sorted(of):
            write_back(ports, around, "demo", customer_id, document_id, NOW)

    def _sync(self):
        assert self.world.sync() == "done"

    # at the end

    def end(self) -> None:
        for _ in range(2):
            self._sync()
            self._tell()
        here = self.opened()
        meant = {i: self.erp.open_minor(i) for i in self._live(RecordKind.INVOICES)}
        beyond = self.beyond()
        stands = {i: here[i] - beyond.get(i, 0) for i in meant}
        assert stands == meant, self.said()
        waits = {
            str(p["facts"]["external_id"])
            for p in self.world.items("PARKED")
            if p["reason"] == "gone_but_settled"
        }
        assert {
            i
            for i, minor in here.items()
            if i in self.erp.records
            and i not in meant
            and minor
            and self.erp.records[i].kind is RecordKind.INVOICES
        } <= waits
        kept = runtime.book_keeper().look("demo", self._customer())
        assert differences(kept.stored, kept.posted) == ()
        # no money is in the ERP twice, and none is missing there
        booked = [
            r.values["minor"]
            for r in self.erp.live(RecordKind.PAYMENTS)
            if r.values["entry"] is EntryKind.PAYMENT
        ]
        used = [
            sum(a["amount"] for a in p["allocations"]) + p.get("excess", {}).get("amount", 0)
            for p in self.world.items("PAYMENT")
        ]
        assert sum(booked) == sum(used), self.said()
        ours = [r.values["key"] for r in self.erp.live(RecordKind.PAYMENTS) if r.values["key"]]
        assert len(ours) == len(set(ours))
        imported = [p["external_id"] for p in self.world.items("PAYMENT") if p["external_id"]]
        assert not {self.erp.records[e].values["key"] for e in imported if e.isdigit()} - {""}

    def beyond(self) -> dict[str, int]:
        """Return what the ERP has on its invoices beyond what was open of them here: credit."""
        found: dict[str, int] = {}
        for payment in self.world.items("PAYMENT"):
            if "excess" in payment:
                more = payment["excess"]
                name = more["invoice_external_id"]
                found[name] = found.get(name, 0) + more["amount"]
        postings = list(runtime.ledger().postings("demo", self._customer()))
        names = {h["document_id"]: h["external_id"] for h in self.world.items("HEAD")}
        for fact in self.world.items("FACT"):
            if "uses" in fact and "gone" not in fact:
                held = held_of(fact["document_id"], postings)
                for document_id, minor in fact["uses"].items():
                    less = minor - sum(held.get(document_id, {}).values())
                    found[names[document_id]] = found.get(names[document_id], 0) + less
        return found

    def said(self) -> str:
        parked = [(p["reason"], dict(p["facts"])) for p in self.world.items("PARKED")]
        return f"{self.done} {parked}"


@pytest.mark.law("1", "2", "5")
@pytest.mark.rule("i25", "R43")
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), acts=st.lists(st.sampled_from(ACTS), min_size=5, max_size=25))
def test_hub_and_erp_agree_whatever_happened_on_both_sides(monkeypatch, data, acts) -> None:
    story = Story(monkeypatch, data)
    for name in ("bill", "bill", "sync", *acts):
        story.act(name)
    story.end()
