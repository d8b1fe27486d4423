"""On the deployed template: a payer answers a mail, and a person has a task and time to look."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import urllib3

from tests.support.company import Company
from tests.support.stack import Hub

pytestmark = pytest.mark.cloud
_HTTP = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(60))


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    """A company whose one customer was mailed about two invoices."""
    hub.move_clock(datetime(2026, 3, 9, 8, tzinfo=UTC))
    with Company.open(hub, "answers") as company:
        company.seed(1, 2, "2026-02-01", "2026-03-09")
        company.release()
        company.sweep_report(company.sweep())
        yield company


def reply(hub: Hub, mail: dict[str, Any], **said: Any) -> None:
    """Answer mail in the mailbox, and wait until the hub has done with it."""
    address = f"{hub.mail_url}/api/messages/{mail['id']}/reply"
    answered = _HTTP.request("POST", address, json=said)
    assert answered.status == 200, answered.data
    hub.idle()


def test_an_answer_is_a_task_with_a_hold_and_a_machine_changes_nothing(
    hub: Hub, company: Company
) -> None:
    (mail,) = company.mailed(1)
    assert mail["reply_to"][0].startswith("answers+answers.")
    away = {"Auto-Submitted": "auto-replied"}
    reply(hub, mail, text="Back on Monday. ANSWERS-1-1", headers=away)
    assert company.tasks() == []
    proof = {"filename": "note.pdf", "content_type": "application/pdf"}
    file = proof | {"data": base64.b64encode(b"%PDF-1.7").decode()}
    reply(hub, mail, text="ANSWERS-1-1 never came.", attachments=[file])
    (task,) = company.tasks()
    assert task["kind"] == "question"
    assert "never came" in json.dumps(task)
    (hold,) = hub.api("GET", f"{company.path}/holds")["items"]
    assert (hold["reason"], len(hold["documents"])) == ("question", 1)
    assert len(company.mailed(1)) == 1, "nothing is ever answered"
