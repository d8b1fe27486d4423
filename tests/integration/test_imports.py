"""Files dropped into the bucket, imported by the real handler against the table in memory."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.import_runs import ImportRuns
from shared.adapters.imported_invoices import ImportedInvoices
from shared.domain.account import Entity
from shared.domain.import_run import ImportState
from shared.domain.policy import Policy
from shared.ids import derived_id
from shared.usecases import import_file as use_case
from shared.usecases.start_import import start_import
from tests.integration.drops import (
    CUSTOMERS,
    ERP_SYNC,
    INVOICES,
    LINES,
    PAYMENTS,
    counted_writes,
    drop,
    event,
    stored,
)
from tests.integration.hub import invoke, move_clock, seed
from tests.support.samples import eur

POLICY = Policy.model_validate(
    {
        "name": "standard",
        "stages": [
            {"id": "invoice", "anchor": "issue_date", "offset_days": 0, "channel": "email",
             "template": "invoice"},
            {"id": "reminder", "offset_days": 7, "channel": "email", "template": "reminder"},
        ],
    }
)  # fmt: skip


def customer_id(external_id: str) -> str:
    return derived_id("customer", "demo", external_id)


def document_id(external_id: str) -> str:
    return derived_id("invoice", "demo", external_id)


def reversed_rows(content: str) -> str:
    header, *rows = content.splitlines()
    return "\n".join([header, *reversed(rows)]) + "\n"


def balances_agree() -> bool:
    """Return whether each document's movements sum to what is open of it."""
    sums: dict[str, int] = {}
    for movement in (m for posting in stored("POSTING") for m in posting["movements"]):
        if "document_id" in movement:
            document_id = movement["document_id"]
            sums[document_id] = sums.get(document_id, 0) + movement["amount"]
    heads = {head["document_id"]: head["open"] for head in stored("HEAD")}
    return sums == heads and len(heads) > 0


@pytest.fixture
def demo(cloud: None) -> Entity:
    move_clock(datetime(2026, 1, 25, 9, tzinfo=UTC))
    return seed(POLICY)


@pytest.fixture
def filled(demo: Entity) -> Entity:
    for content in (CUSTOMERS, INVOICES):
        assert drop(content).state is ImportState.DONE
    return demo


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
    assert len([key for key in written if "FACT#" in key]) == 1
    assert len([key for key in written if "#L P#" in key]) == 1
    after = {head["document_id"]: head for head in stored("HEAD")}
    changed = [i for i in after if after[i] != before[i]]
    assert changed == [document_id("I-2")]
    assert after[changed[0]]["open"] == 5951
    assert balances_agree()


def test_a_repeated_event_of_the_same_drop_does_nothing(filled: Entity) -> None:
    put = boto3.client("s3").put_object(Bucket="drop", Key="in/demo/x.csv", Body=INVOICES.encode())
    message = event("in/demo/x.csv", put["ETag"])
    invoke(ERP_SYNC, [message])
    with counted_writes() as written:
        assert invoke(ERP_SYNC, [message, message]) == {"batchItemFailures": []}
    assert written == []
    assert len(runtime.import_runs().list("demo")) == 3


def test_a_bad_row_stops_the_file_and_a_partial_drop_takes_the_others(demo: Entity) -> None:
    drop(CUSTOMERS)
    bad = INVOICES.replace("59.50", "59,50").replace("I-3,C-2", "I-3,C-9")
    bad = bad.replace("59,50", '"59,50"')
    with counted_writes() as written:
        run = drop(bad)
    assert run.state is ImportState.REFUSED
    assert [(p.line, p.column, p.code) for p in run.problems] == [
        (3, "total", "bad_amount"),
        (4, "customer_external_id", "unknown_customer"),
    ]
    assert run.refused == 2
    assert [key for key in written if "TASK#" not in key] == []
    assert [(t["kind"], t["title"]) for t in stored("TASK")] == [
        ("import", "file.csv was not imported: 2 problems.")
    ]
    partial = drop(bad, name="p.csv", partial=True)
    assert (partial.state, partial.new, partial.refused) == ("done", 1, 2)
    assert [head["external_id"] for head in stored("HEAD")] == ["I-1"]


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


