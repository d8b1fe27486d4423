"""Invoices that the hub issues, credits and voids."""

from datetime import timedelta

from tests.books.player import Act, Player


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
        asked["terms"] = chance.choice(("2/10 net 30", "net 14", "3 instalments monthly"))
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


ACTS: dict[str, tuple[int, Act]] = {"invoice": (8, issue), "credit": (3, credit), "void": (1, void)}
