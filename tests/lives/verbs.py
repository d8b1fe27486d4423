"""The sentences that a scenario may say, and what each does to the hub from outside.

A sentence that begins with `in vain: ` must be refused by the hub.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.support.payer import Payer, link_in
from tests.support.replies import AWAY

if TYPE_CHECKING:
    from tests.lives.life import Life

_VERBS: list[tuple[re.Pattern[str], Callable[..., Any]]] = []
_MONEY = r"(?P<amount>[\d.]+) (?P<currency>[A-Z]{3})"
_DAY = r"(?P<{}>\d{{4}}-\d\d-\d\d)"


def carry_out(life: "Life", said: str) -> None:
    """Do what a sentence says and note it. Raises LookupError for one that nobody knows."""
    vain = said.startswith("in vain: ")
    sentence = said.removeprefix("in vain: ")
    known = ((act, pattern.fullmatch(sentence)) for pattern, act in _VERBS)
    found = next(((act, match) for act, match in known if match), None)
    if found is None:
        raise LookupError(f"nobody knows how to: {sentence}")
    act, match = found
    try:
        told = act(life, **{k: v for k, v in match.groupdict().items() if v is not None})
    except Exception as exc:
        if not vain or type(exc).__name__ != "Refused":
            raise
        told = "refused"
    else:
        assert not vain, f"was not refused: {sentence}"
    life.happened.append((life.hub.now, sentence + (f" [{told}]" if told else "")))


def verb(pattern: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function what a sentence of that pattern does; its groups are the arguments."""

    def known(act: Callable[..., Any]) -> Callable[..., Any]:
        _VERBS.append((re.compile(pattern), act))
        return act

    return known


# ---- Money ----


@verb(rf"pays {_MONEY}( of (?P<numbers>[^ ]+( and [^ ]+)*))? by bank( with a receipt)?")
def pays_by_bank(life: "Life", amount: str, currency: str, numbers: str = "") -> None:
    parts: list[dict[str, Any]] = []
    money = {"amount": amount, "currency": currency}
    wanted = numbers.split(" and ") if numbers else []
    for number in wanted:
        name, _, part = number.partition("/")
        one: dict[str, Any] = {"document": name}
        if part:
            one["instalment"] = int(part)
        if len(wanted) == 1:
            one["amount"] = money
        parts.append(one)
    _pay(life, money, parts)


@verb(
    rf"pays {_MONEY} by bank, of which {_MONEY.replace('amount', 'used').replace('currency', '_c')}"
    r" of (?P<number>\S+)"
)
def pays_too_much(
    life: "Life", amount: str, currency: str, used: str, _c: str, number: str
) -> None:
    part = {"document": number, "amount": {"amount": used, "currency": currency}}
    _pay(life, {"amount": amount, "currency": currency}, [part])


@verb(rf"pays {_MONEY} by bank to close (?P<number>\S+)")
def pays_to_close(life: "Life", amount: str, currency: str, number: str) -> None:
    _pay(life, {"amount": amount, "currency": currency}, [{"document": number}])


@verb(r"the clerk uses the money that waits for (?P<number>\S+)")
def use_money(life: "Life", number: str) -> None:
    credits = life.api("GET", f"customers/{life.customer_id}/credits")["items"]
    source = credits[0]
    path = f"customers/{life.customer_id}/credits/{source['source_id']}/allocate"
    _money(life, path, {"parts": [{"document": number}]})


def _pay(life: "Life", money: dict[str, str], parts: list[dict[str, Any]]) -> None:
    body = {"amount": money, "received_on": str(life.today()), "parts": parts}
    made = _money(life, f"customers/{life.customer_id}/payments", body)
    life.notes["payment"] = made["payment_id"]


def _money(life: "Life", path: str, body: dict[str, Any]) -> Any:
    return life.hub.api_keyed(life.request_name(), "POST", f"{life.path}/{path}", body)


@verb(r"the bank takes the payment back")
def takes_back(life: "Life") -> None:
    _money(life, f"payments/{life.notes['payment']}/reverse", {"reason": "bounced"})


@verb(r"pays (?P<what>everything|\S+) online by (?P<how>card|debit)")
def pays_online(life: "Life", what: str, how: str) -> None:
    page = _page(life, what)
    life.notes["page"] = page
    life.hub.pay(page, by_debit=how == "debit")


@verb(r"opens the page to pay (?P<what>everything|\S+) and leaves it")
def opens_page(life: "Life", what: str) -> None:
    life.notes["page"] = _page(life, what)


