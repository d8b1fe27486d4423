"""The ERP writes off what the hub granted as a discount: one of both stays on both sides."""

import json
from collections.abc import Callable
from datetime import date
from itertools import permutations

import pytest

from shared import runtime
from shared.domain.entity import Entity
from shared.domain.telling import COVERED, NEVER_TOLD
from shared.usecases.write_back import Ledger
from tests.connectors.reference import ReferenceErp
from tests.integration.hub import invoke
from tests.integration.money import of_type
from tests.integration.syncing import sync

ON = date(2026, 9, 5)


class Story:
    """An invoice of 100 with 10 % for who pays early, 90 of it paid in the ERP."""

    def __init__(self, erp: ReferenceErp) -> None:
        self.erp = erp
        whose = erp.customer("Brightwater Ltd", "ap@brightwater.example")
        self.invoice = erp.invoice(whose, 10_000, date(2026, 9, 1), date(2026, 10, 31))
        erp.change(self.invoice, terms="10/20 net 60")
        sync()
        erp.pay(self.invoice, 9_000, ON)
        sync()
        assert self.hub() == (0, 0)

    def hub(self) -> tuple[int, int]:
        """Return what is open here, and what waits as credit."""
        (customer,) = runtime.receivables().customers("demo")
        account = runtime.accounts().account("demo", customer.customer_id)
        left = sum(document.open.minor for document in account.documents)
        return left, sum(credit.unapplied.minor for credit in account.credits)

    def write_off(self, minor: int = 1_000) -> None:
        self.erp.pay(self.invoice, minor, ON)

    def tell(self) -> None:
        """Carry what the ERP is to be told of the invoice."""
        (line, *_) = of_type("demo", "WRITEBACK")
        named = ("customer_id", "document_id")
        body = {"entity": "demo", **{name: line[name] for name in named}}
        invoke("functions.erp_writeback.handler", [json.dumps(body)])

    def lines(self) -> list[tuple[int, str]]:
        """Return the discounts that the ERP was to be told, and why one was left."""
        lines = of_type("demo", "WRITEBACK")
        return sorted((w["amount"], w.get("left", "")) for w in lines)


@pytest.fixture
def story(demo: Entity, erp: ReferenceErp, monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setattr(runtime, "ledger_of", lambda _: Ledger(erp.connector))
    return Story(erp)


STEPS: dict[str, Callable[[Story], None]] = {
    "tell": Story.tell,
    "write_off": Story.write_off,
    "sync": lambda _: sync(),
}


@pytest.mark.rule("R23", "i25")
@pytest.mark.parametrize("order", list(permutations(STEPS)), ids="-".join)
def test_whatever_comes_first_one_of_both_stays(story: Story, order: tuple[str, ...]) -> None:
    for name in (*order, "sync", "tell", "sync", "tell"):
        STEPS[name](story)
    assert (story.hub(), story.erp.open_minor(story.invoice)) == ((0, 0), 0)
    if order.index("tell") > order.index("write_off"):
        assert story.lines() == [(-1_000, NEVER_TOLD), (1_000, COVERED)]
    else:
        assert story.lines() == [(-1_000, ""), (1_000, "")]


@pytest.mark.rule("R23", "i25")
def test_what_the_erp_writes_off_in_part_leaves_the_same_open_on_both_sides(story: Story) -> None:
    story.write_off(400)
    for name in ("tell", "sync", "tell"):
        STEPS[name](story)
    assert (story.hub(), story.erp.open_minor(story.invoice)) == ((600, 0), 600)
    story.write_off(600)
    sync()
    assert (story.hub(), story.erp.open_minor(story.invoice)) == ((0, 0), 0)
