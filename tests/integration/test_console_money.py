"""The console's pages about money: what a clerk does there comes true once, and is told if not."""

import json
import re
from datetime import date

import pytest

from shared import runtime
from tests.integration import hub
from tests.integration.test_console import ULID, acme, csrf, get, identity, post
from tests.support.operators import operator

__all__ = ["acme", "identity"]
HERE = f"/console/e/acme/customers/{ULID}"
INVOICE = "01J" + "B" * 23
PAGES = [f"{HERE}/money", f"{HERE}/documents/{INVOICE}"]


@pytest.fixture
def clerk(acme, identity):
    return identity.mint(operator("acme:clerk"))


@pytest.fixture
def controller(acme, identity):
    return identity.mint(operator("acme:controller"))


def send(token: str, page: str, path: str, **fields: str):
    """Send a form of page, with the hidden fields that the page gave it."""
    shown = get(token, page)
    request = re.search(r'name="request" value="([0-9a-f]+)"', shown.text)
    hidden = {"csrf": csrf(shown), "request": request[1] if request else ""}
    return post(token, path, **(hidden | fields))


def invoice():
    return runtime.accounts().document("acme", ULID, INVOICE)


def noted(amount: str = "60.00", **fields: str) -> dict[str, str]:
    said = {"amount": amount, "currency": "EUR", "received_on": "2026-03-01", "use": "oldest"}
    return said | {"method": "transfer", "reference": "R-1"} | fields


def test_a_payment_noted_by_form_settles_what_is_due_first_and_stands_on_the_page(clerk):
    answer = send(clerk, PAGES[0], f"{HERE}/payments", **noted())
    assert (answer.status, answer.headers["location"]) == (303, PAGES[0])
    assert invoice().open.minor == 4_000
    page = get(clerk, PAGES[0])
    assert "€60.00" in page.text
    assert "R-1" in page.text


def test_a_form_sent_twice_books_once(clerk):
    shown = get(clerk, PAGES[0])
    request = re.search(r'name="request" value="([0-9a-f]+)"', shown.text)
    fields = noted() | {"csrf": csrf(shown), "request": request[1]}
    assert [post(clerk, f"{HERE}/payments", **fields).status for _ in range(2)] == [303, 303]
    assert invoice().open.minor == 4_000


def test_the_same_money_noted_again_is_asked_about_first(clerk):
    assert send(clerk, PAGES[0], f"{HERE}/payments", **noted()).status == 303
    answer = send(clerk, PAGES[0], f"{HERE}/payments", **noted())
    assert answer.status == 422
    assert "another one" in answer.text
    assert invoice().open.minor == 4_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "1,500"},
        {"amount": "-5.00"},
        {"currency": "XXX"},
        {"received_on": "tomorrow"},
        {"received_on": "2027-01-01"},
        {"method": "barter"},
        {"use": "ticked"},
    ],
)
def test_what_cannot_be_is_said_on_the_page_and_nothing_is_booked(clerk, wrong):
    answer = send(clerk, PAGES[0], f"{HERE}/payments", **noted(**wrong))
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    assert invoice().open.minor == 10_000


def test_what_was_typed_of_a_payment_stays_and_why_it_is_refused_stands_beside_its_field(clerk):
    typed = noted("1,500", reference='the "bank" one', method="cheque", use="ticked", another="yes")
    page = send(clerk, PAGES[0], f"{HERE}/payments", document=INVOICE, **typed).text
    assert re.search(r'name="amount"[^>]* value="1,500" aria-invalid="true"[^>]*autofocus>', page)
    assert re.search(r'name="amount"[^>]*>\s*<p class="late" id="wrong">Amount: write an', page)
    assert page.count('id="wrong"') == page.count("autofocus") == 1
    assert 'value="the &#34;bank&#34; one"' in page
    assert '<option value="cheque" selected>' in page
    assert re.search(rf'value="{INVOICE}" checked>', page)
    assert [
        bool(re.search(f'value="{v}" checked>', page)) for v in ("oldest", "ticked", "yes")
    ] == [
        False,
        True,
        True,
    ]
    fresh = get(clerk, PAGES[0]).text
    assert re.search(r'value="oldest" checked>', fresh)
    assert "1,500" not in fresh


