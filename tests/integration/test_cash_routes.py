"""People's work on money through the operator API: what they do, and what the books say then."""

import json
from datetime import UTC, date, datetime
from itertools import count
from types import SimpleNamespace

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.hand_over import errand
from shared.adapters.table import WRITES_MAX, Delete, Table, TooManyWrites
from shared.domain.movement import fold
from shared.domain.step_size import DOCUMENTS_MAX
from tests.integration import hub
from tests.integration.money import of_type
from tests.support.operators import ADMIN, AUDIENCE, call, issuer, operator

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CUSTOMER = "01J" + "C" * 23
ENTITY = {
    "entity_id": "acme",
    "name": "Acme GmbH",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "language": "en",
    "contact_email": "ar@acme.example",
}


@pytest.fixture
def desk(cloud, tmp_path, monkeypatch):
    """A customer who owes three invoices of 100 EUR, and a controller who works on his money."""
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        hub.move_clock(NOON)
        admin = serving.mint(ADMIN)
        assert call(admin, "POST", "/entities", ENTITY).status == 201
        of = runtime.entities().get("acme")
        customer = hub.add_customer(of, customer_id=CUSTOMER, external_id="C-7")
        names = [f"01J{c * 23}" for c in "123"]
        for month, name in enumerate(names):
            hub.add_invoice(of, customer, name, date(2026, 1 + month, 20))
        yield Desk(serving, of, customer, names)


class Desk(SimpleNamespace):
    """The operator API as one controller uses it."""

    def __init__(self, serving, of, customer, names):
        self.serving, self.of, self.customer, self.names = serving, of, customer, names
        self.token, self.keys = serving.mint(operator("acme:controller")), count()

    def post(self, path, body=None, key=None, token=None):
        name = f"key-{next(self.keys)}" if key is None else key
        headers = {"idempotency-key": name} if name else {}
        return call(token or self.token, "POST", f"/entities/acme{path}", body or {}, headers)

    def get(self, path):
        return call(self.token, "GET", f"/entities/acme{path}")

    def pay(self, euros, **changes):
        body = {"amount": money(euros), "received_on": "2026-03-01", "reference": "TRF 1"}
        made = self.post(f"/customers/{CUSTOMER}/payments", body | changes)
        self.check()
        return made

    def open(self):
        """Return what is open of each invoice, as text."""
        found = self.get(f"/invoices?customer={CUSTOMER}&state=all").json["items"]
        by_id = {i["document_id"]: i["open"]["amount"] for i in found}
        return [by_id[name] for name in self.names]

    def check(self):
        """Compare every head and credit with the sum of the postings, and payments with both."""
        sums = fold(runtime.ledger().postings("acme", CUSTOMER))
        heads = {
            (i["document_id"], i["currency"]): i["open"]
            for i in of_type("acme", "HEAD")
            if i["open"]
        }
        credits = {
            (i["source_id"], i["currency"]): i["unapplied"] for i in of_type("acme", "CREDIT")
        }
        assert (heads, credits) == (dict(sums.open), dict(sums.unapplied))
        for item in of_type("acme", "PAYMENT"):
            if item["state"] in ("pending", "failed"):
                continue
            used = sum(a["amount"] for a in item["allocations"])
            waiting = credits.get((item["payment_id"], item["currency"]), 0)
            assert item["amount"] - item["gone"] - used == waiting


def money(text, currency="EUR"):
    return {"amount": text, "currency": currency}


def part(name, euros=None, **more):
    return {"document": name, **({"amount": money(euros)} if euros else {}), **more}


def test_a_transfer_pays_the_oldest_first_and_the_rest_waits(desk):
    made = desk.pay("250.00", oldest_first=True)
    assert (made.status, made.json["state"], made.json["unapplied"]["amount"]) == (
        201,
        "settled",
        "0.00",
    )
    assert desk.open() == ["0.00", "0.00", "50.00"]
    assert [a["amount"]["amount"] for a in made.json["allocations"]] == [
        "100.00",
        "100.00",
        "50.00",
    ]
    listed = desk.get(f"/payments?customer={CUSTOMER}").json["items"]
    assert [p["payment_id"] for p in listed] == [made.json["payment_id"]]
    assert {i["amount"] for i in of_type("acme", "WRITEBACK")} == {10_000, 5_000}


def test_what_nobody_said_anything_about_waits_with_a_task(desk):
    made = desk.pay("30.00")
    assert made.json["unapplied"]["amount"] == "30.00"
    assert desk.open() == ["100.00"] * 3
    assert [t["kind"] for t in desk.get("/tasks").json["items"]] == ["unapplied"]
    credits = desk.get(f"/customers/{CUSTOMER}/credits").json["items"]
    assert [c["unapplied"]["amount"] for c in credits] == ["30.00"]


