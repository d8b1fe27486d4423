"""Steps that are too large for one transaction: parts, crashes between them, and who goes on."""

import json
from datetime import date

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.errands import errand
from shared.adapters.table import WRITES_MAX, Delete, Table, TooManyWrites
from shared.domain.step_size import DOCUMENTS_MAX
from tests.integration import hub
from tests.integration.cash import CUSTOMER, money, part
from tests.integration.money import of_type


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