@pytest.mark.parametrize(
    ("action", "fields", "wrong"),
    [
        ("deduct", {"amount": "1,500", "reason": "damaged", "note": "as agreed"}, "amount"),
        ("credit", {"amount": "x", "reason": "goodwill", "note": "as agreed"}, "amount"),
        ("ladder", {"policy": "nothing", "why": "a good one"}, "policy"),
    ],
)
def test_what_was_typed_about_a_document_stays_in_its_form_alone(controller, action, fields, wrong):
    page = send(controller, PAGES[1], f"{PAGES[1]}/{action}", **fields)
    assert page.status == 422
    shown = page.text.split(f'/{action}" class=')[1].split("</form>")[0]
    assert f'id="wrong">{wrong.capitalize()}: ' in shown
    for value in fields.values():
        assert f'value="{value}"' in shown or value == "nothing"
    assert page.text.count("<details open>") == page.text.count('id="wrong"') == 1
    assert page.text.count('value="as agreed"') == ("note" in fields)


def test_a_note_on_taking_a_payment_back_stays_with_that_payment(clerk):
    for reference in ("R-1", "R-2"):
        send(clerk, PAGES[0], f"{HERE}/payments", **noted("1.00", reference=reference))
    first, _ = runtime.receivables().payments("acme", ULID)
    path = f"{HERE}/payments/{first.payment_id}/reverse"
    page = send(clerk, PAGES[0], path, reason="because", note="asked by the bank")
    assert (page.status, page.text.count("<details open>")) == (422, 1)
    shown = page.text.split(f'{path}"')[1].split("</form>")[0]
    assert 'value="asked by the bank"' in shown
    assert 'id="wrong">Reason: ' in shown


def test_unapplied_money_is_used_by_one_press_and_taken_back_by_another(clerk):
    send(clerk, PAGES[0], f"{HERE}/payments", **noted(use="nothing"))
    (credit,) = runtime.accounts().account("acme", ULID).credits
    assert send(clerk, PAGES[0], f"{HERE}/credits/{credit.source_id}").status == 303
    assert invoice().open.minor == 4_000
    path = f"{HERE}/payments/{credit.source_id}/reverse"
    assert send(clerk, PAGES[0], path, reason="bounced").status == 303
    assert (invoice().open.minor, invoice().due_on) == (10_000, date(2026, 2, 1))
    assert "returned" in get(clerk, PAGES[0]).text


def test_a_document_is_credited_deducted_and_written_off_by_who_may(clerk, controller):
    page, act = PAGES[1], f"{PAGES[1]}/"
    assert send(clerk, page, f"{act}deduct", amount="10.00", reason="damaged").status == 303
    assert send(clerk, page, f"{act}write-off", reason="insolvent").status == 403
    assert send(controller, page, f"{act}write-off", amount="20", reason="insolvent").status == 303
    assert invoice().open.minor == 7_000
    assert send(controller, page, f"{act}ask-again").status == 303
    assert invoice().open.minor == 9_000
    assert send(clerk, page, f"{act}credit", amount="90.00", reason="return").status == 303
    assert invoice().open.minor == 0


def test_an_untouched_invoice_is_void_by_one_press_and_a_touched_one_says_why_not(clerk):
    page = PAGES[1]
    assert "Void it" in get(clerk, page).text
    send(clerk, page, f"{page}/deduct", amount="10.00", reason="damaged")
    answer = send(clerk, page, f"{page}/void", reason="error")
    assert answer.status == 422
    assert not invoice().voided


def test_a_viewer_sees_both_pages_without_a_form(acme, identity):
    token = identity.mint(operator("acme:viewer"))
    for path in PAGES:
        page = get(token, path)
        assert page.status == 200
        assert "<select" not in page.text
        assert "<script>" not in page.text
    assert post(token, f"{HERE}/payments", csrf="0" * 64).status == 403


@pytest.mark.parametrize("path", [f"{HERE}/documents/nothing", f"{HERE}/nothing"])
def test_what_is_not_there_is_not_found(clerk, path):
    assert get(clerk, path).status == 404


