"""What the rows of a file make of customers, invoices and lines."""

from datetime import UTC, datetime

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.head_items import document_from
from shared.domain.entity import Entity
from shared.domain.import_run import ImportState
from tests.integration.drops import (
    CUSTOMERS,
    INVOICES,
    LINES,
    PAYMENTS,
    counted_writes,
    drop,
    stored,
)
from tests.integration.importing import (
    balances_agree,
    customer_id,
    document_id,
    reversed_rows,
)
from tests.support.samples import eur


def test_a_file_of_each_kind_comes_true(demo: Entity) -> None:
    runs = [drop(content) for content in (CUSTOMERS, INVOICES, LINES, PAYMENTS)]
    assert [(r.kind, r.state, r.new) for r in runs] == [
        ("customers", "done", 2),
        ("invoices", "done", 3),
        ("lines", "done", 1),
        ("payments", "done", 2),
    ]
    account = runtime.accounts().account("demo", customer_id("C-1"))
    assert [(d.number, d.open) for d in account.documents] == [("2026-002", eur(3950))]
    assert account.customer.language == "en"
    paid = runtime.accounts().document("demo", customer_id("C-1"), document_id("I-1"))
    assert paid.open == eur(0)
    assert balances_agree()
    assert len(stored("DIRECTORY")) == 2
    assert not stored("WRITEBACK")
    assert not [p for p in stored("PAYMENT") if "ppk" in p]


def test_new_invoices_are_found_by_their_due_date_and_looked_at_today(filled: Entity) -> None:
    found = set(
        runtime.due_finder().due_between(
            filled, datetime(2026, 2, 4, tzinfo=UTC).date(), datetime(2026, 2, 6, tzinfo=UTC).date()
        )
    )
    assert found == {customer_id("C-1"), customer_id("C-2")}
    tickets = {ticket["sk"].split("#")[0] for ticket in stored("TICKET")}
    assert tickets == {"2026-01-25"}
    assert len(stored("TICKET")) == 2


def test_an_invoice_of_a_later_day_is_looked_at_on_that_day(demo: Entity) -> None:
    drop(CUSTOMERS)
    drop(INVOICES.replace("2026-01-05,2026-02-04", "2026-03-01,2026-03-31"))
    days = {t["sk"].split("#")[0] for t in stored("TICKET")}
    assert days == {"2026-01-25", "2026-03-01"}


def test_the_same_content_in_another_order_writes_nothing(filled: Entity) -> None:
    drop(LINES)
    drop(PAYMENTS)
    for content in (CUSTOMERS, INVOICES, LINES, PAYMENTS):
        with counted_writes() as written:
            run = drop(reversed_rows(content), name="again.csv")
        assert run.state is ImportState.DONE
        assert (run.new, run.updated) == (0, 0)
        assert run.unchanged == run.rows_total > 0
        assert written == []


def test_one_cent_changed_is_one_update(filled: Entity) -> None:
    before = {head["document_id"]: head for head in stored("HEAD")}
    with counted_writes() as written:
        run = drop(INVOICES.replace("59.50", "59.51"))
    assert (run.new, run.updated, run.unchanged) == (0, 1, 2)
    assert len([key for key in written if "HEAD#" in key]) == 1
    assert [key for key in written if "FACT#" in key] == []
    assert len([key for key in written if "#L P#" in key]) == 1
    after = {head["document_id"]: head for head in stored("HEAD")}
    changed = [i for i in after if after[i] != before[i]]
    assert changed == [document_id("I-2")]
    assert after[changed[0]]["open"] == 5951
    assert balances_agree()


IMPOSSIBLE = (
    (INVOICES.replace("I-1,C-1", "I-1,C-2"), "customer_external_id owner_changed"),
    (INVOICES.replace("JPY,7000", "EUR,70.00"), "currency currency_changed"),
    (PAYMENTS.replace("119.00", "118.00"), "external_id payment_changed"),
    (PAYMENTS.replace("P-1,I-1", "P-1,I-8"), "invoice_external_id unknown_invoice"),
    (PAYMENTS.replace("2026-01-20", "2026-02-20"), "paid_on future_date"),
    (PAYMENTS.replace("EUR,119.00", "USD,119.00"), "currency currency_mismatch"),
    (LINES.replace("40.00", "40.01"), "unit_price lines_do_not_add_up"),
    (LINES.replace("40.00", "40.005"), "unit_price bad_amount"),
    (LINES.replace("I-1", "I-9"), "invoice_external_id unknown_invoice"),
    (CUSTOMERS.replace("email", "email,policy").replace("e\n", "e,gold\n").replace(",\n", ",,\n"),
     "policy unknown_policy"),
)  # fmt: skip


