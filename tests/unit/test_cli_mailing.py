"""The commands about mails: what they ask for, and what they say."""

import json

HEALTH = {
    "paused": "bounces",
    "days": 7,
    "sent": 100,
    "bounced": 9,
    "complained": 0,
    "unknown": 1,
    "pauses": [
        {
            "reason": "bounces",
            "began_at": "2026-03-02T12:00:00Z",
            "ended_at": None,
            "ended_by": "",
            "note": "",
        }
    ],
}


def ahead(**more):
    item = {"number": "INV-1", "payable": {"amount": "120.00", "currency": "EUR"}}
    told = {"customer": "Nord", "stage": "late_fee", "words": "late fee", "items": [item]}
    return told | {"fees": [], "uncharged": []} | more


def test_remind_says_what_it_asks_for_and_charges_and_sends_that(hub, duecourse):
    place = "/entities/demo/customers/C-7/remind"
    fee = {"number": "INV-1-FEE", "amount": {"amount": "40.00", "currency": "EUR"}}
    hub.answers["POST", f"{place}-preview"] = 200, ahead(fees=[fee])
    hub.answers["POST", place] = 202, {"notice": 3, "stage": "late_fee", "by": "ada"}
    asked = ("remind", "C-7", "--document", "d1", "--with-fee", "--entity", "demo")
    code, _, err = duecourse(*asked, "-y")
    assert code == 0
    sent = {"stage": "late_fee", "documents": ["d1"], "with_fee": True}
    assert json.loads(hub.asked[-1][2]) == sent
    said = " ".join(err.split())
    assert "Stage late fee to Nord: asks for INV-1, 120.00 EUR." in said
    assert "It charges 40.00 EUR (INV-1-FEE)." in said
    assert "Notice 3, late_fee, goes out now in the name of ada." in said
    before = len(hub.asked)
    assert duecourse(*asked)[0] == 2  # nobody is here to answer
    assert [path for _, path, _ in hub.asked[before:]] == [f"{place}-preview"]


def test_remind_says_which_fee_is_left_out_and_why(hub, duecourse):
    place = "/entities/demo/customers/C-7/remind"
    left = {"what": "fee", "number": "INV-1", "reason": "Not with the first word.", "code": "x"}
    hub.answers["POST", f"{place}-preview"] = 200, ahead(uncharged=[left])
    _, _, err = duecourse("remind", "C-7", "--entity", "demo")
    said = " ".join(err.split())
    assert "It charges nothing. No fee on INV-1: Not with the first word." in said


def test_status_shows_figures_and_pauses(hub, duecourse):
    hub.answers["GET", "/entities/demo/mail"] = 200, HEALTH
    code, out, _ = duecourse("mail", "status", "--entity", "demo")
    assert code == 0
    for words in ("bounces", "100", "unknown"):
        assert words in out


def test_resume_takes_a_reason(hub, duecourse):
    hub.answers["POST", "/entities/demo/mail/resume"] = 200, HEALTH
    code, _, _ = duecourse("mail", "resume", "--note", "mended", "--entity", "demo", "-y")
    assert code == 0
    assert json.loads(hub.asked[-1][2]) == {"note": "mended"}


def test_a_wish_is_one_of_those_there_are(hub, duecourse):
    hub.answers["POST", "/entities/demo/customers/C-7/mail"] = 200, {}
    assert duecourse("mail", "wish", "C-7", "no-reminders", "--entity", "demo")[0] == 0
    assert json.loads(hub.asked[-1][2]) == {"wish": "no_reminders"}
    code, _, err = duecourse("mail", "wish", "C-7", "everything", "--entity", "demo")
    assert code == 2
    assert "no-reminders" in err