def _page(life: "Life", what: str) -> str:
    payer = _enter(life)
    documents = payer.documents() if what == "everything" else life.ids(what)
    return payer.checkout(*documents)


def _enter(life: "Life") -> Payer:
    """Open the account by the link of the newest mail that has one."""
    linked = [m for m in life.hub.mails() if "/l/" in m["text"]]
    return Payer.enter(life.hub, link_in(linked[-1]))


@verb(r"the debit (?P<how>comes in|fails)")
def debit_ends(life: "Life", how: str) -> None:
    session = life.notes["page"].rpartition("/")[2]
    won = how == "comes in"
    life.hub.gateway.settle(session, "succeeded" if won else "requires_payment_method")
    life.hub.webhooks()


@verb(r"the payer's bank (?:returns the debit|disputes the card payment)")
def money_back(life: "Life") -> None:
    life.hub.gateway.open_dispute(life.notes["page"].rpartition("/")[2])
    life.hub.webhooks()


@verb(r"the card dispute is (?P<how>won|lost)")
def card_dispute_ends(life: "Life", how: str) -> None:
    life.hub.gateway.decide_dispute(life.notes["page"].rpartition("/")[2], won=how == "won")
    life.hub.webhooks()


# ---- Automatic payment ----


@verb(r"turns automatic payment on with (?:a card|a bank (?P<account>account))")
def turns_autopay_on(life: "Life", account: str = "") -> None:
    asked = _signed_in(life).post("/autopay", [])
    assert asked.status == 303, asked.text[:500]
    page = asked.headers["location"]
    life.hub.gateway.give_leave(page.rpartition("/")[2], account or "card")
    life.hub.webhooks()


@verb(r"turns automatic payment off")
def turns_autopay_off(life: "Life") -> None:
    payer = _signed_in(life)
    (mandate,) = re.findall(r'name="mandate" value="(\w+)"', payer.get("/autopay").text)
    assert payer.post("/autopay/end", [("mandate", mandate)]).status == 303


@verb(r"the bank refuses what is taken: (?P<why>\w+)")
def bank_refuses(life: "Life", why: str) -> None:
    life.hub.gateway.refuses = why


@verb(r"the bank pays what is taken again")
def bank_pays(life: "Life") -> None:
    life.hub.gateway.refuses = ""


@verb(r"what was taken from the account (?P<how>comes in|fails)")
def taking_ends(life: "Life", how: str) -> None:
    life.hub.gateway.end_takings(won=how == "comes in")
    life.hub.webhooks()


def _signed_in(life: "Life") -> Payer:
    """Confirm who one is, by the link that is mailed for it."""
    asked = _enter(life).post("/sign-in", [])
    assert asked.status == 303, asked.text[:500]
    life.hub.deliver()
    link = re.findall(r"https?://\S+/s/\S+", life.hub.mails()[-1]["text"])[-1]
    return Payer.enter(life.hub, link)


# ---- What the customer says ----


@verb(rf"promises ({_MONEY} of )?(?P<numbers>.+) by {_DAY.format('day')}")
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
    rf"disputes ({_MONEY} of )?(line (?P<line>\d+) of )?(?P<numbers>[^:]+?) for (?P<reason>\w+)"
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
    answer = _enter(life).post("/questions", [*fields, ("question", text)])
    assert answer.status == 303, answer.text[:500]


@verb(rf"agrees to pay (?P<numbers>.+) in (?P<parts>\d+) parts from {_DAY.format('day')}")
def agrees(life: "Life", numbers: str, parts: str, day: str) -> None:
    body = {
        "customer_id": life.customer_id,
        "documents": life.ids(numbers),
        "parts": int(parts),
        "first_on": day,
        "consent": "agreed by phone",
    }
    _money(life, "plans", body)


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


# ---- What the company's people do ----


@verb(rf"the clerk holds (?P<numbers>everything|[^:]+?) until {_DAY.format('day')}: (?P<reason>.+)")
def holds(life: "Life", numbers: str, day: str, reason: str) -> None:
    named = [] if numbers == "everything" else life.ids(numbers)
    body = {"customer_id": life.customer_id, "reason": reason, "ends_on": day, "documents": named}
    life.api("POST", "holds", body)


@verb(r"the clerk ends the hold")
def ends_hold(life: "Life") -> None:
    hold = life.newest("holds")["hold_id"]
    life.api("POST", f"holds/{hold}/end", {"customer_id": life.customer_id})


