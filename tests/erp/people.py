"""What people do in a day: in the ERP, at the hub's desk, and in its portal."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.erp.world import World
from tests.support.payer import Payer, link_in
from tests.support.stack import until

_TERM_DAYS = 30
_MAILED = 10
_MAIL_WITHIN_S = 120.0
Book = dict[str, Any]


def mail_links(world: World) -> None:
    """Have some customers reminded once: their mails hold the links by which they pay."""
    company = world.company
    world.hub.api("POST", f"{company.path}/release", {"daily_cap": _MAILED})
    run_id = company.sweep()
    world.quiet()
    company.sweep_report(run_id)
    for customer in world.customers:
        if link := _newest_link(world, customer):
            world.links[customer] = link


def _domain(world: World, customer: int) -> str:
    """Return where a customer of the ERP has its addresses, also those that it gets later."""
    return f"customer{customer - world.customers[0]}.example"


def _newest_link(world: World, customer: int) -> str:
    """Return the link of the newest mail to a customer of the ERP, "" where none came."""
    of_the_customer = f"@{_domain(world, customer)}"
    mails = [m for m in world.company.mails() if of_the_customer in str(m["to"])]
    return link_in(mails[-1]) if mails else ""


class People:
    """Those who act on one day. books is what the ERP says as it begins."""

    def __init__(self, world: World, books: list[Book], on: date, number: int) -> None:
        self._world = world
        self._books = books
        self._on = on
        self._number = number
        self._touched: set[int] = set()

    def in_the_erp(self) -> None:
        """Change addresses, make invoices, void one, credit some, take money."""
        world, on, number = self._world, self._on, self._number
        do, day = world.erp.tryton.do, on.isoformat()
        for customer in world.dice.sample(world.customers, 2):
            do("readdress", customer=customer, email=f"ap{number}@{_domain(world, customer)}")
            do("rename", customer=customer, name=f"Customer {customer} Ltd, day {number}")
            world.happened["edits"] += 1
        due_on = (on + timedelta(days=_TERM_DAYS)).isoformat()
        for n in range(3):
            customer = world.dice.choice(world.customers)
            do("invoice", customer=customer, minor=5_000 + 13 * number + n, issued_on=day,
               due_on=due_on, parts=2 if n == 2 else 1, tax="19")  # fmt: skip
            world.happened["new invoices"] += 1
        for found in self._some(1, lambda b: b["open"] == b["total"]):
            do("void", invoice=found["id"])
            world.happened["voids"] += 1
        for found in self._some(1, lambda b: b["open"] > 2_000):
            do("credit_note", customer=found["customer"], minor=1_500, on=day, use_on=[found["id"]])
            do("credit_note", customer=found["customer"], minor=700, on=day, use_on=[])
            world.happened["credit notes"] += 2
        for found in self._some(3, lambda b: b["open"] > 100):
            whole = world.dice.random() < 0.5
            paid = found["open"] if whole else found["open"] // 3
            do("pay", invoice=found["id"], minor=paid, on=day)
            world.happened["payments in the ERP" if whole else "parts paid in the ERP"] += 1

    def in_the_hub(self) -> None:
        """Note money of the bank, whole and in part, and pay by card."""
        for n, found in enumerate(self._some(4, lambda b: b["open"] > 100)):
            whole = n % 2 == 1
            self._note(found, found["open"] if whole else found["open"] // 4, n)
            what = "payments noted in the hub" if whole else "parts noted in the hub"
            self._world.happened[what] += 1
        for found in self._some(
            1, lambda b: b["customer"] in self._world.links and b["open"] > 100
        ):
            self._pay_by_card(found)

    def _note(self, found: Book, paid: int, n: int) -> None:
        hub, path = self._world.hub, self._world.company.path
        reference = f"BANK-{self._number}-{n}"
        amount = {"amount": f"{paid // 100}.{paid % 100:02d}", "currency": "EUR"}
        body = {
            "amount": amount, "received_on": self._on.isoformat(), "reference": reference,
            "parts": [{"document": str(found["id"]), "amount": amount}],
        }  # fmt: skip
        headers = {
            "authorization": f"Bearer {hub.stack.state['token']}",
            "idempotency-key": reference,
        }
        path = f"/api/v1/{path}/customers/{found['customer']}/payments"
        answer = hub.request("POST", path, json=body, headers=headers)
        assert answer.status == 201, answer.text[:500]
        self._world.noted.append(reference)

    def _pay_by_card(self, found: Book) -> None:
        world = self._world
        payer = self._payer(found["customer"])
        path = f"{world.company.path}/invoices/{found['id']}"
        document = world.hub.api("GET", path)["document_id"]
        if document not in payer.documents():
            return
        session = world.hub.stripe.v1.checkout.sessions.retrieve(payer.pay(document))
        world.noted.append(str(session.payment_intent))
        world.happened["payments by card in the portal"] += 1

    def _payer(self, customer: int) -> Payer:
        """Return a customer in the portal, who asks for a fresh link where the old one ran out."""
        world, old = self._world, self._world.links[customer]
        if world.hub.request("GET", old).status != 200:
            base, _, token = old.partition("/l/")
            headers = {"origin": world.hub.url}
            fields = {"link": token}
            asked = world.hub.request(
                "POST", f"{base}/fresh-link", fields=fields, headers=headers, encode_multipart=False
            )
            assert asked.status == 202, asked.text[:300]
            until(lambda: _newest_link(world, customer) != old, _MAIL_WITHIN_S)
            world.links[customer] = _newest_link(world, customer)
            world.happened["portal links that had run out"] += 1
        return Payer.enter(world.hub, world.links[customer])

    def _some(self, most: int, which: Callable[[Book], bool]) -> list[Book]:
        """Return documents that nobody touched today."""
        free = [b for b in self._books if b["id"] not in self._touched and which(b)]
        chosen = self._world.dice.sample(free, min(most, len(free)))
        self._touched |= {b["id"] for b in chosen}
        return chosen
