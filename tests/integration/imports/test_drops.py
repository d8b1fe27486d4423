"""Dropped files: repeated, bad, long, and cut short by a crash."""

from typing import Any

import boto3
import pytest

from shared import runtime
from shared.adapters.import_runs import ImportRuns
from shared.domain.entity import Entity
from shared.domain.import_run import ImportState
from shared.usecases import import_file as use_case
from shared.usecases.start_import import start_import
from tests.integration.drops import (
    CUSTOMERS,
    ERP_SYNC,
    INVOICES,
    counted_writes,
    drop,
    event,
    stored,
)
from tests.integration.hub import invoke


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
    assert (run.rows_total, partial.rows_total) == (3, 3)
    assert [head["external_id"] for head in stored("HEAD")] == ["I-1"]


def test_a_partial_drop_of_bad_rows_only_is_refused_like_any_other(demo: Entity) -> None:
    drop(CUSTOMERS)
    head, row, *_ = INVOICES.splitlines()
    run = drop(f"{head}\n{row.replace('C-1', 'C-9')}\n", name="p.csv", partial=True)
    assert (run.state, run.rows_total, run.refused, run.new) == ("refused", 1, 1, 0)
    assert stored("HEAD") == []


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