def test_a_repeated_request_books_once_and_another_body_under_its_key_is_refused(desk):
    body = {"amount": money("10.00"), "received_on": "2026-03-01", "oldest_first": True}
    path = f"/customers/{CUSTOMER}/payments"
    one, two = desk.post(path, body, "k"), desk.post(path, body, "k")
    assert one.json == two.json
    other = desk.post(path, body | {"amount": money("11.00")}, "k")
    assert (other.status, other.json["code"]) == (422, "request_reused")
    assert len(of_type("acme", "PAYMENT")) == 1
    for key in ("", "x" * 256):
        unnamed = desk.post(path, body, key)
        assert (unnamed.status, unnamed.json["code"]) == (400, "request_unnamed")


def test_the_same_reference_amount_and_day_may_be_a_duplicate(desk):
    first = desk.pay("10.00").json["payment_id"]
    again = desk.pay("10.00")
    assert (again.status, again.json["code"]) == (409, "possible_duplicate")
    assert again.json["facts"]["payment"] == first
    assert desk.pay("10.00", another=True).status == 201
    assert desk.pay("10.00", received_on="2026-02-28").status == 201


def test_a_clerk_may_note_a_payment_but_gives_nothing_away(desk):
    clerk = desk.serving.mint(operator("acme:clerk"))
    made = desk.pay("50.00").json["payment_id"]
    refund = desk.post(
        f"/customers/{CUSTOMER}/credits/{made}/refunds", {"amount": money("1.00")}, token=clerk
    )
    lost = desk.post(f"/invoices/{desk.names[0]}/write-off", {"reason": "insolvent"}, token=clerk)
    assert (refund.status, lost.status) == (403, 403)
    viewer = desk.serving.mint(operator("acme:viewer"))
    body = {"amount": money("1.00"), "received_on": "2026-03-01"}
    assert desk.post(f"/customers/{CUSTOMER}/payments", body, token=viewer).status == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"amount": money("0")}, 422, "invalid_input"),
        ({"amount": money("-1.00")}, 422, "invalid_input"),
        ({"received_on": "2026-03-03"}, 422, "invalid_input"),
        ({"parts": [part("nothing-here", "1.00")]}, 404, "not_found"),
        ({"parts": [part("1", "100.01")]}, 422, "more_than_open"),
        ({"parts": [part("1", "60.00"), part("2", "60.00")]}, 422, "more_than_there"),
        ({"parts": [part("1", "1.00"), part("1", "1.00")]}, 422, "invalid_input"),
        ({"parts": [{"document": "1", "amount": money("1.00", "USD")}]}, 422, None),
        ({"parts": [part("1", "1.00", deduction=money("1.00"))]}, 422, "invalid_input"),
        ({"parts": [part("1", "1.00", instalment=2)]}, 422, "invalid_input"),
        ({"received": money("110.00", "USD")}, 422, "invalid_input"),
        ({"received": money("110.00", "USD"), "rate": "0.5"}, 422, "invalid_input"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(desk, body, status, code):
    for given in body.get("parts", []):
        given["document"] = {"1": desk.names[0], "2": desk.names[1]}.get(
            given["document"], given["document"]
        )
    answer = desk.pay(**{"euros": "100.00"} | body)
    assert answer.status == status
    assert code in (None, answer.json["code"])
    assert not of_type("acme", "PAYMENT")
    assert desk.open() == ["100.00"] * 3


def test_short_pay_is_accepted_with_its_reason(desk):
    parts = [part(desk.names[0], "92.00", deduction=money("8.00"), reason="damaged")]
    assert desk.pay("92.00", parts=parts).status == 201
    assert desk.open() == ["0.00", "100.00", "100.00"]
    (posting,) = runtime.ledger().postings("acme", CUSTOMER, "payment:")
    assert [(m.kind, m.reason) for m in posting.movements][1:] == [
        ("allocation", ""),
        ("deduction", "damaged"),
    ]
    assert posting.by == "olga"


@pytest.mark.rule("R26")
def test_a_tolerance_is_the_entitys_setting_and_an_adjustment(desk):
    short = {"parts": [part(desk.names[0], "99.70")]}
    desk.pay("99.70", **short)
    assert desk.open()[0] == "0.30"
    admin = desk.serving.mint(ADMIN)
    settings = {"tolerance": {"EUR": 50}, "tolerance_percent": "1", "apply_credit": "never"}
    assert call(admin, "PATCH", "/entities/acme", settings).status == 200
    desk.pay("99.70", parts=[part(desk.names[1], "99.70")], reference="TRF 2")
    assert desk.open()[1] == "0.00"
    head = next(i for i in of_type("acme", "HEAD") if i["document_id"] == desk.names[1])
    assert head["adjusted"] == {"tolerance": 30}


@pytest.mark.rule("R24")
def test_money_of_another_currency_settles_at_the_banks_rate_and_the_difference_is_fx(desk):
    made = desk.pay(
        "98.50",
        received=money("107.07", "USD"),
        rate="0.92",
        parts=[part(desk.names[0], "100.00")],
    )
    assert (made.status, made.json["received"]) == (201, money("107.07", "USD"))
    assert desk.open()[0] == "0.00"
    (posting,) = runtime.ledger().postings("acme", CUSTOMER, "payment:")
    assert posting.movements[0].cash.currency == "USD"
    assert [m.amount.minor for m in posting.movements if m.kind == "fx_difference"] == [-150]
    assert not of_type("acme", "CREDIT")


def test_unapplied_money_is_put_to_use_by_hand(desk):
    made = desk.pay("150.00").json["payment_id"]
    path = f"/customers/{CUSTOMER}/credits/{made}/allocate"
    too_much = desk.post(path, {"parts": [part(desk.names[1], "100.01")]})
    assert (too_much.status, too_much.json["code"]) == (422, "more_than_open")
    done = desk.post(path, {"parts": [part(desk.names[1], "100.00")]})
    assert [c["unapplied"]["amount"] for c in done.json["items"]] == ["50.00"]
    desk.post(path, {"oldest_first": True})
    assert desk.open() == ["50.00", "0.00", "100.00"]
    assert desk.get(f"/payments/{made}").json["version"] == 3
    desk.check()


def test_one_payment_goes_to_hundreds_of_invoices_in_steps(desk):
    names = [f"01K{n:023d}" for n in range(30)]
    for name in names:
        hub.add_invoice(desk.of, desk.customer, name, date(2026, 2, 1), 100)
    made = desk.pay("30.00", parts=[part(name, "1.00") for name in names])
    assert made.json["left_to_allocate"] == 0
    assert len(made.json["allocations"]) == 30
    assert len(list(runtime.ledger().postings("acme", CUSTOMER, "allocation:"))) == 1
    desk.check()
    back = desk.post(f"/payments/{made.json['payment_id']}/reverse", {"reason": "bounced"})
    assert back.status == 200, back.json
    assert (back.json["state"], back.json["given_back"]) == ("returned", money("30.00"))
    desk.check()
    still = {i["document_id"]: i["open"] for i in of_type("acme", "HEAD")}
    assert all(still[name] == 100 for name in names)


def test_what_a_crash_left_of_a_large_payment_is_allocated_by_the_worker(desk, monkeypatch):
    names = [f"01K{n:023d}" for n in range(30)]
    for name in names:
        hub.add_invoice(desk.of, desk.customer, name, date(2026, 2, 1), 100)
    with monkeypatch.context() as patched:
        patched.setattr("shared.usecases.cash_desk._next_part", _die)
        with pytest.raises(SystemExit):
            desk.pay("30.00", parts=[part(name, "1.00") for name in names])
    (left,) = of_type("acme", "PAYMENT")
    assert (len(left["allocations"]), len(left["plan"])) == (17, 13)
    hub.relay(desk.of)
    assert hub.drain("PAYMENT") == {"PAYMENT": 1}
    (done,) = of_type("acme", "PAYMENT")
    assert (len(done["allocations"]), done["plan"], "ppk" in done) == (30, [], False)
    desk.check()


def _die(*_):
    raise SystemExit


@pytest.mark.rule("R10")
def test_a_bounced_transfer_opens_its_invoices_again_with_their_due_dates(desk):
    made = desk.pay("150.00", oldest_first=True).json["payment_id"]
    key = "reverse-once"
    for _ in range(2):
        back = desk.post(
            f"/payments/{made}/reverse", {"reason": "bounced", "note": "bank says so"}, key
        )
        assert (back.status, back.json["state"], back.json["allocations"]) == (200, "returned", [])
    desk.check()
    assert desk.open() == ["100.00"] * 3
    heads = {i["document_id"]: i["due_on"] for i in of_type("acme", "HEAD")}
    assert [heads[n] for n in desk.names] == ["2026-01-20", "2026-02-20", "2026-03-20"]
    assert not of_type("acme", "CREDIT")
    notes = [i["amount"] for i in of_type("acme", "WRITEBACK")]
    assert sorted(notes) == [-10_000, -5_000, 5_000, 10_000]
    reasons = {i["sk"].rpartition("#")[2] for i in of_type("acme", "TICKET")}
    assert any(reason.startswith("payment:") for reason in reasons)
    twice = desk.post(f"/payments/{made}/reverse", {"reason": "bounced"})
    assert (twice.status, twice.json["code"]) == (409, "conflict")


def test_an_allocation_moves_in_one_step_and_may_come_back(desk):
    made = desk.pay("100.00", parts=[part(desk.names[0], "100.00")]).json["payment_id"]
    path = f"/payments/{made}/move"
    body = {"document_id": desk.names[0], "amount": money("40.00"), "to": part(desk.names[2])}
    moved = desk.post(path, body)
    assert moved.status == 200
    assert desk.open() == ["40.00", "100.00", "60.00"]
    (posting,) = runtime.ledger().postings("acme", CUSTOMER, "deallocation:")
    assert sum(m.amount.minor for m in posting.movements) == 0
    freed = desk.post(path, {"document_id": desk.names[2]})
    assert freed.json["unapplied"]["amount"] == "40.00"
    assert desk.open() == ["40.00", "100.00", "100.00"]
    desk.check()
    too_much = desk.post(path, {"document_id": desk.names[0], "amount": money("61.00")})
    assert too_much.status == 422


def test_bad_debt_is_chased_no_more_and_recovered_by_money(desk):
    path = f"/invoices/{desk.names[0]}"
    lost = desk.post(f"{path}/write-off?customer={CUSTOMER}", {"reason": "insolvent"})
    assert (lost.status, lost.json["state"], lost.json["open"]["amount"]) == (
        200,
        "written_off",
        "0.00",
    )
    desk.check()
    desk.pay("30.00", parts=[part(desk.names[0], "30.00")])
    (posting,) = runtime.ledger().postings("acme", CUSTOMER, "payment:")
    assert [m.kind for m in posting.movements] == ["payment", "recovery", "allocation"]
    head = next(i for i in of_type("acme", "HEAD") if i["document_id"] == desk.names[0])
    assert (head["open"], head["adjusted"]) == (0, {"write_off": 7_000})
    again = desk.post(f"{path}/ask-again?customer={CUSTOMER}", {})
    assert again.json["open"]["amount"] == "70.00"
    desk.check()
    more = desk.post(f"{path}/ask-again?customer={CUSTOMER}", {})
    assert more.status == 422


@pytest.mark.rule("R13")
@pytest.mark.law("13")
def test_a_refund_is_bounded_by_what_waits_and_may_take_back_what_was_paid(desk):
    made = desk.pay("120.00", parts=[part(desk.names[0], "100.00")]).json["payment_id"]
    path = f"/customers/{CUSTOMER}/credits/{made}/refunds"
    refused = desk.post(path, {"amount": money("50.00")})
    assert (refused.status, refused.json["code"]) == (409, "not_refundable")
    assert refused.json["facts"] == {"refundable": "20.00 EUR", "allocated": "100.00 EUR"}
    given = desk.post(path, {"amount": money("50.00"), "release": True}, "once")
    assert (given.status, given.json["state"], given.json["via"]) == (201, "done", "bank")
    assert desk.post(path, {"amount": money("50.00"), "release": True}, "once").json == given.json
    assert desk.open()[0] == "30.00"
    desk.check()
    too_much = desk.post(path, {"amount": money("70.01"), "release": True})
    assert (too_much.status, too_much.json["code"]) == (409, "not_refundable")
    assert desk.get(f"/refunds/{given.json['refund_id']}").json == given.json


@pytest.mark.rule("R10")
def test_announced_money_is_processing_until_it_comes(desk):
    made = desk.pay(
        "100.00", pending=True, received_on="2026-03-04", parts=[part(desk.names[0], "100.00")]
    )
    assert (made.json["state"], made.json["unapplied"]["amount"]) == ("pending", "0.00")
    assert desk.open()[0] == "100.00"
    account = runtime.accounts().account("acme", CUSTOMER)
    from shared.domain.coverage import coverage

    assert coverage(account, date(2026, 3, 2))[desk.names[0]].processing.minor == 10_000
    assert [p["state"] for p in desk.get(f"/payments?customer={CUSTOMER}").json["items"]] == [
        "pending"
    ]
    early = desk.post(f"/payments/{made.json['payment_id']}/settle", {"received_on": "2026-03-04"})
    assert early.status == 422
    came = desk.post(f"/payments/{made.json['payment_id']}/settle", {"received_on": "2026-03-02"})
    assert (came.json["state"], came.json["received_on"]) == ("settled", "2026-03-02")
    desk.check()
    assert desk.open()[0] == "0.00"
    assert not of_type("acme", "INCOMING")


def test_announced_money_that_does_not_come_leaves_the_invoice_to_be_chased(desk):
    made = desk.pay("100.00", pending=True, parts=[part(desk.names[0], "100.00")])
    failed = desk.post(f"/payments/{made.json['payment_id']}/fail", {})
    assert (failed.json["state"], failed.json["unapplied"]["amount"]) == ("failed", "0.00")
    assert not of_type("acme", "INCOMING")
    assert desk.open()[0] == "100.00"
    desk.check()
    assert desk.post(f"/payments/{made.json['payment_id']}/fail", {}).status == 409


def _paid_by_forty(desk):
    names = [f"01K{n:023d}" for n in range(40)]
    for name in names:
        hub.add_invoice(desk.of, desk.customer, name, date(2026, 2, 1), 100)
    made = desk.pay("40.00", parts=[part(name, "1.00") for name in names])
    assert made.json["left_to_allocate"] == 0
    return made.json["payment_id"]


def _half_reversed(desk, monkeypatch, made):
    with monkeypatch.context() as patched:
        patched.setattr("shared.usecases.reverse_payment._more", _die)
        with pytest.raises(SystemExit):
            desk.post(f"/payments/{made}/reverse", {"reason": "bounced", "note": "bank says so"})
    (left,) = of_type("acme", "PAYMENT")
    assert (left["state"], "ppk" in left) == ("returned", True)
    assert left["allocations"]
    desk.check()


@pytest.mark.rule("R10")
def test_what_a_crash_left_of_a_large_reversal_is_taken_back_by_the_worker(desk, monkeypatch):
    made = _paid_by_forty(desk)
    _half_reversed(desk, monkeypatch, made)
    (left,) = of_type("acme", "PAYMENT")
    found = errand(left)
    assert (found.queue, found.body) == ("PAYMENT", {"entity": "acme", "payment_id": made})
    hub.invoke("functions.payment_webhook.worker", [json.dumps(found.body)])
    (done,) = of_type("acme", "PAYMENT")
    assert (done["allocations"], done["gone"], "ppk" in done) == ([], 4_000, False)
    steps = list(runtime.ledger().postings("acme", CUSTOMER, "return:"))
    assert len(steps) == 3
    assert {(s.note, s.value_date) for s in steps} == {("bank says so", steps[0].value_date)}
    desk.check()


def test_a_reversal_that_stopped_half_way_goes_on_under_another_request(desk, monkeypatch):
    made = _paid_by_forty(desk)
    _half_reversed(desk, monkeypatch, made)
    again = desk.post(f"/payments/{made}/reverse", {"reason": "bounced"}, "another-request")
    assert (again.status, again.json["given_back"]) == (200, money("40.00"))
    (done,) = of_type("acme", "PAYMENT")
    assert (done["allocations"], "ppk" in done) == ([], False)
    desk.check()


def test_nobody_is_sent_a_receipt_that_was_not_asked_for(desk):
    made = _paid_by_forty(desk)
    (done,) = of_type("acme", "PAYMENT")
    assert (done["payment_id"], "ppk" in done) == (made, False)
    hub.relay(desk.of)
    hub.drain("PAYMENT", "NOTICE")
    assert not of_type("acme", "NOTICE")
    waiting = done | keys.pending_entry("acme", "payment", runtime.now().wall, made)
    assert errand(waiting).queue == "PAYMENT"
    assert errand(waiting | {"receipt": True}).queue == "NOTICE"


def test_a_step_with_all_that_it_can_hold_fits_into_one_transaction(desk, monkeypatch):
    names = [f"01K{n:023d}" for n in range(DOCUMENTS_MAX)]
    for name in names:
        hub.add_invoice(desk.of, desk.customer, name, date(2026, 2, 1), 10_000)
    sizes = []
    write = Table.write
    monkeypatch.setattr(Table, "write", lambda t, *w: sizes.append(len(w)) or write(t, *w))
    kept = {"deduction": money("1.00"), "reason": "damaged"}
    made = desk.pay(
        f"{99 * DOCUMENTS_MAX}.00", parts=[part(name, "99.00", **kept) for name in names]
    )
    assert made.status == 201
    assert max(sizes) <= 5 * DOCUMENTS_MAX + 15 <= WRITES_MAX
    desk.check()


def test_a_transaction_that_is_too_large_says_so(cloud):
    with pytest.raises(TooManyWrites):
        runtime.table().write(*[Delete({"pk": "a", "sk": str(n)}) for n in range(WRITES_MAX + 1)])
