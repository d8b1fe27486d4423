"""What the ERP changed comes in, and what did not change costs nothing."""

from datetime import date

from shared import runtime
from shared.domain.erp import RecordKind
from tests.integration.drops import counted_writes, stored
from tests.integration.syncing import ERP, sync

ISSUED, DUE = date(2026, 8, 1), date(2026, 8, 31)


def test_customers_invoices_and_payments_of_the_erp_come_in(erp):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    first, second = (erp.invoice(whose, minor, ISSUED, DUE) for minor in (11_900, 5_000))
    erp.pay(second, 2_000, date(2026, 8, 20))
    sync()
    assert [c["name"] for c in stored("CUSTOMER")] == ["Nordlicht GmbH"]
    heads = {h["external_id"]: (h["total"], h["open"]) for h in stored("HEAD")}
    assert heads == {first: (11_900, 11_900), second: (5_000, 3_000)}
    assert len(stored("LINES")) == 2


def test_a_sync_of_nothing_new_writes_how_far_it_came_and_nothing_else(erp):
    whose = erp.customer("Nordlicht GmbH", "ap@nordlicht.example")
    for minor in (11_900, 5_000, 700):
        erp.touch(erp.invoice(whose, minor, ISSUED, DUE))
    sync()
    with counted_writes() as written:
        sync()
    assert written and all("#CURSOR#" in key for key in written)
    counts = runtime.pull_states().get("demo", ERP, RecordKind.INVOICES).counts
    assert (counts.new, counts.updated, counts.unchanged) == (3, 0, 3)
