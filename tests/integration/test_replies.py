"""What comes back by mail, through the real function: a task, a short hold, or nothing at all."""

from datetime import timedelta

import boto3
import pytest

from shared import runtime
from shared.domain.questions import HOLD_DAYS
from tests.integration import hub
from tests.integration.test_ladder import DUE, live
from tests.support.replies import AWAY, answer, bounce_report, note
from tests.unit.test_decide import LADDER

TO = "answers+demo.c1.1@reply.seller.example"
REMIND = DUE + timedelta(days=7)


@pytest.fixture(autouse=True)
def reminded(table):
    seller = hub.seed(LADDER)
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    hub.add_invoice(seller, whose, "inv2", DUE)
    live(REMIND, seller)
    assert len(hub.sent_mails()) == 1
    return seller


def take(raw: bytes, *, times: int = 1, to: str = TO, **verdicts: str) -> None:
    boto3.client("s3").put_object(Bucket="replies", Key="in/m1", Body=raw)
    done = hub.invoke("functions.mail_reply.handler", [note("m1", to, **verdicts)] * times)
    assert done == {"batchItemFailures": []}


def tasks() -> list[str]:
    return [task.kind for task in runtime.tasks().list_open("demo")]


def holds():
    return runtime.accounts().account("demo", "c1").holds


def test_an_answer_is_a_task_and_a_short_hold_on_what_it_names(reminded):
    take(answer("INV1 was never delivered. Please check.", TO, attach=b"%PDF-1.7 proof"), times=3)
    (task,) = runtime.tasks().list_open("demo")
    assert (task.kind, task.documents) == ("question", ("inv1",))
    assert "never delivered" in task.detail
    (hold,) = holds()
    assert (hold.documents, hold.starts_on) == (("inv1",), REMIND)
    assert hold.ends_on == REMIND + timedelta(days=HOLD_DAYS)
    live(DUE + timedelta(days=14), reminded)
    said = str(hub.sent_mails()[-1].body)
    assert "INV2-FEE" in said
    assert "INV1-FEE" not in said


def test_an_answer_that_names_nothing_is_about_what_the_mail_asked_for(reminded):
    take(answer("We pay next week.", TO))
    (hold,) = holds()
    assert sorted(hold.documents) == ["inv1", "inv2"]


@pytest.mark.parametrize("headers", [AWAY, {"Precedence": "auto_reply"}, {"X-Autoreply": "yes"}])
def test_out_of_office_is_recognised_and_changes_nothing(headers):
    take(answer("I am back on Monday. INV1", TO, "Out of office", headers=headers))
    assert tasks() == []
    assert holds() == ()


def test_an_automatic_answer_that_nobody_works_there_any_more_is_a_task():
    take(answer("Ada no longer works here.", TO, "Automatic reply", headers=AWAY))
    assert tasks() == ["bounce"]
    assert holds() == ()


def test_a_report_of_a_mail_server_is_left_to_the_mail_service():
    take(bounce_report(TO))
    assert tasks() == []
    assert holds() == ()


def test_nothing_is_ever_answered_so_that_no_loop_can_begin():
    loop = {"Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://x/stop>"}
    for round_trip in range(5):
        take(
            answer("INV1", TO, sender="billing@seller.example", headers=loop, name=f"{round_trip}")
        )
        take(answer("Hello?", TO, name=f"p{round_trip}"))
    assert len(hub.sent_mails()) == 1
    assert runtime.accounts().newest_notice("demo", "c1").n == 1


@pytest.mark.parametrize("verdict", ["spamVerdict", "virusVerdict", "dmarcVerdict"])
def test_a_suspicious_mail_is_a_task_but_pauses_nothing(verdict):
    take(answer("INV1 is wrong", TO), **{verdict: "FAIL"})
    assert tasks() == ["question"]
    assert holds() == ()


def test_a_mail_that_names_no_customer_is_a_task_for_somebody():
    take(answer("Hello", "answers@reply.seller.example"), to="answers@reply.seller.example")
    assert tasks() == ["reply"]
    assert holds() == ()


def test_a_note_that_speaks_of_no_mail_is_passed_over():
    done = hub.invoke("functions.mail_reply.handler", ['{"notificationType": "AmazonSnsTest"}'])
    assert done == {"batchItemFailures": []}
    assert tasks() == []
