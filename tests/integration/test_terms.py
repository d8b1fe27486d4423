"""Terms end to end: from an invoice's terms to what is paid, taken off, chased and taken back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared import runtime
from shared.adapters.ledger import Ledger
from shared.adapters.writeback_files import file_content
from shared.domain.checkout import CheckoutState
from shared.domain.clock import Now
from shared.domain.coverage import coverage
from shared.domain.decide import decide
from shared.domain.document import Document, Line
from shared.domain.figures import ageing
from shared.domain.invoice_draft import InvoiceDraft
from shared.domain.movement import MovementKind
from shared.domain.notices import stage_notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.portal import NothingToPay, Principal
from shared.domain.terms_text import UnknownTerms
from shared.errors import InvalidInput, RequestReused
from shared.usecases.apply_payment import apply_payment
from shared.usecases.create_invoice import create_invoice
from shared.usecases.start_checkout import Ports as CheckoutPorts
from shared.usecases.start_checkout import start_checkout
from tests.integration import hub, money
from tests.integration.money import FakeGateway, add_checkout
from tests.support.samples import eur
from tests.unit.test_decide import LADDER

ISSUED = date(2026, 3, 2)
REMIND = PolicyBook(Policy(name="standard", send_on=LADDER.send_on, stages=LADDER.stages[2:4]))
"""A first reminder a week late, a fee in the second one."""
IN_TIME = datetime(2026, 3, 12, 9, tzinfo=UTC)
LATE = IN_TIME + timedelta(days=1)


@pytest.fixture
def gateway(table, monkeypatch) -> FakeGateway:
    money.make_secret()
    made = FakeGateway()
    monkeypatch.setattr(runtime, "gateway", lambda: made)
    return made


@pytest.fixture
def seller(gateway):
    return hub.seed(LADDER)


@pytest.fixture
def buyer(seller):
    return hub.add_customer(seller, terms="as agreed by phone")


def issue(terms="", minor: int | None = 1000_00, due_on=None, request_id="", lines=()) -> Document:
    draft = InvoiceDraft(
        customer_id="c1",
        issued_on=ISSUED,
        total=None if minor is None else eur(minor),
        due_on=due_on,
        terms=terms,
        lines=lines,
    )
    stores = (runtime.accounts(), runtime.entities(), runtime.issued_invoices())
    now = Now(IN_TIME, IN_TIME)
    return create_invoice(*stores, "demo", draft, now, request_id=request_id)


def account():
    return runtime.accounts().account("demo", "c1")


def head(document: Document) -> Document:
    return runtime.accounts().document("demo", "c1", document.document_id)


def test_the_customers_words_are_passed_over_for_the_entitys_terms(seller, buyer):
    assert issue().due_on == date(2026, 4, 1)
    assert head(issue()).discount is None


def test_the_customers_own_terms_come_before_the_entitys(seller):
    hub.add_customer(seller, terms="2/10 net 30")
    made = head(issue())
    assert (made.due_on, made.discount.amount) == (date(2026, 4, 1), eur(20_00))


def test_a_repeat_with_other_terms_is_a_conflict_and_with_the_same_the_first_invoice(buyer):
    first = issue("3 x 30 days", request_id="once")
    assert issue("3 x 30 days", request_id="once") == head(first)
    with pytest.raises(RequestReused):
        issue("2 x 30 days", request_id="once")


def test_terms_and_a_due_date_together_are_refused(buyer):
    with pytest.raises(InvalidInput, match="not both"):
        issue("net 30", due_on=date(2026, 5, 1))
    with pytest.raises(UnknownTerms):
        issue("whenever")
    with pytest.raises(InvalidInput, match="before the issue date"):
        issue(due_on=date(2026, 3, 1))


def pay(gateway, seller, buyer, document: Document, minor: int, at: datetime, name="co") -> str:
    """Let minor arrive at an instant, through a page that was opened then."""
    plan = ((document.document_id, eur(minor)),)
    changes = {"allocations": plan, "amount": eur(minor), "created_at": at}
    checkout = add_checkout(seller, buyer, name, document, **changes)
    reference = gateway.takes(seller, buyer, checkout, received_at=at)
    told = gateway.payments[reference]
    return apply_payment(runtime.money_in(), "demo", told, runtime.now()).code


def discounts() -> list[int]:
    postings = Ledger(runtime.table()).postings("demo", "c1")
    kind = MovementKind.DISCOUNT
    return [m.amount.minor for p in postings for m in p.movements if m.kind is kind]


def test_money_in_time_closes_the_invoice_and_late_money_does_not(gateway, seller, buyer):
    early, late = issue("2/10 net 30"), issue("2/10 net 30")
    assert pay(gateway, seller, buyer, early, 980_00, IN_TIME, "a") == "booked"
    assert pay(gateway, seller, buyer, late, 980_00, LATE, "b") == "booked"
    assert (head(early).open, head(early).discount.taken_minor) == (eur(0), 20_00)
    assert (head(late).open, head(late).discount.late_minor) == (eur(20_00), 980_00)
    assert discounts() == [-20_00]


def test_a_page_of_the_last_day_keeps_its_word_when_the_money_comes_later(gateway, seller, buyer):
    document = issue("2/10 net 30")
    plan = ((document.document_id, eur(980_00)),)
    changes = {"allocations": plan, "amount": eur(980_00), "created_at": IN_TIME}
    checkout = add_checkout(seller, buyer, "co", document, **changes)
    told = gateway.payments[gateway.takes(seller, buyer, checkout, received_at=LATE)]
    apply_payment(runtime.money_in(), "demo", told, runtime.now())
    assert head(document).open == eur(0)


class Page:
    """A gateway that opens pages and remembers what they ask for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def create_checkout(self, entity, customer, checkout, lines, success_url, cancel_url):
        self.asked.append(checkout.amount.minor)
        return f"cs_{len(self.asked)}", "https://checkout.example/"

    def expire_checkout(self, session_id: str) -> str:
        return "expired"


