"""What a clerk reads of one document, of one customer, and of the company's figures."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Put, Update
from shared.domain.notice import Channel, Notice, NoticeItem
from tests.integration.test_console import NOON, ULID, acme, csrf, get, identity, post
from tests.integration.test_console_money import HERE, INVOICE, PAGES, clerk, noted, send
from tests.support.operators import operator
from tests.support.samples import eur

__all__ = ["acme", "clerk", "identity"]
DOCUMENT = PAGES[1]
FIGURES = "/console/e/acme/figures"


def told(n: int, stage: str, asked: bool = True, **fields: object) -> None:
    """Write that notice n was claimed, about the invoice."""
    line = NoticeItem(INVOICE, "INV-1", date(2026, 2, 1), eur(10_000), asked)
    notice = Notice(
        n=n,
        kind="stage" if stage else "receipt",
        stage=stage,
        channel=Channel.EMAIL,
        policy="standard",
        policy_version=1,
        as_of=NOON.date(),
        claimed_at=NOON + timedelta(days=n),
        items=(line,) if stage else (),
        **fields,
    )
    assert runtime.notices().claim("acme", ULID, notice, NOON)


def test_the_notices_about_a_document_stand_on_its_page_newest_first(clerk) -> None:
    told(1, "upcoming", asked=False)
    told(2, "late_fee")
    delivery = {**keys.delivery("acme", ULID, 2), "type": "DELIVERY", "n": 2}
    runtime.table().write(Put(delivery | {"state": "bounced", "code": "mailbox_full"}))
    page = get(clerk, DOCUMENT).text
    links = [f'<a href="{HERE}/notices/{n}">{words}, no. {n}</a>' for n, words in
             ((2, "late fee"), (1, "upcoming"))]  # fmt: skip
    assert [page.index(link) for link in links] == sorted(page.index(link) for link in links)
    assert '<span class="state bounced">bounced</span>' in page
    assert "mailbox full" in page
    assert "1 more that only lists it" in page
    assert "4 Mar 2026, 13:00" in page, "when, as the entity's clock said it"
    assert get(clerk, f"{HERE}/notices/2").status == 200


def test_a_document_of_which_nobody_was_told_says_so(clerk) -> None:
    page = get(clerk, DOCUMENT).text
    assert "None was sent yet." in page
    assert "Nothing yet." in page


def test_payments_credit_notes_and_receipts_stand_on_the_page_of_the_document(clerk) -> None:
    assert send(clerk, PAGES[0], f"{HERE}/payments", **noted("60.00")).status == 303
    fields = {"reason": "goodwill", "amount": "15.00", "note": "as agreed"}
    assert send(clerk, DOCUMENT, f"{DOCUMENT}/credit", **fields).status == 303
    (payment,) = runtime.receivables().payments("acme", ULID)
    told(1, "", payment_id=payment.payment_id)
    page = get(clerk, DOCUMENT).text
    assert f'€60.00</span> <a href="{HERE}/money#payment-{payment.payment_id}">Payment</a>' in page
    assert "1 Mar 2026 · R-1" in page
    assert '€15.00</span> <a href="' in page
    assert "Credit note" in page
    assert ("by olga" in page, "as agreed" in page) == (True, True)
    assert "receipt, no. 1" in page
    assert f'id="payment-{payment.payment_id}"' in get(clerk, PAGES[0]).text


def test_a_customer_is_called_and_given_a_statement(acme, identity) -> None:
    viewer = identity.mint(operator("acme:viewer"))
    runtime.table().write(Update(keys.profile("acme", ULID), set={"phone": "+49 30 123456"}))
    page = get(viewer, HERE).text
    assert '<a href="tel:+4930123456">+49 30 123456</a>' in page
    assert f'href="{HERE}/statement"' in page
    shown = get(viewer, f"{HERE}/statement").text
    assert "Owed in EUR: €100.00" in shown
    csv = get(viewer, f"{HERE}/statement?format=csv")
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert f",{INVOICE},invoice,100.00" in csv.text
    asked = post(viewer, f"{HERE}/statements", csrf=csrf(get(viewer, HERE)), on="2026-03-02")
    assert asked.status == 303
    assert "being made" in get(viewer, asked.headers["location"]).text


@pytest.mark.parametrize("asked", [{"on": "soon"}, {"from": "2026-03-03", "on": "2026-03-02"}])
def test_a_statement_of_no_day_is_refused_in_words(clerk, asked) -> None:
    page = get(clerk, f"{HERE}/statement?{urlencode(asked)}")
    assert (page.status, 'role="alert"' in page.text) == (422, True)


def test_the_overview_shows_dso_delinquency_and_what_could_be_collected(clerk) -> None:
    home = get(clerk, "/console/e/acme").text
    assert "of which overdue €100.00, 100.0 %" in home
    assert "<dt>DSO</dt><dd>90.0 days</dd>" in home
    assert "<dt>Best DSO</dt><dd>0.0 days</dd>" in home
    assert "<dt>Collected of what could be</dt><dd>0.0 %</dd>" in home
    page = get(clerk, f"{FIGURES}?from=2026-02-01&to=2026-03-02")
    assert "<dt>Open at the end</dt><dd>€100.00</dd>" in page.text
    assert get(clerk, f"{FIGURES}?to=soon").status == 422


def test_a_company_of_many_customers_opens_its_first_page_without_folding_all(
    clerk, acme, monkeypatch
) -> None:
    monkeypatch.setattr("functions.operator_api.console.figures._CUSTOMERS_AT_ONCE", 0)
    home = get(clerk, "/console/e/acme").text
    assert "<dt>DSO</dt>" not in home
    assert f'href="{FIGURES}">DSO and what else' in home
    assert "<dt>DSO</dt>" in get(clerk, FIGURES).text
