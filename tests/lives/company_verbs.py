"""What the company's people do: clerks and controllers."""

import re
from typing import TYPE_CHECKING, Any

from tests.lives.doing import ask_for_money
from tests.lives.sentences import DAY, MONEY, verb

if TYPE_CHECKING:
    from tests.lives.life import Life


@verb(rf"the clerk holds (?P<numbers>everything|[^:]+?) until {DAY.format('day')}: (?P<reason>.+)")
def holds(life: "Life", numbers: str, day: str, reason: str) -> None:
    named = [] if numbers == "everything" else life.ids(numbers)
    body = {"customer_id": life.customer_id, "reason": reason, "ends_on": day, "documents": named}
    life.api("POST", "holds", body)


@verb(r"the clerk ends the hold")
def ends_hold(life: "Life") -> None:
    hold = life.newest("holds")["hold_id"]
    life.api("POST", f"holds/{hold}/end", {"customer_id": life.customer_id})


@verb(rf"the clerk credits ({MONEY} of )?(?P<number>\S+) for (?P<reason>\w+)")
def credits(life: "Life", number: str, reason: str, amount: str = "", currency: str = "") -> None:
    (document,) = life.ids(number)
    body: dict[str, Any] = {"reason": reason}
    if amount:
        body["amount"] = {"amount": amount, "currency": currency}
    ask_for_money(life, f"invoices/{document}/credit-notes", body)


@verb(r"the clerk voids (?P<number>\S+) for (?P<reason>\w+)")
def voids(life: "Life", number: str, reason: str) -> None:
    (document,) = life.ids(number)
    ask_for_money(life, f"invoices/{document}/void", {"reason": reason})


@verb(r"the clerk writes off (?P<number>\S+)")
def writes_off(life: "Life", number: str) -> None:
    (document,) = life.ids(number)
    ask_for_money(life, f"invoices/{document}/write-off", {"reason": "uncollectible"})


@verb(r"the clerk waives (?P<number>\S+): (?P<note>.+)")
def waives(life: "Life", number: str, note: str) -> None:
    (charge,) = life.ids(number)
    ask_for_money(life, f"charges/{charge}/waive", {"reason": "goodwill", "note": note})


@verb(r"the clerk finishes the task: (?P<note>.+)")
def finishes(life: "Life", note: str) -> None:
    task = life.api("GET", "tasks")["items"][-1]["task_id"]
    life.api("POST", f"tasks/{task}/done", {"note": note})


@verb(r"the controller approves it( for the (?P<tier>agency|lawyer))?")
def approves(life: "Life", tier: str = "") -> None:
    body = {"tier": tier} if tier else {}
    life.api("POST", f"customers/C1/notices/{_waiting_notice(life)}/approve", body)


@verb(r"the controller refuses it: (?P<note>.+)")
def refuses_it(life: "Life", note: str) -> None:
    life.api("POST", f"customers/C1/notices/{_waiting_notice(life)}/refuse", {"note": note})


def _waiting_notice(life: "Life") -> int:
    told = life.api("GET", "customers/C1/timeline")["items"]
    waiting = [e["facts"]["n"] for e in told if e["kind"] == "notice" and e["state"] == "approval"]
    return int(max(waiting))


@verb(rf"the clerk calls: (?P<outcome>\w+)( by {DAY.format('day')})?(: (?P<note>.+))?")
def calls(life: "Life", outcome: str, day: str = "", note: str = "") -> None:
    task = life.api("GET", "calls")["items"][0]["task_id"]
    body = {"outcome": outcome, "note": note} | ({"pays_on": day} if day else {})
    life.api("POST", f"calls/{task}/outcome", body)


@verb(r"the clerk sends the (?P<stage>\w+) by hand")
def sends_by_hand(life: "Life", stage: str) -> None:
    life.api("POST", "customers/C1/remind", {"stage": stage})


@verb(r"the clerk notes that the customer (?P<wish>is internal|wants no reminders)")
def notes_wish(life: "Life", wish: str) -> None:
    words = {"is internal": "internal", "wants no reminders": "no_reminders"}
    life.api("POST", "customers/C1/mail", {"wish": words[wish]})


@verb(r"the controller puts the policy (?P<name>\w+) in force")
def new_policy(life: "Life", name: str) -> None:
    text = life.scenario.policies[name]
    called = re.search(r"(?m)^name: (\S+)", text)
    assert called
    life.api("PUT", f"policies/{called[1]}", text)


@verb(r"the company issues (?P<amount>[\d.]+) (?P<currency>[A-Z]{3}) itself, terms (?P<terms>.+)")
def issues(life: "Life", amount: str, currency: str, terms: str) -> str:
    body = {
        "customer_id": life.customer_id,
        "total": {"amount": amount, "currency": currency},
        "issued_on": str(life.today()),
        "terms": terms,
        "description": "Consulting",
    }
    return str(ask_for_money(life, "invoices", body)["number"])
