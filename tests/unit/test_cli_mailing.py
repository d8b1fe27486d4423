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


def test_remind_names_stage_and_documents(hub, duecourse):
    place = "/entities/demo/customers/C-7/remind"
    hub.answers["POST", place] = 202, {"notice": 3, "stage": "reminder", "by": "ada"}
    asked = ("remind", "C-7", "--stage", "reminder", "--document", "d1", "--entity", "demo", "-y")
    code, _, err = duecourse(*asked)
    assert code == 0
    assert json.loads(hub.asked[-1][2]) == {"stage": "reminder", "documents": ["d1"]}
    assert "Notice 3, reminder, goes out now in the name of ada." in err


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
