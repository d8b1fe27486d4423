"""Payments of many documents: part by part, and finished after a crash."""

from datetime import timedelta

import pytest

from shared import runtime
from shared.errors import WriteConflict
from shared.usecases import apply_payment as use_case
from shared.usecases.apply_payment import apply_payment
from tests.integration import hub
from tests.integration.money import (
    COMPLETED,
    DUE,
    account,
    add_checkout,
    books_balance,
    euros,
    hint,
    of_type,
    payments,
    session,
)


def test_a_part_with_all_it_can_hold_fits_into_one_transaction(gateway, seller, buyer):
    parts = use_case.DOCUMENTS_MAX
    invoices = [hub.add_invoice(seller, buyer, f"inv{n:02}", DUE, 100) for n in range(parts)]
    checkout = add_checkout(seller, buyer, "co1", *invoices)
    sizes = []
    runtime.client("dynamodb").meta.events.register(
        "before-parameter-build.dynamodb.TransactWriteItems",
        lambda params, **_: sizes.append(len(params["TransactItems"])),
    )
    gateway.takes(seller, buyer, checkout, amount=euros(100 * parts + 1))
    hint(seller, "evt_1", COMPLETED, session("co1"))
    assert account().documents == ()
    assert account().credits[0].unapplied == euros(1)
    assert sizes == [56]


def test_many_documents_are_settled_in_parts(gateway, seller, buyer, monkeypatch):
    monkeypatch.setattr(use_case, "DOCUMENTS_MAX", 3)
    invoices = [
        hub.add_invoice(seller, buyer, f"inv{n}", DUE + timedelta(days=n), 100) for n in range(7)
    ]
    gateway.takes(seller, buyer, add_checkout(seller, buyer, "co1", *invoices))
    hint(seller, "evt_1", COMPLETED, session("co1"))
    assert (account().documents, account().credits) == ((), ())
    assert len(of_type("demo", "WRITEBACK")) == 7
    payment = runtime.payments().payment("demo", payments()[0]["payment_id"])
    assert (len(payment.allocations), payment.plan, payment.unapplied) == (7, (), euros(0))
    books_balance()


def test_a_crash_between_the_parts_is_finished_by_the_next_run(gateway, seller, buyer, monkeypatch):
    monkeypatch.setattr(use_case, "DOCUMENTS_MAX", 3)
    invoices = [hub.add_invoice(seller, buyer, f"inv{n}", DUE, 100) for n in range(5)]
    checkout = add_checkout(seller, buyer, "co1", *invoices)
    told = gateway.payments[gateway.takes(seller, buyer, checkout)]

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(use_case, "_next_part", die)
        with pytest.raises(SystemExit):
            apply_payment(runtime.money_in(), "demo", told, runtime.now())
    (payment,) = payments()
    assert len(payment["plan"]) == 2
    assert account().credits[0].unapplied == euros(200)
    with pytest.raises(WriteConflict):
        runtime.payments().receipt("demo", payment["payment_id"])
    books_balance()
    apply_payment(runtime.money_in(), "demo", told, runtime.now())
    assert (account().documents, account().credits) == ((), ())
    books_balance()
