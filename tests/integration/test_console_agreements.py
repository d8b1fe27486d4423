"""The console's page of agreements: made by form once, ended and decided there, told if not."""

import re
from datetime import timedelta

import pytest

from shared import runtime
from shared.domain.mandate import Mandate, Method
from tests.integration.test_console import ULID, acme, csrf, get, identity, post
from tests.support.operators import call, operator

__all__ = ["acme", "identity"]
HERE = f"/console/e/acme/customers/{ULID}"
PAGE = f"{HERE}/agreements"
INVOICE = "01J" + "B" * 23


@pytest.fixture
def clerk(acme, identity):
    return identity.mint(operator("acme:clerk"))


def send(token, path, **fields):
    shown = get(token, PAGE)
    request = re.search(r'name="request" value="([0-9a-f]+)"', shown.text)
    hidden = {"csrf": csrf(shown), "request": request[1]}
    return post(token, f"{HERE}/{path}", **(hidden | fields))


def account():
    return runtime.accounts().account("acme", ULID)


def soon(days=3):
    return (runtime.now().business.date() + timedelta(days=days)).isoformat()


FORMS = {
    "promises": {"pays_on": soon, "amount": "5.00"},
    "disputes": {"reason": "price", "text": "Too dear.", "amount": "5.00"},
    "plans": {"parts": "3", "pace": "weekly", "first_on": soon, "consent": "By phone."},
    "pauses": {"why": "talks", "ends_on": soon},
}
KEPT = {"promises": "promises", "disputes": "disputes", "plans": "plans", "pauses": "holds"}


def filled(what):
    fields = {k: v() if callable(v) else v for k, v in FORMS[what].items()}
    return fields | {"document": INVOICE}


def live(what):
    return getattr(account(), KEPT[what])


@pytest.mark.parametrize("what", FORMS)
def test_a_form_sent_twice_makes_one_and_the_page_shows_it(clerk, what):
    shown = get(clerk, PAGE)
    request = re.search(r'name="request" value="([0-9a-f]+)"', shown.text)
    fields = filled(what) | {"csrf": csrf(shown), "request": request[1]}
    answers = [post(clerk, f"{HERE}/{what}", **fields) for _ in range(2)]
    assert [(a.status, a.headers.get("location")) for a in answers] == [(303, PAGE)] * 2
    (made,) = live(what)
    assert made.documents == (INVOICE,)
    assert get(clerk, PAGE).status == 200


@pytest.mark.parametrize("what", ["promises", "plans", "pauses"])
def test_what_runs_can_be_ended_once(clerk, what):
    send(clerk, what, **filled(what))
    (made,) = live(what)
    named = getattr(made, {"promises": "promise_id", "plans": "plan_id"}.get(what, "hold_id"))
    assert send(clerk, f"{what}/{named}").status == 303
    assert not [one for one in live(what) if what != "pauses" or one.ended_on is None]
    assert send(clerk, f"{what}/{named}").status in (404, 422)


def test_a_dispute_is_decided_and_what_was_lost_leads_to_its_credit_note(clerk):
    send(clerk, "disputes", **filled("disputes"))
    (made,) = live("disputes")
    path = f"disputes/{made.dispute_id}"
    assert send(clerk, path, outcome="maybe").status == 422
    assert send(clerk, path, outcome="lost", answer="You are right.").status == 303
    page = get(clerk, PAGE).text
    assert "You are right." in page
    assert f"{HERE}/documents/{INVOICE}" in page
    assert "credit" in [task.kind for task in runtime.tasks().list_open("acme")]


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("promises", {"pays_on": "soon"}),
        ("promises", {"amount": "99999.00"}),
        ("disputes", {"reason": "whim"}),
        ("disputes", {"line": "x"}),
        ("plans", {"parts": "99"}),
        ("plans", {"consent": ""}),
        ("pauses", {"why": "x"}),
        ("pauses", {"ends_on": "2020-01-01"}),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(clerk, what, wrong):
    answer = send(clerk, what, **(filled(what) | wrong))
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    assert live(what) == ()


def test_a_viewer_sees_and_changes_nothing(acme, identity):
    token = identity.mint(operator("acme:viewer"))
    page = get(token, PAGE)
    assert page.status == 200
    assert "<form" not in page.text.split("<main")[1]
    for what in FORMS:
        assert post(token, f"{HERE}/{what}", csrf=csrf(page), **filled(what)).status == 403
        assert live(what) == ()


def test_what_was_typed_into_a_form_that_is_refused_stays_in_it(clerk):
    fields = filled("disputes") | {"amount": "9999.00", "reason": "quality"}
    page = send(clerk, "disputes", **fields)
    assert page.status == 422
    assert 'value="9999.00"' in page.text
    assert 'value="Too dear."' in page.text
    assert '<option value="quality" selected>' in page.text
    assert f'value="{INVOICE}" checked' in page.text
    assert page.text.count("<details open>") == 1
    assert re.search(r'id="disputes-amount"[^>]*aria-invalid="true"', page.text)
    assert page.text.count('id="wrong"') == 1


def test_an_answer_that_is_too_long_is_still_there_to_be_shortened(clerk):
    send(clerk, "disputes", **filled("disputes"))
    (made,) = live("disputes")
    page = send(clerk, f"disputes/{made.dispute_id}", outcome="maybe", answer="We looked.")
    assert page.status == 422
    assert (
        f'id="answer-{made.dispute_id}" name="answer" maxlength="2000" value="We looked."'
        in page.text
    )


def test_a_dispute_that_is_decided_is_no_task_any_more(clerk):
    send(clerk, "disputes", **filled("disputes"))
    (made,) = live("disputes")
    assert made.dispute_id in {task.task_id for task in runtime.tasks().list_open("acme")}
    send(clerk, f"disputes/{made.dispute_id}", outcome="won", answer="It is right.")
    assert made.dispute_id not in {task.task_id for task in runtime.tasks().list_open("acme")}


def test_automatic_payment_is_shown_told_and_turned_off(clerk, acme):
    entity, today = runtime.accounts().entity("acme"), runtime.now().business.date()
    card = Method("cus_1", "pm_1", "card", "visa", "4242")
    given = Mandate("0" * 26, "EUR", runtime.now().wall, "customer", given_on=today, method=card)
    runtime.mandates().ask(entity, ULID, given, runtime.now().wall)
    told = call(clerk, "GET", f"/entities/acme/mandates?customer={ULID}").json["items"]
    assert [(m["account"], m["ended_on"]) for m in told] == [("Visa ••4242", None)]
    assert call(clerk, "GET", f"/entities/acme/collections?customer={ULID}").json == {"items": []}
    assert "Visa ••4242" in get(clerk, PAGE).text
    ended = send(clerk, f"mandates/{given.mandate_id}")
    assert (ended.status, ended.headers["location"]) == (303, PAGE)
    (mandate,) = runtime.mandates().of("acme", ULID)
    assert (mandate.ended_on, mandate.ended_why) == (today, "by_operator")
    assert "by operator" in get(clerk, PAGE).text
    again = call(
        clerk, "POST", f"/entities/acme/mandates/{given.mandate_id}/end", {"customer_id": ULID}
    )
    assert again.status == 409