def test_what_cannot_be_is_reported_at_its_place_and_writes_nothing(filled: Entity) -> None:
    drop(PAYMENTS)
    for content, place in IMPOSSIBLE:
        with counted_writes() as written:
            run = drop(content)
        assert run.state is ImportState.REFUSED
        assert [f"{p.column} {p.code}" for p in run.problems] == [place]
        assert [key for key in written if "TASK#" not in key] == []


def test_revisions_go_forward_only(demo: Entity) -> None:
    drop(CUSTOMERS)

    def at(revision: str, total: str) -> str:
        header = INVOICES.splitlines()[0] + ",revision"
        return f"{header}\nI-1,C-1,1,2026-01-05,2026-02-04,EUR,{total},{revision}\n"

    assert drop(at("9", "100.00")).new == 1
    assert drop(at("10", "101.00"), name="b.csv").updated == 1
    assert drop(at("9", "100.00"), name="c.csv").unchanged == 1
    clash = drop(at("10", "102.00"), name="d.csv")
    assert [p.code for p in clash.problems] == ["revision_conflict"]


def test_a_customer_keeps_what_the_file_does_not_name(filled: Entity) -> None:
    header = "external_id,name,email,time_zone,phone"
    drop(f"{header}\nC-1,Nordlicht AG,ap@nordlicht.example,America/New_York,+49 1\n")
    run = drop("external_id,name,email\nC-1,Nordlicht SE,new@nordlicht.example\n", name="b.csv")
    assert run.updated == 1
    customer = runtime.accounts().customer("demo", customer_id("C-1"))
    assert (customer.name, customer.phone) == ("Nordlicht SE", "+49 1")
    assert (customer.time_zone, customer.version) == ("America/New_York", 3)
    zones = {h["time_zone"] for h in stored("HEAD") if h["customer_id"] == customer.customer_id}
    assert zones == {"America/New_York"}
    assert {d["name"] for d in stored("DIRECTORY")} == {"Nordlicht SE", "Bar Ltd"}


@pytest.mark.rule("R41")
@pytest.mark.parametrize(
    ("email", "copies", "is_ended"),
    [
        ("AP@nordlicht.example", "cc@nordlicht.example", False),
        ("ap@nordlicht.example", "cc@nordlicht.example;more@nordlicht.example", False),
        ("cc@nordlicht.example", "ap@nordlicht.example", False),
        ("ap@nordlicht.example", "", True),
        ("new@nordlicht.example", "cc@nordlicht.example", True),
    ],
)
def test_an_address_that_is_gone_takes_its_links_along(
    filled: Entity, email: str, copies: str, is_ended: bool
) -> None:
    header = "external_id,name,email,cc\n"
    drop(f"{header}C-1,Nordlicht AG,ap@nordlicht.example,cc@nordlicht.example\n")
    token = runtime.links().create("demo", customer_id("C-1"), runtime.now()).rsplit("/", 1)[1]
    run = drop(f"{header}C-1,Nordlicht AG,{email},{copies}\n", name="b.csv")
    assert run.updated == 1
    found = runtime.links().find("demo", token)
    assert found is not None and found.ended is is_ended
    assert [fact["by"] for fact in stored("LINKS_END")] == ["change of address"] * is_ended


def test_lines_that_change_replace_the_old_ones_and_ask_for_a_new_pdf(filled: Entity) -> None:
    drop(LINES)
    run = drop(LINES.replace("Lamp", "Bright lamp"))
    assert run.updated == 1
    whose = ("demo", customer_id("C-1"), document_id("I-1"))
    head = runtime.table().get(keys.open_head(*whose))
    assert head is not None
    lines = runtime.papers().lines("demo", customer_id("C-1"), document_from(head))
    assert [line.description for line in lines] == ["Bright lamp", "Cable"]
    assert head["psk"].startswith("document#")
    assert head["version"] == 3
