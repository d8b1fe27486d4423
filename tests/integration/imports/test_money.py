"""Payments and totals that the ERP says: credit, surplus, and money that lands meanwhile."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from shared import runtime
from shared.adapters.imported_invoices import ImportedInvoices
from shared.domain.entity import Entity
from shared.ids import derived_id
from tests.integration.drops import (
    ERP_SYNC,
    INVOICES,
    PAYMENTS,
    counted_writes,
    drop,
    event,
    stored,
)
from tests.integration.hub import invoke
from tests.integration.importing import (
    balances_agree,
    customer_id,
    document_id,
)
from tests.support.samples import eur


def test_a_total_below_what_was_paid_gives_the_rest_back_as_credit(filled: Entity) -> None:
    drop(PAYMENTS)
    run = drop(INVOICES.replace("119.00", "100.00"))
    assert run.updated == 1
    account = runtime.accounts().account("demo", customer_id("C-1"))
    assert [c.unapplied for c in account.credits] == [eur(1900)]
    assert [p["reason"] for p in stored("PARKED")] == ["total_below_paid"]
    of = {p["payment_id"]: [a["amount"] for a in p["allocations"]] for p in stored("PAYMENT")}
    assert [of[c.source_id] for c in account.credits] == [[10_000]]
    assert balances_agree()
    raised = drop(INVOICES.replace("119.00", "150.00"), name="raised.csv")
    assert raised.updated == 1
    reopened = runtime.accounts().document("demo", customer_id("C-1"), document_id("I-1"))
    assert (reopened.total, reopened.open) == (eur(15000), eur(5000))
    assert balances_agree()


def test_a_total_below_what_many_payments_paid_takes_it_back_from_all(filled: Entity) -> None:
    header, first, *_ = PAYMENTS.splitlines()
    rows = [first.replace("119.00", "2.00").replace("P-1", f"P-1-{n}") for n in range(40)]
    assert drop("\n".join([header, *rows]) + "\n").new == 40
    run = drop(INVOICES.replace("119.00", "1.00"))
    assert run.updated == 1
    account = runtime.accounts().account("demo", customer_id("C-1"))
    assert sum(c.unapplied.minor for c in account.credits) == 7_900
    of = {p["payment_id"]: p["allocations"] for p in stored("PAYMENT")}
    assert sum(a["amount"] for held in of.values() for a in held) == 100
    assert {c.source_id for c in account.credits} == set(of)
    document = runtime.accounts().document("demo", customer_id("C-1"), document_id("I-1"))
    assert (document.total, document.open) == (eur(100), eur(0))
    assert balances_agree()


@pytest.mark.rule("R14", "R23")
def test_a_total_that_falls_to_almost_nothing_leaves_no_credit_of_a_discount(
    filled: Entity,
) -> None:
    header, first, *_ = INVOICES.splitlines()
    agreed = f"{header},terms\n{first},3/20 net 30\n"
    assert drop(agreed, name="agreed.csv").updated == 1
    header, paid, *_ = PAYMENTS.splitlines()
    in_time = paid.replace("119.00", "115.43")
    assert drop(f"{header}\n{in_time}\n").new == 1
    document = runtime.accounts().document("demo", customer_id("C-1"), document_id("I-1"))
    assert (document.open, document.discount.taken_minor) == (eur(0), 357)
    assert drop(agreed.replace("119.00", "0.01"), name="fallen.csv").updated == 1
    account = runtime.accounts().account("demo", customer_id("C-1"))
    (payment,) = stored("PAYMENT")
    assert [(c.source_id, c.unapplied) for c in account.credits] == [
        (payment["payment_id"], eur(11542))
    ]
    told = [(w["method"], w["amount"]) for w in stored("WRITEBACK")]
    assert ("discount", -357) in told
    assert balances_agree()


def test_money_beyond_the_invoice_is_kept_as_credit(filled: Entity) -> None:
    drop(PAYMENTS.replace("EUR,119.00", "EUR,120.00"))
    account = runtime.accounts().account("demo", customer_id("C-1"))
    assert [c.unapplied for c in account.credits] == [eur(100)]
    assert balances_agree()


def test_what_this_hub_told_the_erp_is_not_taken_for_new_money(filled: Entity) -> None:
    from shared.adapters.payment_items import payment_item
    from shared.adapters.table import Put
    from shared.domain.payment import Payment

    ours = derived_id("payment", "demo", "pi_1")
    at = datetime(2026, 1, 9, tzinfo=UTC)
    payment = Payment(ours, customer_id("C-1"), eur(2000), "card", at.date(), at)
    runtime.table().write(Put(payment_item("demo", payment)))
    header = PAYMENTS.splitlines()[0]
    rows = [f"{ours},I-{n},2026-01-20,EUR,10.00,card" for n in (1, 2)]
    with counted_writes() as written:
        run = drop("\n".join([header, *rows]))
    assert (run.state, run.unchanged, written) == ("done", 2, [])


def test_a_payment_that_lands_between_reading_and_writing_is_not_lost(
    filled: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, looks = ImportedInvoices.known, [0]

    def known(self: ImportedInvoices, *args: Any) -> Any:
        found = read(self, *args)
        looks[0] += 1
        if looks[0] < 2:  # the file is checked first, and then judged to be written
            return found
        monkeypatch.setattr(ImportedInvoices, "known", read)
        assert drop(PAYMENTS, name="meanwhile.csv").new == 2
        return found

    monkeypatch.setattr(ImportedInvoices, "known", known)
    before = {run.import_id for run in runtime.import_runs().list("demo")}
    boto3.client("s3").put_object(
        Bucket="drop", Key="in/demo/a.csv", Body=INVOICES.replace("59.50", "60.00").encode()
    )
    assert invoke(ERP_SYNC, [event("in/demo/a.csv", "")]) == {"batchItemFailures": []}
    runs = [r for r in runtime.import_runs().list("demo") if r.import_id not in before]
    assert sorted((r.kind, r.new, r.updated) for r in runs) == [
        ("invoices", 0, 1),
        ("payments", 2, 0),
    ]
    head = runtime.accounts().document("demo", customer_id("C-1"), document_id("I-2"))
    assert (head.total, head.open) == (eur(6000), eur(4000))
    assert balances_agree()


def test_many_payments_of_one_invoice_settle_it_one_after_the_other(filled: Entity) -> None:
    header = PAYMENTS.splitlines()[0]
    rows = [f"P-{n},I-1,2026-01-20,EUR,10.00,bank" for n in range(13)]
    run = drop("\n".join([header, *rows]))
    assert (run.new, run.state) == (13, "done")
    account = runtime.accounts().account("demo", customer_id("C-1"))
    assert [d.number for d in account.documents] == ["2026-002"]
    assert sorted(c.unapplied.minor for c in account.credits) == [100, 1000]
    assert balances_agree()


@pytest.mark.rule("i25")
def test_what_we_booked_in_the_erp_is_known_by_its_key_when_it_comes_back(filled: Entity) -> None:
    from shared.adapters.table import Put
    from shared.adapters.writeback_items import writeback_puts
    from shared.domain.imports import PaymentRow
    from shared.domain.payment import Allocation, Payment
    from shared.usecases.import_payments import PaymentDesk
    from shared.usecases.import_rows import write_rows

    ports, at = runtime.importing(), datetime(2026, 1, 9, tzinfo=UTC)
    ours, document = derived_id("payment", "demo", "pi_1"), document_id("I-1")
    payment = Payment(ours, customer_id("C-1"), eur(2000), "card", at.date(), at)
    part = Allocation(document, "2026-001", "I-1", eur(2000))
    (note,) = writeback_puts("demo", payment, [part], runtime.now())
    assert isinstance(note, Put)
    runtime.table().write(note)
    desk = PaymentDesk(ports.payments, ports.invoices, filled, runtime.now())
    known = PaymentRow(0, "77", "I-1", at.date(), eur(2000), "bank", f"{ours}.{document}.0")
    unknown = PaymentRow(0, "78", "I-1", at.date(), eur(2000), "bank", f"{ours}.{document}.1")
    with counted_writes() as written:
        assert write_rows(desk, [known]).unchanged == 1
    assert written == []
    assert write_rows(desk, [known, unknown]).new == 1
    assert [p["external_id"] for p in stored("PAYMENT")] == ["78"]
