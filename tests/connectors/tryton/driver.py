"""The contract's driver on a live Tryton: its users act through proteus, the connector by HTTP."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from shared.adapters.tryton import TrytonConnector
from tests.connectors.lossy import Front
from tests.connectors.tryton.server import Tryton

SETTINGS = {
    "payment_method": "Bank",
    "journal": "WOFF",
    "account_discount": "4711",
    "account_write_off": "4712",
    "account_deduction": "4713",
    "account_tolerance": "4714",
    "account_credit": "4715",
    "account_fx_difference": "4716",
    "account_charge": "4717",
}


class TrytonDriver:
    """One database that is served. Ids are those of Tryton, as text."""

    currency = "EUR"

    def __init__(self, tryton: Tryton, database: str, front: type[Front] = Front) -> None:
        self.tryton = tryton
        served = tryton.do("serve")
        self.front = front(served["port"])
        self._secret = {"key": served["key"], "user": "duecourse", "password": served["password"]}
        self.settings = {
            "url": f"http://127.0.0.1:{self.front.port}",
            "database": database,
            "company": str(served["company"]),
            **SETTINGS,
        }

    @property
    def secret(self) -> dict[str, str]:
        return dict(self._secret)

    @property
    def connector(self) -> TrytonConnector:
        return TrytonConnector(self.settings, lambda: self._secret)

    def stranger(self) -> TrytonConnector:
        return TrytonConnector(self.settings, lambda: {"key": "secret-of-nobody"})

    def customer(self, name: str, email: str) -> str:
        return str(self.tryton.do("customer", name=name, email=email))

    def rename(self, customer: str, name: str) -> None:
        self.tryton.do("rename", customer=int(customer), name=name)

    @contextmanager
    def late(self, seconds: int) -> Iterator[None]:
        self.tryton.do("late_begin")
        yield
        self.tryton.do("late_end", seconds=seconds)

    def down(self):
        return self.front.down()

    def garbled(self):
        return self.front.garbled()

    def invoice(
        self, customer: str, minor: int, issued_on: date, due_on: date, *, parts: int = 1
    ) -> str:
        made = self.tryton.do(
            "invoice",
            customer=int(customer),
            minor=minor,
            issued_on=issued_on.isoformat(),
            due_on=due_on.isoformat(),
            parts=parts,
        )
        return str(made)

    def touch(self, invoice: str) -> None:
        self.tryton.do("touch", invoice=int(invoice))

    def void(self, invoice: str) -> None:
        self.tryton.do("void", invoice=int(invoice))

    def credit_note(
        self, customer: str, minor: int, on: date, *, use_on: Sequence[str] = ()
    ) -> str:
        invoices = [int(i) for i in use_on]
        made = self.tryton.do(
            "credit_note", customer=int(customer), minor=minor, on=on.isoformat(), use_on=invoices
        )
        return str(made)

    def use_note(self, note: str, invoice: str) -> None:
        self.tryton.do("use_note", note=int(note), invoice=int(invoice))

    def unuse_note(self, note: str, invoice: str) -> None:
        self.tryton.do("unuse_note", note=int(note), invoice=int(invoice))

    def pay(self, invoice: str, minor: int, on: date) -> str:
        made = self.tryton.do("pay", invoice=int(invoice), minor=minor, on=on.isoformat())
        return str(made)

    def unpay(self, payment: str) -> None:
        self.tryton.do("unpay", line=int(payment))

    def open_minor(self, invoice: str) -> int:
        return int(self.tryton.do("open_minor", invoice=int(invoice)))

    def bookings(self, key: str) -> int:
        return int(self.tryton.do("bookings", key=key))

    def answer_lost(self):
        """Lose the answer to the last step of a booking: the move is posted."""
        return self.front.losing(posting)


def posting(method: str, path: str) -> bool:
    """Return whether a request posts a move."""
    return method == "POST" and "/account.move/" in path and "/post" in path


def drafting(method: str, path: str) -> bool:
    """Return whether a request makes the draft of a move."""
    return method == "POST" and path.partition("?")[0].endswith("/account.move")
