"""One file per payment and invoice for the ERP, whatever is repeated."""

import csv
import io
import json
from datetime import date

import boto3
import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Put
from shared.adapters.writeback_files import file_content
from shared.domain.writeback import Writeback
from tests.integration.hub import invoke
from tests.support.samples import eur

WRITE_BACK = "functions.erp_writeback.handler"
BODY = json.dumps({"entity": "demo", "customer_id": "c1", "payment_id": "p1", "document_id": "d1"})
NAME = "out/demo/payments-2026-02-03-p1-d1.csv"


@pytest.fixture
def note(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "ledger_of", lambda _: None)
    pending = keys.pending_entry("demo", "writeback", runtime.now().wall, "p1#d1")
    item = {
        **keys.writeback("demo", "c1", "p1", "d1"),
        "type": "WRITEBACK",
        "customer_id": "c1",
        "payment_id": "p1",
        "document_id": "d1",
        "invoice_external_id": "I-1",
        "received_on": "2026-02-03",
        "currency": "EUR",
        "amount": 11_900,
        "method": "card",
        "gateway_reference": "pi_1",
    }
    runtime.table().write(Put(item | pending))


def files() -> dict[str, list[dict[str, str]]]:
    s3 = boto3.client("s3")
    found = {}
    for entry in s3.list_objects_v2(Bucket="drop").get("Contents", []):
        text = s3.get_object(Bucket="drop", Key=entry["Key"])["Body"].read().decode()
        found[entry["Key"]] = list(csv.DictReader(io.StringIO(text)))
    return found


def pending() -> bool:
    item = runtime.table().get(keys.writeback("demo", "c1", "p1", "d1"))
    return item is not None and "ppk" in item


def test_a_payment_is_written_once(note: None) -> None:
    for _ in range(3):
        assert invoke(WRITE_BACK, [BODY]) == {"batchItemFailures": []}
    assert not pending()
    assert files() == {
        NAME: [
            {
                "payment_id": "p1",
                "invoice_external_id": "I-1",
                "received_on": "2026-02-03",
                "currency": "EUR",
                "amount": "119.00",
                "method": "card",
                "gateway_reference": "pi_1",
                "discount": "0.00",
            }
        ]
    }


def test_a_crash_after_the_file_is_made_good(note: None) -> None:
    made = runtime.writebacks().get("demo", "c1", "p1", "d1")
    runtime.writeback_files().put("demo", made)
    assert pending()
    invoke(WRITE_BACK, [BODY])
    assert not pending()
    assert len(files()) == 1


def test_another_content_under_the_name_is_never_written_over(note: None) -> None:
    from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

    boto3.client("s3").put_object(Bucket="drop", Key=NAME, Body=b"something else")
    with pytest.raises(BatchProcessingError):
        invoke(WRITE_BACK, [BODY])
    assert pending()


def test_a_spreadsheet_runs_nothing_of_it() -> None:
    evil = Writeback("p", "d", "=HYPERLINK(1)", date(2026, 2, 3), eur(100), "@SUM", "\t=1", True)
    row = next(csv.DictReader(io.StringIO(file_content(evil).decode())))
    texts = (row["invoice_external_id"], row["method"], row["gateway_reference"])
    assert texts == ("'=HYPERLINK(1)", "'@SUM", "'\t=1")
    assert row["amount"] == "1.00"
