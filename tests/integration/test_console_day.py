"""The console's page of a day: the account, the decision and the notices by that day's facts."""

import re
from datetime import timedelta

import pytest

from tests.integration.test_console import get, identity
from tests.integration.test_explained_days import DUE, REMINDED, live, seller
from tests.support.operators import call, operator

__all__ = ["identity", "seller"]
PAGE = "/console/e/demo/customers/c1/day"


@pytest.fixture
def viewer(identity, seller):
    """Somebody who looks a fortnight after the reminder went out."""
    live(seller, -5, 7, 21)
    return identity.mint(operator("demo:viewer"))


def shown(token, day, **more):
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return get(token, f"{PAGE}?on={day}{query}")


def test_a_past_day_is_told_by_its_own_facts_and_names_what_was_claimed_then(viewer):
    page = shown(viewer, REMINDED)
    assert page.status == 200
    assert "What was said on 9 March 2026" in page.text
    assert "reminder, no. 2" in page.text
    assert "stage_reached" in page.text
    before = shown(viewer, REMINDED - timedelta(days=1)).text
    assert "reminder, no. 2" not in before
    assert "stage_reached" not in before
    assert "INV1" in before


def test_before_the_hub_heard_of_anything_nothing_was_open(viewer):
    page = shown(viewer, DUE - timedelta(days=60))
    assert "Nothing was open, so nothing was said." in page.text
    assert "INV1" not in page.text


def test_a_day_to_come_says_whose_facts_it_is_told_by(viewer):
    page = shown(viewer, DUE + timedelta(days=90))
    assert "What will be said" in page.text
    assert "By the facts that stand now, if nothing happens before." in page.text


def test_it_is_narrowed_to_a_document_and_its_page_leads_there(viewer):
    page = shown(viewer, REMINDED, document="inv1")
    assert "The account: INV1" in page.text
    leads = get(viewer, "/console/e/demo/customers/c1/documents/inv1").text
    assert f'action="{PAGE}"' in leads
    assert 'name="document" value="inv1"' in leads
    assert shown(viewer, REMINDED, document="nothing").status == 404


def test_a_notice_is_shown_as_it_was_sent_without_the_secret_of_its_link(viewer):
    assert 'href="/console/e/demo/customers/c1/notices/2"' in shown(viewer, REMINDED).text
    page = get(viewer, "/console/e/demo/customers/c1/notices/2")
    assert page.status == 200
    assert "ap@nordlicht.example" in page.text
    assert "INV1" in page.text.partition("As it was sent")[2]
    assert not re.search(r"/l/[A-Za-z0-9_-]{20}", page.text)
    assert "Nothing was sent" in get(viewer, "/console/e/demo/customers/c1/notices/3").text


def test_the_interface_tells_a_notice_as_the_page_does(viewer):
    told = call(viewer, "GET", "/entities/demo/customers/c1/notices/2/message")
    assert told.status == 200
    said = told.json
    assert (said["notice"], said["stage"], said["state"]) == (2, "reminder", "sent")
    assert said["to"] == ["ap@nordlicht.example"]
    assert "INV1" in said["subject"]
    assert "INV1" in said["text"]
    assert said["html"].startswith("<!doctype html>")
    assert not re.search(r"/l/[A-Za-z0-9_-]{20}", told.text)
    assert [item["number"] for item in said["items"] if item["asked"]] == ["INV1"]
    unsent = call(viewer, "GET", "/entities/demo/customers/c1/notices/3/message").json
    assert (unsent["subject"], unsent["text"], unsent["letter_url"]) == ("", "", "")
    assert call(viewer, "GET", "/entities/demo/customers/c1/notices/99/message").status == 404


@pytest.mark.parametrize("n", ["0", "99", "-1", "x", "1" * 9])
def test_there_is_no_page_of_a_notice_that_never_was(viewer, n):
    assert get(viewer, f"/console/e/demo/customers/c1/notices/{n}").status == 404


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_what_is_no_day_is_said_beside_todays(viewer, day):
    page = shown(viewer, day)
    assert page.status == 422
    assert 'role="alert"' in page.text


def test_nobody_elses_customer_is_told_of(identity, viewer):
    stranger = identity.mint(operator("other:admin"))
    assert shown(stranger, REMINDED).status == 404
    assert get(viewer, PAGE.replace("/c1/", "/c2/")).status == 404
