"""Invoices that the hub issues, credits and voids."""

from datetime import timedelta

from tests.books import gateway_acts
from tests.books.player import Act, Idle, Player, decimal, minor_of


def issue(player: Player) -> None:
    chance = player.chance
    rates = chance.choice((("19",), ("19", "7"), ("20",), ("0",)))
    lines = [
        {
            "description": "Service",
            "quantity": str(chance.randint(1, 9)),
            "unit_price": f"{chance.randint(1, 900)}.{chance.randint(0, 99):02d}",
            "tax_rate_percent": chance.choice(rates),
        }
        for _ in range(chance.randint(1, 4))
    ]
    asked = {
        "customer_id": player.customer(),
        "currency": "EUR",
        "issued_on": player.today,
        "lines": lines,
        "prices_include_tax": chance.random() < 0.3,
    }
    if chance.random() < 0.5:
        asked["terms"] = chance.choice(("2/10 net 30", "net 14", "50 % now, 50 % in 30 days"))
    else:
        due_on = player.hub.now.business.date() + timedelta(days=chance.choice((0, 14, 30)))
        asked["due_on"] = due_on.isoformat()
    player.post("invoices", asked)


def credit(player: Player) -> None:
    customer, document = player.document("all", kind="invoice", external_id="")
    lines = [{"line": 1, "quantity": "1"}] if player.chance.random() < 0.6 else []
    path = f"invoices/{document['document_id']}/credit-notes?customer={customer}"
    player.post(path, {"reason": "return", "lines": lines})


def void(player: Player) -> None:
    customer, document = player.document(kind="invoice", external_id="")
    path = f"invoices/{document['document_id']}/void?customer={customer}"
    player.post(path, {"reason": "error"})


def revise(player: Player) -> None:
    """The ERP corrects the total of an invoice of its own."""
    customer, document = player.document("all", kind="invoice")
    if not document["external_id"] or document["state"] == "void":
        raise Idle
    total = document["total"]
    minor = max(minor_of(total) + player.chance.choice((-5_000, -100, 1, 700)), 1)
    names = ("external_id", "number", "issued_on", "due_on")
    row = [document[name] for name in names]
    cells = (row[0], player.external_ids[customer], *row[1:], decimal(minor, 2), total["currency"])
    header = "external_id,customer_external_id,number,issue_date,due_date,total,currency"
    body = f"{header}\n{','.join(cells)}\n"
    player.hub.import_csv(player.entity_id, f"revision-{player.chance.random()}.csv", body.encode())


def pay_in_time(player: Player) -> None:
    """Issue an invoice with a discount, and take it on the gateway's page at once."""
    customer = player.customer()
    line = {"description": "Service", "unit_price": "200.00", "tax_rate_percent": "19"}
    asked = {"customer_id": customer, "currency": "EUR", "issued_on": player.today}
    made = player.post("invoices", asked | {"lines": [line], "terms": "2/10 net 30"})
    gateway_acts.pay_page(player, customer, made["document_id"])


ACTS: dict[str, tuple[int, Act]] = {
    "invoice": (8, issue),
    "credit": (3, credit),
    "void": (1, void),
    "revision": (3, revise),
    "discount": (2, pay_in_time),
}
