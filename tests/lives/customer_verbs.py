"""What the customer says: promises, disputes, questions, replies, wishes."""

import re
from typing import TYPE_CHECKING, Any

from tests.lives.doing import ask_for_money, enter
from tests.lives.sentences import DAY, MONEY, verb
from tests.support.replies import AWAY

if TYPE_CHECKING:
    from tests.lives.life import Life


@verb(rf"promises ({MONEY} of )?(?P<numbers>.+) by {DAY.format('day')}")
def promises(life: "Life", numbers: str, day: str, amount: str = "", currency: str = "") -> None:
    body: dict[str, Any] = {"customer_id": life.customer_id, "documents": life.ids(numbers)}
    body["pays_on"] = day
    if amount:
        body["amount"] = {"amount": amount, "currency": currency}
    life.api("POST", "promises", body)


@verb(r"takes the promise back")
def takes_promise_back(life: "Life") -> None:
    promise = life.newest("promises")["promise_id"]
    life.api("POST", f"promises/{promise}/withdraw", {"customer_id": life.customer_id})


@verb(
    rf"disputes ({MONEY} of )?(line (?P<line>\d+) of )?(?P<numbers>[^:]+?) for (?P<reason>\w+)"
    r"(: (?P<text>.+))?"
)
def disputes(life: "Life", numbers: str, reason: str, text: str = "", line: str = "0",
             amount: str = "", currency: str = "") -> None:  # fmt: skip
    body: dict[str, Any] = {
        "customer_id": life.customer_id,
        "documents": life.ids(numbers),
        "reason": reason,
        "text": text,
        "line": int(line),
    }
    if amount:
        body["amount"] = {"amount": amount, "currency": currency}
    life.api("POST", "disputes", body)


@verb(r"the dispute is (?P<outcome>won|lost|withdrawn)(: (?P<answer>.+))?")
def dispute_ends(life: "Life", outcome: str, answer: str = "") -> None:
    dispute = life.newest("disputes")["dispute_id"]
    body = {"customer_id": life.customer_id, "outcome": outcome, "answer": answer}
    life.api("POST", f"disputes/{dispute}/close", body)


@verb(r"asks about (?P<numbers>[^:]+): (?P<text>.+)")
def asks(life: "Life", numbers: str, text: str) -> None:
    fields = [("document", d) for d in life.ids(numbers)]
    answer = enter(life).post("/questions", [*fields, ("question", text)])
    assert answer.status == 303, answer.text[:500]


@verb(rf"agrees to pay (?P<numbers>.+) in (?P<parts>\d+) parts from {DAY.format('day')}")
def agrees(life: "Life", numbers: str, parts: str, day: str) -> None:
    body = {
        "customer_id": life.customer_id,
        "documents": life.ids(numbers),
        "parts": int(parts),
        "first_on": day,
        "consent": "agreed by phone",
    }
    ask_for_money(life, "plans", body)


@verb(r"stops the reminders by the link of the last mail")
def stops(life: "Life") -> None:
    link = re.findall(r"https?://\S+/stop", life.hub.mails()[-1]["text"])[-1]
    assert life.hub.request("GET", link).status == 200
    done = life.hub.request("POST", link, headers={"origin": life.hub.url})
    assert done.status == 200, done.text[:300]


@verb(r"replies to the last mail: (?P<text>.+)")
def replies(life: "Life", text: str) -> None:
    last = life.hub.mails()[-1]
    life.hub.answer(text, last, {})


@verb(r"an out-of-office answer comes to the last mail")
def is_away(life: "Life") -> None:
    last = life.hub.mails()[-1]
    life.hub.answer("I am away until Monday.", last, AWAY)