def start(page: Page, document: Document, at: datetime) -> None:
    ports = CheckoutPorts(runtime.accounts(), runtime.checkouts(), page, "https://hub.example")
    start_checkout(ports, Principal("demo", "c1"), [document.document_id], Now(at, at))


def test_the_page_asks_for_the_discounted_amount_while_it_lasts(seller, buyer):
    document, page = issue("2/10 net 30"), Page()
    start(page, document, IN_TIME)
    start(page, document, LATE)
    assert page.asked == [980_00, 1000_00]


def test_a_discount_under_way_is_asked_for_by_nobody(seller, buyer):
    document = issue("2/10 net 30")
    plan = ((document.document_id, eur(980_00)),)
    changes = {"allocations": plan, "amount": eur(980_00), "state": CheckoutState.PROCESSING}
    add_checkout(seller, buyer, "co", document, **changes)
    cover = coverage(account(), ISSUED)[document.document_id]
    assert (cover.processing, cover.payable) == (eur(1000_00), eur(0))
    with pytest.raises(NothingToPay):
        start(Page(), document, IN_TIME)


@pytest.mark.rule("R18")
def test_r18_each_instalment_is_late_for_itself(gateway, seller, buyer):
    document = issue("3 x 30 days", 900_00)
    today = document.due_on + timedelta(days=37)
    asked = decide(account(), REMIND, today)[0]
    assert [(i.number, i.payable.minor, i.asked) for i in asked.items] == [
        ("INV-000001 (1/3)", 300_00, True),
        ("INV-000001 (2/3)", 300_00, True),
        ("INV-000001 (3/3)", 300_00, False),
    ]
    age = ageing(account().documents, (), today)[0]
    assert [b.minor for b in age.buckets] == [300_00, 300_00, 300_00, 0, 0]
    pay(gateway, seller, buyer, document, 300_00, LATE)
    assert head(document).due_on == date(2026, 5, 1)
    age = ageing(account().documents, (), today)[0]
    assert [b.minor for b in age.buckets] == [300_00, 300_00, 0, 0, 0]


def test_the_second_instalment_is_chased_from_the_start_of_the_ladder(seller, buyer):
    document = issue("3 x 30 days", 900_00)
    parts = [f"{document.document_id}/{n}" for n in (1, 2, 3)]
    first = decide(account(), REMIND, document.due_on + timedelta(days=20))[0]
    assert first.documents == (parts[0],)
    assert set(first.done_after) == {parts[0]}
    notice = stage_notice(None, first, document.due_on, IN_TIME)
    seen = replace(account(), newest_notice=notice)
    assert decide(seen, REMIND, document.due_on + timedelta(days=36))[0].code == "already_done"
    second = decide(seen, REMIND, document.due_on + timedelta(days=37))[0]
    assert (second.documents, second.stage.id) == ((parts[1],), "reminder")


def test_the_tax_of_a_mixed_discount_is_invoiced_as_if_it_were_taken(gateway, seller, buyer):
    """1,000.00 net at 19 %: 2 % off leaves 980.00, so the invoice states 186.20 of tax."""
    line = Line("Work", "1", eur(1000_00), "19", eur(1000_00))
    made = issue("2/10 net 30; tax mixed", minor=None, lines=(line,))
    assert (made.total, made.tax_minor) == (eur(1186_20), {"19": 186_20})
    assert (made.discount.amount, made.discount.tax_minor) == (eur(20_00), {})
    pay(gateway, seller, buyer, made, 1166_20, IN_TIME)
    assert head(made).open == eur(0)
    with pytest.raises(InvalidInput, match="do not add up"):
        issue("2/10 net 30; tax mixed", minor=1190_00, lines=(line,))


def test_the_erp_hears_of_the_discount_beside_the_payment(gateway, seller, buyer):
    document = issue("2/10 net 30")
    pay(gateway, seller, buyer, document, 980_00, IN_TIME)
    (told,) = money.of_type("demo", "WRITEBACK")
    assert (told["amount"], told["discount"]) == (980_00, 20_00)
    note = runtime.writebacks().get("demo", "c1", told["payment_id"], document.document_id)
    header, row = file_content(note).decode().splitlines()
    assert header.endswith(",discount")
    assert row.endswith(",20.00")
