"""Statements of account: in the portal, through the operator API, and as PDF by the worker."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import boto3
import pytest
from pypdf import PdfReader

from shared import runtime
from shared.adapters.ledger import Ledger, posting_writes
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.policy import Policy
from shared.domain.settle import allocated
from tests.integration import hub
from tests.support.browser import Browser, csrf_of
from tests.support.operators import ADMIN, AUDIENCE, call, issuer
from tests.support.samples import eur

MORNING = datetime(2026, 5, 4, 6, tzinfo=UTC)
PAID_ON = date(2026, 4, 20)
POLICY = Policy.model_validate(
    {
        "name": "standard",
        "stages": [{"id": "due", "offset_days": 0, "channel": "email", "template": "due_today"}],
    }
)


@pytest.fixture
def seller(table) -> Entity:
    hub.move_clock(MORNING)
    return hub.seed(POLICY, bank_account="DE02 1203 0000 0000 2020 51")


@pytest.fixture
def payer(seller: Entity) -> Customer:
    """Someone who owed 300.00 and 50.00 and paid 120.00 on a day of April."""
    made = hub.add_customer(seller, language="de")
    document = hub.add_invoice(seller, made, "d1", date(2026, 4, 10), 30_000)
    hub.add_invoice(seller, made, "d2", date(2026, 5, 10), 5_000)
    _, books = Ledger(runtime.table()).look(seller.entity_id, made.customer_id)
    came = Movement(MovementKind.PAYMENT, eur(12_000), source_id="p", via="bank")
    used = allocated("p", document, eur(12_000))
    posting = Posting("payment:p", PAID_ON, MORNING, (came, *used))
    runtime.table().write(*posting_writes(seller.entity_id, books, posting))
    return made


@pytest.fixture
def admin(payer, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        yield serving.mint(ADMIN)


def signed_in(whose: Customer) -> Browser:
    browser = Browser()
    moment = runtime.now().business + timedelta(minutes=1)
    now = Now(moment, datetime.now(UTC))
    assert (
        browser.post(runtime.links().create("demo", whose.customer_id, now), [])["statusCode"]
        == 303
    )
    return browser


def test_the_customer_sees_every_open_item_its_age_and_the_balance(payer):
    page = signed_in(payer).get("/p/demo/statement")
    assert page["statusCode"] == 200
    for text in ("Kontoauszug", "4. Mai 2026", "D1", "24 Tage", "180,00", "50,00", "230,00"):
        assert text in page["body"], text
    assert "120,00" not in page["body"]


def test_the_customers_rows_are_a_file_that_no_spreadsheet_runs(payer):
    answer = signed_in(payer).get("/p/demo/statement?format=csv")
    assert (
        answer["headers"]["content-disposition"]
        == 'attachment; filename="statement-2026-05-04.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(answer["body"])))
    assert [(r["section"], r["number"], r["amount"], r["balance"]) for r in rows] == [
        ("open", "D1", "180.00", ""),
        ("open", "D2", "50.00", ""),
        ("balance", "", "", "230.00"),
    ]


def test_the_pdf_is_made_elsewhere_and_the_page_waits_for_it(payer, seller):
    browser = signed_in(payer)
    page = browser.get("/p/demo/statement")
    asked = browser.post("/p/demo/statements", [("csrf", csrf_of(page["body"]))])
    assert asked["statusCode"] == 303
    waiting = browser.get(asked["headers"]["location"])
    assert (waiting["statusCode"], "wird vorbereitet" in waiting["body"]) == (200, True)
    assert hub.relay(seller) >= 1
    assert hub.drain("DOCUMENT")["DOCUMENT"] >= 1
    ready = browser.get(asked["headers"]["location"])
    assert ready["statusCode"] == 303
    text = pdf_text("statements/demo/c1/")
    for words in ("Kontoauszug", "Nordlicht GmbH", "230,00", "DE02 1203 0000 0000 2020 51"):
        assert words in text, words


def pdf_text(prefix: str) -> str:
    bucket = boto3.client("s3")
    (found,) = bucket.list_objects_v2(Bucket="documents", Prefix=prefix)["Contents"]
    body = bucket.get_object(Bucket="documents", Key=found["Key"])["Body"].read()
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


def test_nobody_reads_the_statement_of_somebody_else(payer, seller):
    other = hub.add_customer(seller, customer_id="c2", name="Fremd AG")
    browser = signed_in(payer)
    page = browser.get("/p/demo/statement")
    asked = browser.post("/p/demo/statements", [("csrf", csrf_of(page["body"]))])
    assert signed_in(other).get(asked["headers"]["location"])["statusCode"] == 404
    assert Browser().get("/p/demo/statement")["statusCode"] != 200


def test_an_operator_asks_for_any_day_and_for_what_happened(admin):
    path = "/entities/demo/customers/c1/statement"
    told = call(admin, "GET", f"{path}?from=2026-04-11&on=2026-04-30").json
    (one,) = told["currencies"]
    assert [(a["date"], a["kind"], a["amount"]["amount"]) for a in one["activity"]] == [
        ("2026-04-20", "payment", "-120.00")
    ]
    assert one["brought_forward"]["amount"] == "350.00"
    assert one["balance"]["amount"] == one["activity"][-1]["balance"]["amount"] == "230.00"
    before = call(admin, "GET", f"{path}?on=2026-04-19").json["currencies"][0]
    assert before["items"][0]["open"]["amount"] == "300.00"
    refused = call(admin, "GET", f"{path}?from=2026-05-11&on=2026-04-30")
    assert (refused.status, refused.json["code"]) == (422, "invalid_input")


def test_an_operator_gets_rows_and_a_pdf_with_the_activity(admin, seller):
    path = "/entities/demo/customers/c1"
    rows = call(admin, "GET", f"{path}/statement.csv?from=2026-04-01")
    assert (rows.status, rows.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert [r["section"] for r in csv.DictReader(io.StringIO(rows.text))][-2:] == ["activity"] * 2
    asked = call(admin, "POST", f"{path}/statements", {"first": "2026-04-01"})
    assert (asked.status, asked.json["url"]) == (202, None)
    hub.relay(seller)
    hub.drain("DOCUMENT")
    ready = call(admin, "GET", f"{path}/statements/{asked.json['statement_id']}").json
    assert "statements/demo/c1/" in ready["url"]
    assert "Zahlung, vielen Dank" in pdf_text("statements/demo/c1/")
    assert call(admin, "GET", f"{path}/statements/nothing").status == 404


def test_a_statement_is_of_the_entitys_day(admin):
    hub.move_clock(datetime(2026, 5, 4, 22, 30, tzinfo=UTC))
    told = call(admin, "GET", "/entities/demo/customers/c1/statement").json
    assert told["on"] == "2026-05-05"