def test_the_pdf_of_a_document_is_led_to_once_it_is_there(clerk):
    place = f"{PAGES[1]}/pdf"
    assert get(clerk, place).status == 404
    assert place not in get(clerk, PAGES[1]).text
    body = {"kind": "document", "entity": "acme", "customer_id": ULID, "document_id": INVOICE}
    hub.invoke(hub.HANDLERS["DOCUMENT"], [json.dumps(body)])
    assert f'href="{place}"' in get(clerk, PAGES[1]).text
    leads = get(clerk, place)
    assert (leads.status, ".pdf" in leads.headers["location"]) == (303, True)


def _credit(token: str) -> str:
    send(token, PAGES[0], f"{HERE}/payments", **noted(use="nothing"))
    (credit,) = runtime.accounts().account("acme", ULID).credits
    return credit.source_id


def test_money_that_waits_goes_back_by_a_form_that_is_confirmed_and_once(controller):
    source = _credit(controller)
    shown = get(controller, PAGES[0])
    request = re.search(r'name="request" value="([0-9a-f]+)"', shown.text)[1]
    fields = {"csrf": csrf(shown), "request": request, "currency": "EUR", "amount": "25.00"}
    place = f"{HERE}/credits/{source}/refund"
    unsure = post(controller, place, **fields)
    assert unsure.status == 422
    assert "tick that the money goes back" in unsure.text
    for _ in range(2):
        assert post(controller, place, **fields, confirmation="yes").status == 303
    (credit,) = runtime.accounts().account("acme", ULID).credits
    assert credit.unapplied.minor == 3_500


def test_a_refund_above_what_waits_is_refused_unless_it_takes_off_what_was_paid(controller):
    send(controller, PAGES[0], f"{HERE}/payments", **noted())
    (payment,) = runtime.receivables().payments("acme", ULID)
    place = f"{HERE}/credits/{payment.payment_id}/refund"
    fields = {"currency": "EUR", "amount": "10.00", "confirmation": "yes"}
    assert send(controller, PAGES[0], place, **fields).status == 422
    assert send(controller, PAGES[0], place, **fields, release="yes").status == 303
    assert invoice().open.minor == 5_000


def test_a_clerk_gives_no_money_back(clerk):
    source = _credit(clerk)
    assert "Give money back" not in get(clerk, PAGES[0]).text
    place = f"{HERE}/credits/{source}/refund"
    said = {"currency": "EUR", "amount": "1.00", "confirmation": "yes"}
    assert send(clerk, PAGES[0], place, **said).status == 403


def test_what_came_in_stands_on_a_page_newest_first_with_what_it_paid(clerk, monkeypatch):
    for day, reference in (("2026-02-27", "R-old"), ("2026-03-01", "R-new")):
        paid = noted("10.00", received_on=day, reference=reference)
        assert send(clerk, PAGES[0], f"{HERE}/payments", **paid).status == 303
    page = get(clerk, "/console/e/acme/payments").text
    assert page.index("R-new") < page.index("R-old")
    assert f"{HERE}/documents/{INVOICE}" in page
    monkeypatch.setattr("functions.operator_api.console.payments._ROWS_SHOWN", 1)
    first = get(clerk, "/console/e/acme/payments").text
    assert ("R-new" in first, "R-old" in first) == (True, False)
    older = re.search(r'href="([^"]*payments\?after=[^"]+)"', first)[1]
    second = get(clerk, older).text
    assert ("R-new" in second, "R-old" in second) == (False, True)
    assert get(clerk, "/console/e/acme/payments?after=x").status == 303


def test_a_task_of_unapplied_money_says_what_waits_after_a_part_of_it_went(controller):
    over = send(controller, PAGES[0], f"{HERE}/payments", **noted("160.00"))
    assert over.status == 303
    assert "Unapplied now: €60.00" in get(controller, "/console/e/acme/tasks").text
    (credit,) = runtime.accounts().account("acme", ULID).credits
    place = f"{HERE}/credits/{credit.source_id}/refund"
    said = {"currency": "EUR", "amount": "45.00", "confirmation": "yes"}
    assert send(controller, PAGES[0], place, **said).status == 303
    assert "Unapplied now: €15.00" in get(controller, "/console/e/acme/tasks").text
