"""Questions in the portal: a task for a person, and a pause."""

from datetime import timedelta

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Table
from shared.domain.customer import Customer
from tests.integration.portal.people import D1, signed_in


def test_a_question_is_a_task_and_a_pause_and_asked_twice_is_one(
    payer: Customer, table: Table
) -> None:
    browser = signed_in(payer)
    page = browser.get(f"/p/demo/questions?invoice={D1}")["body"]
    assert f'value="{D1}" checked' in page
    fields = [("document", D1), ("question", "Which order is this?\r\n<b>‮")]
    for _ in range(2):
        answer = browser.submit(page, "/p/demo/questions", fields)
        assert answer["headers"]["location"] == "/p/demo/questions?sent=1"
    assert browser.get("/p/demo/questions?sent=1")["statusCode"] == 200
    (question,) = runtime.questions().of("demo", payer.customer_id)
    assert question.text == "Which order is this?\n<b>"
    (task,) = runtime.tasks().list_open("demo")
    assert (task.kind, task.documents) == ("question", (D1,))
    (hold,) = runtime.accounts().account("demo", payer.customer_id).holds
    assert hold.documents == (D1,)
    assert hold.ends_on == hold.starts_on + timedelta(days=7)
    ends = hold.ends_on + timedelta(days=1)
    tickets = list(table.query(keys.ticket_partition("demo", 0)))
    assert any(t["sk"].startswith(ends.isoformat()) for t in tickets)
    assert "your question is with us" in browser.get("/p/demo")["body"]


@pytest.mark.parametrize("text", ["", "   \n", "x" * 2001])
def test_an_empty_or_endless_question_is_explained_and_kept(payer: Customer, text: str) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo/questions")["body"]
    answer = browser.submit(page, "/p/demo/questions", [("question", text)])
    assert answer["statusCode"] == 422
    assert 'aria-invalid="true"' in answer["body"]
    assert text.strip() in answer["body"]
