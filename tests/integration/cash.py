"""The operator API as one controller uses it on a customer's money."""

from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace

from shared import runtime
from shared.domain.movement import fold
from tests.integration.money import of_type
from tests.support.operators import call, operator

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CUSTOMER = "01J" + "C" * 23
ENTITY = {
    "entity_id": "acme",
    "name": "Acme GmbH",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "language": "en",
    "contact_email": "ar@acme.example",
}


class Desk(SimpleNamespace):
    """The operator API as one controller uses it."""

    def __init__(self, serving, of, customer, names):
        self.serving, self.of, self.customer, self.names = serving, of, customer, names
        self.token, self.keys = serving.mint(operator("acme:controller")), count()

    def post(self, path, body=None, key=None, token=None):
        name = f"key-{next(self.keys)}" if key is None else key
        headers = {"idempotency-key": name} if name else {}
        return call(token or self.token, "POST", f"/entities/acme{path}", body or {}, headers)

    def get(self, path):
        return call(self.token, "GET", f"/entities/acme{path}")

    def pay(self, euros, **changes):
        body = {"amount": money(euros), "received_on": "2026-03-01", "reference": "TRF 1"}
        made = self.post(f"/customers/{CUSTOMER}/payments", body | changes)
        self.check()
        return made

    def open(self):
        """Return what is open of each invoice, as text."""
        found = self.get(f"/invoices?customer={CUSTOMER}&state=all").json["items"]
        by_id = {i["document_id"]: i["open"]["amount"] for i in found}
        return [by_id[name] for name in self.names]

    def check(self):
        """Compare every head and credit with the sum of the postings, and payments with both."""
        sums = fold(runtime.ledger().postings("acme", CUSTOMER))
        heads = {
            (i["document_id"], i["currency"]): i["open"]
            for i in of_type("acme", "HEAD")
            if i["open"]
        }
        credits = {
            (i["source_id"], i["currency"]): i["unapplied"] for i in of_type("acme", "CREDIT")
        }
        assert (heads, credits) == (dict(sums.open), dict(sums.unapplied))
        for item in of_type("acme", "PAYMENT"):
            if item["state"] in ("pending", "failed"):
                continue
            used = sum(a["amount"] for a in item["allocations"])
            waiting = credits.get((item["payment_id"], item["currency"]), 0)
            assert item["amount"] - item["gone"] - used == waiting


def money(text, currency="EUR"):
    return {"amount": text, "currency": currency}


def part(name, euros=None, **more):
    return {"document": name, **({"amount": money(euros)} if euros else {}), **more}