def test_a_payment_that_lands_between_reading_and_writing_is_not_lost(
    filled: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = ImportedInvoices.documents

    def documents(self: ImportedInvoices, *args: Any) -> Any:
        found = read(self, *args)
        monkeypatch.setattr(ImportedInvoices, "documents", read)
        assert drop(PAYMENTS, name="meanwhile.csv").new == 2
        return found

    monkeypatch.setattr(ImportedInvoices, "documents", documents)
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


def test_lines_that_change_replace_the_old_ones_and_ask_for_a_new_pdf(filled: Entity) -> None:
    drop(LINES)
    run = drop(LINES.replace("Lamp", "Bright lamp"))
    assert run.updated == 1
    (item,) = stored("LINES")
    assert [line["description"] for line in item["lines"]] == ["Bright lamp", "Cable"]
    head = runtime.table().get(keys.open_head("demo", customer_id("C-1"), document_id("I-1")))
    assert head is not None
    assert head["psk"].startswith("document#")
    assert head["version"] == 3


def test_a_long_file_goes_on_by_a_message_to_itself(
    demo: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(CUSTOMERS)
    sqs = boto3.client("sqs")
    monkeypatch.setenv("SYNC_QUEUE_URL", sqs.create_queue(QueueName="sync")["QueueUrl"])
    runtime.queues.cache_clear()
    runtime.importing.cache_clear()
    monkeypatch.setattr(use_case, "_ROWS_PER_STEP", 1)
    put = boto3.client("s3").put_object(Bucket="drop", Key="in/demo/l.csv", Body=INVOICES.encode())
    body = event("in/demo/l.csv", put["ETag"])
    calls = 0
    while body:
        looks = iter([True])  # time for one step, then none
        drops = list(_drops_of(body))
        outcome = use_case.import_file(
            runtime.importing(), drops[0], runtime.now(), lambda looks=looks: next(looks, False)
        )
        calls += 1
        messages = sqs.receive_message(QueueUrl=runtime.setting("SYNC_QUEUE_URL")).get("Messages")
        body = messages[0]["Body"] if messages else ""
        if messages:
            sqs.delete_message(
                QueueUrl=runtime.setting("SYNC_QUEUE_URL"),
                ReceiptHandle=messages[0]["ReceiptHandle"],
            )
    assert (outcome, calls) == ("done", 3)
    run = next(r for r in runtime.import_runs().list("demo") if r.kind == "invoices")
    assert (run.new, run.rows_done) == (3, 3)
    assert len(stored("HEAD")) == 3


def test_a_crash_between_two_steps_is_made_good_by_the_next_delivery(
    demo: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(CUSTOMERS)
    monkeypatch.setattr(use_case, "_ROWS_PER_STEP", 1)
    save, saved = ImportRuns.save, []

    def crash_before_the_second_step_is_noted(self: ImportRuns, *args: Any) -> Any:
        saved.append(args)
        if args[1].state is ImportState.WRITING and args[1].rows_done == 2 and len(saved) < 9:
            raise KeyboardInterrupt
        return save(self, *args)

    monkeypatch.setattr(ImportRuns, "save", crash_before_the_second_step_is_noted)
    put = boto3.client("s3").put_object(Bucket="drop", Key="in/demo/l.csv", Body=INVOICES.encode())
    message = event("in/demo/l.csv", put["ETag"])
    with pytest.raises(KeyboardInterrupt):
        invoke(ERP_SYNC, [message])
    assert len(stored("HEAD")) == 2
    monkeypatch.setattr(ImportRuns, "save", save)
    invoke(ERP_SYNC, [message])
    run = next(r for r in runtime.import_runs().list("demo") if r.kind == "invoices")
    assert (run.state, run.new, run.unchanged, run.rows_done) == ("done", 2, 1, 3)
    assert len(stored("HEAD")) == len(stored("POSTING")) == 3


def test_a_step_whose_answer_was_lost_is_not_taken_for_another_worker(
    demo: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = runtime.client("dynamodb")
    put_item = client.put_item

    def twice(**request: Any) -> Any:
        put_item(**request)
        return put_item(**request)

    monkeypatch.setattr(client, "put_item", twice)
    drop(CUSTOMERS)
    (run,) = runtime.import_runs().list("demo")
    assert (run.state, run.rows_done) == ("done", run.rows_total)


def test_a_crash_right_after_a_refusal_leaves_its_task(
    demo: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = ImportRuns.save

    def crash_after_the_end_is_noted(self: ImportRuns, *args: Any) -> Any:
        saved = save(self, *args)
        if args[1].finished:
            raise KeyboardInterrupt
        return saved

    put = boto3.client("s3").put_object(Bucket="drop", Key="in/demo/x.csv", Body=b"what,is,this\n")
    message = event("in/demo/x.csv", put["ETag"])
    with monkeypatch.context() as crashing, pytest.raises(KeyboardInterrupt):
        crashing.setattr(ImportRuns, "save", crash_after_the_end_is_noted)
        invoke(ERP_SYNC, [message])
    invoke(ERP_SYNC, [message])
    assert [task.kind for task in runtime.tasks().list_open("demo")] == ["import"]


def test_an_announced_file_is_imported_under_its_own_id(demo: Entity) -> None:
    upload = start_import(
        "demo", "customers.csv", False, "clerk", runtime.import_runs(), runtime.drop_bucket(),
        runtime.now(),
    )  # fmt: skip
    key = f"in/demo/{upload.import_id}.csv"
    metadata = {k.removeprefix("x-amz-meta-"): v for k, v in upload.headers.items()}
    put = boto3.client("s3").put_object(
        Bucket="drop", Key=key, Body=CUSTOMERS.encode(), Metadata=metadata
    )
    assert runtime.import_runs().get("demo", upload.import_id).state is ImportState.WAITING
    invoke(ERP_SYNC, [event(key, put["ETag"])])
    run = runtime.import_runs().get("demo", upload.import_id)
    assert (run.state, run.new, run.file_name, run.by) == ("done", 2, "customers.csv", "clerk")


def test_a_file_for_nobody_or_gone_or_a_test_message_is_let_go(demo: Entity) -> None:
    boto3.client("s3").put_object(Bucket="drop", Key="in/other/x.csv", Body=b"x")
    messages = [event("in/other/x.csv", ""), event("in/demo/gone.csv", "0"),
                '{"Event": "s3:TestEvent"}']  # fmt: skip
    assert invoke(ERP_SYNC, messages) == {"batchItemFailures": []}
    assert stored("IMPORT") == []


def _drops_of(body: str) -> list[use_case.Drop]:
    import json

    from functions.erp_sync.handler import _drops

    return list(_drops(json.loads(body)))


def test_many_payments_of_one_invoice_settle_it_one_after_the_other(filled: Entity) -> None:
    header = PAYMENTS.splitlines()[0]
    rows = [f"P-{n},I-1,2026-01-20,EUR,10.00,bank" for n in range(13)]
    run = drop("\n".join([header, *rows]))
    assert (run.new, run.state) == (13, "done")
    account = runtime.accounts().account("demo", customer_id("C-1"))
    assert [d.number for d in account.documents] == ["2026-002"]
    assert sorted(c.unapplied.minor for c in account.credits) == [100, 1000]
    assert balances_agree()
