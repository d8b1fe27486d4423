"""explain and the dry run of a day, as a person reads them."""

import json
import re

import pytest

from infra.cli.errors import Exit
from infra.cli.moments import local, when
from infra.cli.notice_words import became, what
from shared.domain.notice import Channel, DeliveryState

ZERO = {"amount": "0.00", "currency": "EUR"}
PARTS = "open processing credit in_checkout disputed promised planned held free".split()  # noqa: SIM905 - as the table has them
TOLD = {
    "customer_id": "c1",
    "name": "Nordlicht GmbH",
    "on": "2026-03-09",
    "policy": "standard",
    "policy_version": 3,
    "hold_all": False,
    "facts_as_of": "2026-03-09T06:00:12.345678Z",
    "time_zone": "Europe/Berlin",
    "decisions": [
        {
            "action": "send",
            "code": "stage_reached",
            "reason": "INV-1 reached stage first reminder.",
            "documents": ["inv1"],
            "stage": "first_reminder",
            "channel": "email",
            "items": [],
        }
    ],
    "coverage": [{"number": "INV-1", **dict.fromkeys(PARTS, ZERO)}],
    "numbers": {"inv1": "INV-1"},
    "notices": [
        {
            "n": 4,
            "stage": "first_reminder",
            "channel": "email",
            "policy": "standard",
            "policy_version": 3,
            "claimed_at": "2026-03-09T06:00:12.345678Z",
            "state": "sent",
            "documents": ["inv1"],
        }
    ],
    "coming": {"on": "2026-03-16", "stage": "late_fee", "channel": "email", "documents": ["inv1"]},
    "undated": ["settings", "due_dates"],
}


def test_a_past_day_is_told_with_its_facts_what_was_claimed_and_what_came_next(hub, duecourse):
    asked = "/entities/demo/decisions?invoice=INV-1&on=2026-03-09"
    hub.answers["GET", asked] = (200, TOLD)
    code, out, _ = duecourse("explain", "INV-1", "-e", "demo", "--at", "2026-03-09")
    assert code == 0
    at = "2026-03-09 07:00 (Europe/Berlin)"
    assert f"policy standard, version 3; by the facts of {at}" in out
    assert (
        f"No. 4, stage first reminder: an e-mail about INV-1, decided on {at}; it was sent." in out
    )
    assert "stage_reached" in out
    assert "Next, if nothing happens: on 2026-03-16 stage late fee, an e-mail about INV-1." in out
    assert "due dates that the ERP moved later" in out
    words = out.replace("stage_reached", "")  # the code, which stands beside its sentence
    assert not re.search(r"[a-z]_[a-z]|:\d\d[.Z]|email|claimed", words), words
    said = ("explain", "INV-1", "-e", "demo", "--at", "2026-03-09", "--json")
    assert json.loads(duecourse(*said)[1]) == TOLD


UNCHARGED = {"document_id": "inv1", "number": "INV-1", "what": "fee", "code": "first_word"}
UNCHARGED |= {"reason": "No reminder of INV-1 went out before: stage late fee speaks as that one."}
LEFT_OUT = f"No fee on INV-1: {UNCHARGED['reason']} (first_word)"


def test_a_fee_that_is_left_out_is_told_with_why(hub, duecourse):
    hub.answers["GET", "/entities/demo/decisions?invoice=INV-1"] = (
        200,
        TOLD | {"uncharged": [UNCHARGED]},
    )
    code, out, _ = duecourse("explain", "INV-1", "-e", "demo")
    assert (code, LEFT_OUT in out) == (0, True), out
    message = {"name": "Nordlicht GmbH", "stage": "late_fee", "channel": "email", "items": []}
    message |= {"fees": [], "uncharged": [UNCHARGED]}
    page = {
        "on": "2026-03-09",
        "messages": [message],
        "looked_at": 1,
        "candidates": 1,
        "next": None,
    }
    hub.answers["GET", "/entities/demo/dry-run"] = (200, page)
    code, out, _ = duecourse("sweep", "--dry-run", "-e", "demo")
    assert (code, LEFT_OUT in out) == (0, True), out


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_of_a_message_has_words(state):
    assert " " in became(state)


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_has_words(channel):
    assert " " in what(channel)


@pytest.mark.rule("R28")
@pytest.mark.parametrize(
    ("instant", "zone", "shown"),
    [
        ("2026-03-29T00:59:59.999999Z", "Europe/Berlin", "2026-03-29 01:59"),
        ("2026-03-29T01:00:00Z", "Europe/Berlin", "2026-03-29 03:00"),
        ("2026-03-01T23:30:00Z", "Pacific/Kiritimati", "2026-03-02 13:30"),
        ("2026-03-01T23:30:00+00:00", "America/New_York", "2026-03-01 18:30"),
    ],
)
def test_an_instant_is_told_by_the_clocks_of_its_zone_which_is_named(instant, zone, shown):
    assert local(instant, zone) == f"{shown} ({zone})"


def test_a_day_on_which_nothing_was_open_says_so(hub, duecourse):
    nothing = {**TOLD, "decisions": [], "coverage": [], "notices": [], "coming": None}
    hub.answers["GET", "/entities/demo/decisions?customer=C-7"] = (200, nothing)
    code, out, _ = duecourse("explain", "C-7", "-e", "demo")
    assert (code, "Nothing was open then" in out, "Next" in out) == (0, True, False)


def test_who_is_neither_invoice_nor_customer_is_named(hub, duecourse):
    code, out, err = duecourse("explain", "X-1", "-e", "demo")
    assert (code, out) == (Exit.REFUSED, "")
    assert "X-1: no invoice or customer of demo" in err


@pytest.mark.parametrize(
    ("at", "asked"),
    [
        (None, {"at": None}),
        ("2026-03-01", {"on": "2026-03-01"}),
        ("2026-03-01T12:00:00Z", {"at": "2026-03-01T12:00:00Z"}),
        ("2026-13-01", {"at": "2026-13-01"}),
    ],
)
def test_a_day_and_an_instant_are_told_apart(at: str | None, asked: dict[str, str | None]):
    assert when(at) == asked


def test_a_dry_run_of_a_day_asks_for_the_day(hub, duecourse):
    page = {"on": "2026-03-01", "messages": [], "looked_at": 3, "candidates": 3, "next": None}
    hub.answers["GET", "/entities/demo/dry-run?on=2026-03-01"] = (200, page)
    code, _, err = duecourse("sweep", "-e", "demo", "--dry-run", "--at", "2026-03-01")
    assert (code, "3 customers looked at" in err) == (0, True)
    assert "facts are old" not in err


def test_a_dry_run_says_that_it_waits_for_the_facts_of_the_erp(hub, duecourse):
    page = {"on": "2026-03-02", "messages": [], "looked_at": 3, "candidates": 3, "next": None}
    old = "books: as of 2026-03-01T00:00:00Z"
    hub.answers["GET", "/entities/demo/dry-run"] = (200, page | {"erp_stale": old})
    code, _, err = duecourse("sweep", "-e", "demo", "--dry-run")
    assert (code, old in err) == (0, True)
    past = page | {"erp_stale": old, "undated": ["settings"]}
    hub.answers["GET", "/entities/demo/dry-run?on=2026-03-02"] = (200, past)
    code, _, err = duecourse("sweep", "-e", "demo", "--dry-run", "--at", "2026-03-02")
    assert (code, "facts were old" in err) == (0, True)
