"""Credit notes and voids through the API: numbers, books, papers, races, and who may not."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest

from functions.operator_api.app import app
from functions.operator_api.schema.documents import DocumentPatch
from shared import runtime
from shared.adapters import keys
from shared.adapters.corrections import Corrections
from shared.adapters.head_items import document_from
from shared.adapters.ledger import Ledger
from shared.adapters.posting_items import posting_from
from shared.adapters.table import Put, Update
from shared.domain.cash_step import Asked
from shared.domain.coverage import coverage
from shared.domain.credit_note import CreditAsked, CreditNoteDraft
from shared.domain.document import Document
from shared.domain.movement import Movement, MovementKind, Posting, fold
from shared.domain.portal import Principal
from shared.domain.settle import allocated
from shared.usecases import portal_views
from shared.usecases.issue_credit_note import issue_credit_note
from shared.usecases.render_document import render_document
from tests.integration import hub
from tests.integration.drops import stored
from tests.support.operators import ADMIN, AUDIENCE, call, issuer

ULID = "01J" + "A" * 23
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEW_ENTITY = {
    "entity_id": "acme",
    "name": "Acme GmbH",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "language": "de",
    "contact_email": "ar@acme.example",
    "series": {"INV": "RE-{year}-{n:4}", "CN": "GU-{year}-{n:4}"},
    "gapless_numbers": True,
}
LINES = [
    {"description": "Desk", "quantity": "2", "unit_price": "100.00", "tax_rate_percent": "19"},
    {"description": "Book", "quantity": "3", "unit_price": "9.99", "tax_rate_percent": "7"},
]
TOTAL = "270.07"


@pytest.fixture
def clerk(cloud, tmp_path, monkeypatch):
    """A function that calls the API of the entity acme, with one customer, as its operator."""
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        token = serving.mint(ADMIN)
        hub.move_clock(NOON)
        assert call(token, "POST", "/entities", NEW_ENTITY).status == 201
        customer = hub.add_customer(
            runtime.entities().get("acme"), customer_id=ULID, external_id="C-7"
        )
        told = ("customer_id", "external_id", "name", "email", "language", "currency")
        entry = {name: getattr(customer, name) for name in told}
        runtime.table().write(Put({**keys.directory("acme", ULID), "type": "DIRECTORY", **entry}))
        keys_made = count()

        def as_operator(method, path, body=None, key=None):
            name = f"key-{next(keys_made)}" if key is None else key
            headers = {"idempotency-key": name} if name else {}
            return call(token, method, f"/entities/acme{path}", body, headers)

        yield as_operator


def issue(clerk: Callable[..., Any], **changes: Any) -> Any:
    body = {
        "customer_id": ULID,
        "currency": "EUR",
        "issued_on": "2026-03-01",
        "due_on": "2026-03-31",
        "lines": LINES,
    }
    answer = clerk("POST", "/invoices", body | changes)
    assert answer.status == 201, answer.text
    return answer.json


def postings() -> list[Posting]:
    return [posting_from(item) for item in stored("POSTING")]


def balanced() -> None:
    """Assert that heads and credits are what the postings sum to."""
    sums = fold(postings())
    heads = [document_from(item) for item in stored("HEAD")]
    opened = {(d.document_id, d.open.currency): d.open.minor for d in heads if d.open}
    assert opened == sums.open
    waiting = {
        (c["source_id"], c["currency"]): c["unapplied"] for c in stored("CREDIT") if c["unapplied"]
    }
    assert waiting == sums.unapplied


def test_an_invoice_by_lines_says_its_tax_and_its_books_know_it(clerk) -> None:
    made = issue(clerk)
    assert (made["number"], made["total"]["amount"]) == ("RE-2026-0001", TOTAL)
    assert {rate: a["amount"] for rate, a in made["tax"].items()} == {"7": "2.10", "19": "38.00"}
    (posting,) = postings()
    (movement,) = posting.movements
    assert posting.by
    assert (movement.amount.minor, movement.tax) == (27_007, {"7": 210, "19": 3_800})
    told = clerk("GET", "/invoices/RE-2026-0001/lines").json
    assert [line["net"]["amount"] for line in told["lines"]] == ["200.00", "29.97"]
    assert [(t["category"], t["tax"]["amount"]) for t in told["taxes"]] == [
        ("S", "2.10"),
        ("S", "38.00"),
    ]


def test_prices_with_tax_discounts_and_exemptions_come_through(clerk) -> None:
    lines = [
        {"description": "Lamp", "unit_price": "119.00", "tax_rate_percent": "19",
         "discount_percent": "10"},
        {"description": "Course", "unit_price": "50.00", "tax_category": "E",
         "tax_reason_code": "VATEX-EU-132"},
    ]  # fmt: skip
    made = issue(clerk, lines=lines, prices_include_tax=True)
    assert made["total"]["amount"] == "157.10"
    told = clerk("GET", f"/invoices/{made['number']}/lines").json
    assert told["prices_include_tax"] is True
    assert [line["net"]["amount"] for line in told["lines"]] == ["90.00", "50.00"]
    assert told["lines"][0]["discount"]["amount"] == "11.90"
    assert told["taxes"][0]["reason_code"] == "VATEX-EU-132"


def test_what_does_not_add_up_or_is_no_tax_is_refused_and_burns_no_number(clerk) -> None:
    for wrong in (
        {"total": {"amount": "270.08", "currency": "EUR"}},
        {"lines": [{**LINES[0], "net": "200.01"}]},
        {"lines": [{**LINES[0], "tax_category": "AE"}]},
        {"lines": [], "currency": "EUR"},
        {"series": "EXP"},
    ):
        body = {"customer_id": ULID, "currency": "EUR", "issued_on": "2026-03-01",
                "due_on": "2026-03-31", "lines": LINES}  # fmt: skip
        assert clerk("POST", "/invoices", body | wrong).status == 422
    assert issue(clerk)["number"] == "RE-2026-0001"


@pytest.mark.rule("R16")
def test_a_full_credit_note_closes_its_invoice_and_has_its_own_number(clerk) -> None:
    number = issue(clerk)["number"]
    answer = clerk("POST", f"/invoices/{number}/credit-notes", {"reason": "cancelled"})
    assert answer.status == 201, answer.text
    note = answer.json
    assert (note["kind"], note["number"], note["state"]) == (
        "credit_note",
        "GU-2026-0001",
        "issued",
    )
    assert note["total"]["amount"] == TOTAL
    after = clerk("GET", f"/invoices/{number}").json
    assert (after["open"]["amount"], after["total"]["amount"]) == ("0.00", TOTAL)
    found = next(p for p in postings() if p.posting_id.startswith("credit_note:"))
    assert [m.kind for m in found.movements] == [MovementKind.CREDIT_NOTE, MovementKind.ALLOCATION]
    assert found.movements[0].tax == {"7": 210, "19": 3_800}
    assert found.movements[0].reason == "cancelled"
    assert clerk("GET", "/invoices/GU-2026-0001").json["invoice_id"] == after["document_id"]
    balanced()
    repeat = clerk("POST", f"/invoices/{number}/credit-notes", {"reason": "cancelled"})
    assert (repeat.status, repeat.json["code"]) == (409, "conflict")


def test_lines_are_credited_until_nothing_is_left_of_them(clerk) -> None:
    number = issue(clerk)["number"]
    path = f"/invoices/{number}/credit-notes"
    body = {"reason": "return", "lines": [{"line": 2, "quantity": "1"}]}
    assert clerk("POST", path, body).json["total"]["amount"] == "10.69"
    less = {"reason": "price", "lines": [{"line": 1, "amount": "50.00"}]}
    assert clerk("POST", path, less).json["total"]["amount"] == "59.50"
    too_much = {"reason": "return", "lines": [{"line": 2, "quantity": "3"}]}
    assert clerk("POST", path, too_much).status == 409
    rest = clerk("POST", path, {"reason": "cancelled"}).json
    assert rest["total"]["amount"] == "199.88"
    assert clerk("GET", f"/invoices/{number}").json["open"]["amount"] == "0.00"
    balanced()


def test_a_credit_note_on_a_paid_invoice_is_the_customers_credit(clerk) -> None:
    number = issue(clerk)["number"]
    pay(clerk("GET", f"/invoices/{number}").json["document_id"])
    note = clerk("POST", f"/invoices/{number}/credit-notes", {"reason": "goodwill"}).json
    (credit,) = [c for c in stored("CREDIT") if c["unapplied"]]
    assert (credit["source_id"], credit["unapplied"]) == (note["document_id"], 27_007)
    balanced()


def test_the_customer_sees_what_was_credited_beside_what_was_paid(clerk) -> None:
    whose = issue(clerk)["document_id"]
    note = credit(whose, lines=1)
    view = portal_views.invoice(
        runtime.accounts(), runtime.papers(), Principal("acme", ULID), whose, runtime.now()
    )
    (received,) = view.received
    assert (received.note_id, received.amount.minor) == (note.document_id, 23_800)
    assert view.row.payable.minor == 27_007 - 23_800


def test_the_paper_of_a_note_is_found_by_its_number(clerk) -> None:
    whose = issue(clerk)["document_id"]
    note = credit(whose)
    assert clerk("GET", f"/invoices/{note.number}/pdf").json == {"url": None}
    ports = (runtime.accounts(), runtime.papers(), runtime.printer(), runtime.documents())
    assert render_document(*ports, "acme", ULID, note.document_id) == "rendered"
    url = clerk("GET", f"/invoices/{note.number}/pdf").json["url"]
    assert f"{note.number}.pdf" in url


@pytest.mark.rule("R16")
def test_the_rest_of_a_note_covers_what_else_is_overdue(clerk) -> None:
    first, other = issue(clerk)["document_id"], issue(clerk)["document_id"]
    pay(first)
    credit(first)
    late = date(2026, 5, 1)
    account = runtime.accounts().account("acme", ULID)
    cover = coverage(account, late)[other]
    assert (cover.credit.minor, cover.free.minor) == (27_007, 0)


def test_a_repeated_request_gives_the_same_note(clerk) -> None:
    whose = issue(clerk)
    first = credit(whose["document_id"], request_id="r1")
    assert credit(whose["document_id"], request_id="r1").number == first.number
    assert [h["kind"] for h in stored("HEAD")].count("credit_note") == 1


@pytest.mark.law("4")
def test_a_note_needs_a_key_and_the_key_of_one_neither_issues_nor_answers_another(clerk) -> None:
    path = f"/invoices/{issue(clerk)['number']}/credit-notes"
    body = {"reason": "return", "lines": [{"line": 1, "amount": "10.00"}]}
    unnamed = clerk("POST", path, body, "")
    assert (unnamed.status, unnamed.json["code"]) == (400, "request_unnamed")
    first, again = clerk("POST", path, body, "same"), clerk("POST", path, body, "same")
    assert (first.status, again.status, again.json) == (201, 201, first.json)
    for other in (
        body | {"reason": "price"},
        body | {"text": "Sorry"},
        body | {"lines": [{"line": 1, "amount": "20.00"}]},
        {"reason": "return"},
    ):
        refused = clerk("POST", path, other, "same")
        assert (refused.status, refused.json["code"]) == (409, "request_reused")
    elsewhere = f"/invoices/{issue(clerk)['number']}/credit-notes"
    assert clerk("POST", elsewhere, body, "same").json["code"] == "request_reused"
    assert [h["kind"] for h in stored("HEAD")].count("credit_note") == 1
    balanced()


@pytest.mark.law("4")
def test_one_request_that_is_sent_twice_at_once_issues_one_note(clerk, monkeypatch) -> None:
    whose = issue(clerk)["document_id"]
    path, body = f"/invoices/{whose}/credit-notes?customer={ULID}", {"reason": "return"}
    meanwhile = once_before_writing(monkeypatch, lambda: clerk("POST", path, body, "same"))
    answer = clerk("POST", path, body, "same")
    assert answer.json == meanwhile[0].json
    assert answer.json["number"] == "GU-2026-0001"
    assert [h["kind"] for h in stored("HEAD")].count("credit_note") == 1
    balanced()


def test_two_notes_at_once_take_no_more_than_the_invoice(clerk, monkeypatch) -> None:
    whose = issue(clerk)["document_id"]
    meanwhile = once_before_writing(monkeypatch, lambda: credit(whose))
    answer = clerk("POST", f"/invoices/{whose}/credit-notes?customer={ULID}", {"reason": "return"})
    assert meanwhile[0].total.minor == 27_007
    assert answer.status == 409
    balanced()


def test_two_notes_at_once_on_a_paid_invoice_take_no_more_either(clerk, monkeypatch) -> None:
    whose = issue(clerk)["document_id"]
    pay(whose)
    credit(whose, lines=1)
    once_before_writing(monkeypatch, lambda: credit(whose))
    answer = clerk("POST", f"/invoices/{whose}/credit-notes?customer={ULID}", {"reason": "return"})
    assert answer.status == 409
    assert sum(c["unapplied"] for c in stored("CREDIT")) == 27_007
    balanced()


def test_a_payment_in_between_makes_the_note_a_credit(clerk, monkeypatch) -> None:
    whose = issue(clerk)["document_id"]
    once_before_writing(monkeypatch, lambda: pay(whose))
    note = credit(whose)
    (left,) = [c for c in stored("CREDIT") if c["unapplied"]]
    assert (left["source_id"], left["unapplied"]) == (note.document_id, 27_007)
    balanced()


@pytest.mark.rule("R14")
def test_a_void_closes_an_untouched_invoice_and_keeps_its_number(clerk) -> None:
    number = issue(clerk)["number"]
    voided = clerk("POST", f"/invoices/{number}/void", {"reason": "duplicate"})
    assert (voided.status, voided.json["state"], voided.json["open"]["amount"]) == (
        200,
        "void",
        "0.00",
    )
    assert clerk("GET", f"/invoices/{number}").json["state"] == "void"
    assert clerk("POST", f"/invoices/{number}/void", {"reason": "duplicate"}).status == 200
    assert clerk("POST", f"/invoices/{number}/credit-notes", {"reason": "error"}).status == 409
    assert issue(clerk)["number"] == "RE-2026-0002"
    found = next(p for p in postings() if p.posting_id.startswith("void:"))
    assert found.movements[0].tax == {"7": -210, "19": -3_800}
    period = clerk("GET", "/figures?from=2026-03-01&to=2026-03-02").json["period"]
    assert period["turnover"][0]["invoiced"]["amount"] == TOTAL
    balanced()


@pytest.mark.rule("R14")
def test_nothing_is_voided_that_something_was_applied_to(clerk, monkeypatch) -> None:
    paid, credited, raced = (issue(clerk)["document_id"] for _ in range(3))
    pay(paid)
    credit(credited, lines=1)
    for whose in (paid, credited):
        path = f"/invoices/{whose}/void?customer={ULID}"
        assert clerk("POST", path, {"reason": "error"}).status == 409
    once_before_writing(monkeypatch, lambda: credit(raced, lines=1))
    answer = clerk("POST", f"/invoices/{raced}/void?customer={ULID}", {"reason": "error"})
    assert answer.status == 409
    balanced()


def test_the_erp_s_invoice_is_credited_with_word_to_the_erp_and_not_voided(clerk) -> None:
    of = runtime.entities().get("acme")
    customer = runtime.accounts().customer("acme", ULID)
    theirs = hub.add_invoice(of, customer, "inv_1", date(2026, 2, 1))
    head = keys.open_head("acme", ULID, theirs.document_id)
    runtime.table().write(Update(head, set={"external_id": "E-1"}))
    path = f"/invoices/{theirs.document_id}"
    assert clerk("POST", f"{path}/void?customer={ULID}", {"reason": "error"}).status == 409
    amount = {"amount": "1.00", "currency": "EUR"}
    body = {"reason": "price", "amount": amount}
    note = clerk("POST", f"{path}/credit-notes?customer={ULID}", body).json
    (told,) = stored("WRITEBACK")
    assert (told["payment_id"], told["method"], told["gateway_reference"], told["amount"]) == (
        note["document_id"],
        "credit_note",
        note["number"],
        100,
    )
    assert told["psk"].startswith("writeback#")


def test_no_route_changes_a_final_document_and_no_step_more_than_its_money(clerk) -> None:
    changing = {"PUT", "PATCH", "DELETE"}
    routes = [*app()._static_routes, *app()._dynamic_routes]
    assert len(routes) > 20
    found = [r.path for r in routes if "invoices" in r.path and r.method.upper() in changing]
    # the ladder that it climbs is no part of the document
    assert found == ["/api/v1/entities/<entity>/invoices/<document>"]
    assert set(DocumentPatch.model_fields) == {"policy", "reason"}
    before = issue(clerk)
    whose = before["document_id"]
    head, lines = kept(whose)
    credit(whose, lines=1)
    pay(whose)
    credit(whose)
    assert kept(whose) == (head, lines)


MOVES = {"pk", "sk", "gpk", "gsk", "ppk", "psk", "open", "version", "pdf_key", "instalments"}


def kept(document_id: str) -> tuple[Any, Any]:
    """Return what is stored of a document besides what money moves, and its lines."""
    head = next(h for h in stored("HEAD") if h["document_id"] == document_id)
    lines = next(h for h in stored("LINES") if h["document_id"] == document_id)
    return {name: value for name, value in head.items() if name not in MOVES}, lines


def credit(document_id: str, *, lines: int = 0, request_id: str = "") -> Document:
    parts = tuple(CreditAsked(n) for n in range(1, lines + 1))
    draft = CreditNoteDraft(invoice_id=document_id, reason="return", parts=parts)
    stores = (runtime.cash_desk(), runtime.corrections())
    asked = Asked(request_id, request_id, "clerk")
    return issue_credit_note(*stores, "acme", ULID, draft, asked, runtime.now())


def pay(document_id: str) -> None:
    """Settle all that is open of a document by a payment from elsewhere."""
    ledger = Ledger(runtime.table())
    _, books = ledger.look("acme", ULID)
    document = books.document(document_id)
    assert document is not None
    came = Movement(MovementKind.PAYMENT, document.open, source_id="p", via="bank")
    movements = (came, *allocated("p", document, document.open))
    posting = Posting(f"payment:{document_id}", NOON.date(), NOON, movements)
    assert ledger.post("acme", books, posting)


def once_before_writing[T](monkeypatch: Any, act: Callable[[], T]) -> list[T]:
    """Let act happen once, between the next look at an invoice and its write."""
    look, results = Corrections.look, []

    def looked(self: Corrections, *whose: str) -> Any:
        found = look(self, *whose)
        monkeypatch.setattr(Corrections, "look", look)
        results.append(act())
        return found

    monkeypatch.setattr(Corrections, "look", looked)
    return results
