"""Mails by the operator API and the console: who may, what comes back, what is shown."""

from dataclasses import replace

import pytest

from shared import runtime
from shared.usecases.entities import release
from tests.integration import hub
from tests.integration.test_console import ULID, acme, csrf, get, identity, post
from tests.support.operators import ADMIN, call, operator

__all__ = ("acme", "identity")
OF = f"/entities/acme/customers/{ULID}"


@pytest.fixture
def admin(acme, identity):
    release(runtime.entities(), "acme", None)
    return identity.mint(ADMIN)


def paused() -> None:
    entity = runtime.entities().get("acme")
    runtime.entities().update(replace(entity, mail_paused="bounces"))
    from shared.adapters import keys
    from shared.adapters.table import Put

    place = keys.mail_pause("acme", 0)
    figures = {"sent": 100, "bounced": 9, "complained": 0}
    ends = {"ended_at": "", "ended_by": "", "note": ""}
    began = {"reason": "bounces", "began_at": "2026-03-02T12:00:00Z"}
    runtime.table().write(Put({**place, "type": "MAIL_PAUSE", **began, **figures, **ends}))


def test_a_clerk_reminds_by_hand_and_a_viewer_may_not(admin, identity):
    viewer, clerk = (identity.mint(operator(f"acme:{r}")) for r in ("viewer", "clerk"))
    assert call(viewer, "POST", f"{OF}/remind", {}).status == 403
    made = call(clerk, "POST", f"{OF}/remind", {"stage": "reminder"})
    assert (made.status, made.json["notice"], made.json["stage"]) == (202, 1, "reminder")
    again = call(clerk, "POST", f"{OF}/remind", {"stage": "reminder"})
    assert again.status == 409
    assert call(clerk, "POST", f"{OF}/remind", {"stage": "call"}).status == 409
    hub.relay(runtime.entities().get("acme"))
    hub.drain("NOTICE")
    assert "INV" in hub.sent_mails()[0].body or "01J" in hub.sent_mails()[0].body


def test_a_wish_is_noted_and_shown(admin):
    told = call(admin, "POST", f"{OF}/mail", {"wish": "no_reminders"})
    assert (told.status, told.json["reminders_off_on"]) == (200, "2026-03-02")
    page = get(admin, f"/console/e/acme/customers/{ULID}")
    assert "Wants no reminders by mail since 2 Mar 2026" in page.text
    events = call(admin, "GET", f"{OF}/timeline").json["items"]
    assert [e["title"] for e in events if e["kind"] == "mail"] == ["Wants no reminders by mail"]
    code = csrf(page)
    address = f"/console/e/acme/customers/{ULID}/mail"
    assert post(admin, address, csrf=code, wish="reminders").status == 303
    assert runtime.accounts().customer("acme", ULID).reminders_off_on is None
    assert post(admin, address, csrf=code, wish="nothing").status == 404
    assert call(admin, "POST", f"{OF}/mail", {"wish": "everything"}).status == 422


def test_the_console_reminds_and_says_why_it_does_not(admin):
    page = get(admin, f"/console/e/acme/customers/{ULID}")
    assert "Remind now" in page.text
    address = f"/console/e/acme/customers/{ULID}/remind"
    assert post(admin, address, csrf=csrf(page), stage="reminder").status == 303
    refused = post(admin, address, csrf=csrf(page), stage="reminder")
    assert refused.status == 422
    assert "The same mail was asked for a moment ago" in refused.text


def test_how_mails_fare_is_told_and_a_pause_ends_by_a_named_controller(admin, identity):
    calm = call(admin, "GET", "/entities/acme/mail").json
    assert (calm["paused"], calm["sent"], calm["unknown"], calm["pauses"]) == ("", 0, 0, [])
    paused()
    assert "Mails are paused" in get(admin, "/console/e/acme").text
    clerk = identity.mint(operator("acme:clerk"))
    body = {"note": "old list removed"}
    assert call(clerk, "POST", "/entities/acme/mail/resume", body).status == 403
    assert call(admin, "POST", "/entities/acme/mail/resume", {"note": ""}).status == 422
    after = call(admin, "POST", "/entities/acme/mail/resume", body).json
    assert (after["paused"], after["pauses"][0]["ended_by"]) == ("", "ada")
    assert call(admin, "POST", "/entities/acme/mail/resume", body).status == 409


def test_the_console_ends_a_pause_and_asks_why(admin):
    paused()
    code = csrf(get(admin, "/console/e/acme"))
    assert post(admin, "/console/e/acme/mail", csrf=code, note="").status == 422
    assert post(admin, "/console/e/acme/mail", csrf=code, note="list mended").status == 303
    assert runtime.entities().get("acme").mail_paused == ""