@verb(rf"the clerk credits ({_MONEY} of )?(?P<number>\S+) for (?P<reason>\w+)")
def credits(life: "Life", number: str, reason: str, amount: str = "", currency: str = "") -> None:
    (document,) = life.ids(number)
    body: dict[str, Any] = {"reason": reason}
    if amount:
        body["amount"] = {"amount": amount, "currency": currency}
    _money(life, f"invoices/{document}/credit-notes", body)


@verb(r"the clerk voids (?P<number>\S+) for (?P<reason>\w+)")
def voids(life: "Life", number: str, reason: str) -> None:
    (document,) = life.ids(number)
    _money(life, f"invoices/{document}/void", {"reason": reason})


@verb(r"the clerk writes off (?P<number>\S+)")
def writes_off(life: "Life", number: str) -> None:
    (document,) = life.ids(number)
    _money(life, f"invoices/{document}/write-off", {"reason": "uncollectible"})


@verb(r"the clerk waives (?P<number>\S+): (?P<note>.+)")
def waives(life: "Life", number: str, note: str) -> None:
    (charge,) = life.ids(number)
    _money(life, f"charges/{charge}/waive", {"reason": "goodwill", "note": note})


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


@verb(rf"the clerk calls: (?P<outcome>\w+)( by {_DAY.format('day')})?(: (?P<note>.+))?")
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
    return str(_money(life, "invoices", body)["number"])


# ---- The ERP, the mail, the weather ----


@verb(r"the ERP corrects (?P<number>\S+) to (?P<amount>[\d.]+) EUR")
def corrects(life: "Life", number: str, amount: str) -> None:
    life.correct_invoice(number, total=amount)


@verb(rf"the ERP moves (?P<number>\S+) to be due {_DAY.format('day')}")
def moves(life: "Life", number: str, day: str) -> None:
    life.correct_invoice(number, due_date=day)


@verb(rf"the ERP reports {_MONEY} paid on (?P<number>\S+)")
def reports(life: "Life", amount: str, currency: str, number: str) -> None:
    row = f"P{life.request_name()},{number},{life.today()},{currency},{amount},bank"
    head = "external_id,invoice_external_id,paid_on,currency,amount,method"
    life.hub.drop("payments.csv", f"{head}\n{row}\n")


@verb(
    rf"the ERP sends a second customer (?P<whom>\w+), (?P<name>[^,]+), with (?P<number>\S+): "
    rf"{_MONEY}, issued {_DAY.format('issued')}, due {_DAY.format('due')}"
)
def second_customer(
    life: "Life", whom: str, name: str, number: str, amount: str, currency: str, issued: str,
    due: str,
) -> None:  # fmt: skip
    life.send_another(whom, name, f"{amount} {currency}, issued {issued}, due {due}", number)


@verb(r"the controller merges (?P<whom>\w+) into the customer: (?P<note>.+)")
def merges(life: "Life", whom: str, note: str) -> str:
    done = life.api("POST", f"customers/{whom}/merge", {"into": "C1", "note": note})
    return f"{len(done['moved'])} moved, {len(done['stayed'])} stayed"


@verb(r"the ERP sends the customer with (?P<changes>.+)")
def sends_customer(life: "Life", changes: str) -> None:
    pairs = (pair.split(" ", 1) for pair in changes.split(", "))
    life.send_customer(**dict(pairs))  # pairs of two


@verb(rf"the hub is down until {_DAY.format('day')}")
def down(life: "Life", day: str) -> None:
    life.down_until = date.fromisoformat(day)


@verb(r"mail to (?P<address>\S+) (?P<fate>bounces|complains|arrives) from now on")
def fate(life: "Life", address: str, fate: str) -> None:
    outcome = {"bounces": "bounce", "complains": "complaint", "arrives": "delivered"}[fate]
    life.hub.mail_fate(address, outcome)


@verb(r"the mail service refuses everything")
def refuses(life: "Life") -> None:
    life.hub.mail_refuses()


@verb(r"the mail service rejects what it gets")
def rejects(life: "Life") -> None:
    life.hub.mail_rejects()


@verb(r"the mail service takes mails, and neither its answers nor its events arrive")
def falls_silent(life: "Life") -> None:
    life.hub.mail_falls_silent()


@verb(r"the mail service works again")
def works_again(life: "Life") -> None:
    life.hub.mail_works()


@verb(r"(?P<text>nothing comes of it: .+)")
def nothing(life: "Life", text: str) -> None:
    """Say something to the reader only."""
