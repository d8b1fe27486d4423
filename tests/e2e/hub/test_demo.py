"""The sample company's fortnight, checked by others: gateway, mailbox and the files for the ERP."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from infra.local.stack import LocalStack
from tests.support.company import Company
from tests.support.stack import ROOT, Hub, Json, built_template

pytestmark = pytest.mark.cloud

ENTITY = "demo"
DAYS, SEED = "15", "7"
TWO_DIGITS = 100  # every currency of the sample company has two


@dataclass(frozen=True)
class Seen:
    """What witnesses and the hub say. charges are the gateway's, read with the stripe package."""

    charges: dict[str, tuple[int, str]]
    payments: list[Json]
    documents: list[Json]
    lines: list[dict[str, str]]
    mails: list[Json]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Json, Hub]]:
    """Return the figures of `duecourse demo`, and its hub, which stays up until looked at."""
    built_template()
    folder = tmp_path_factory.mktemp("demo")
    words = ["demo", "--days", DAYS, "--seed", SEED, "--json", "--state-dir", folder]
    try:
        done = subprocess.run(
            [ROOT / ".venv/bin/duecourse", *words], capture_output=True, text=True, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr
        stack = LocalStack.attach(folder)
        assert stack is not None
        yield json.loads(done.stdout), Hub(stack)
    finally:
        LocalStack.stop(folder)


@pytest.fixture(scope="module")
def seen(demo: tuple[Json, Hub]) -> Seen:
    hub = demo[1]
    company = Company(hub, ENTITY)
    charges = hub.stripe.v1.charges.list({"limit": 100}).auto_paging_iter()
    return Seen(
        charges={
            str(c.payment_intent): (c.amount, c.currency.upper())
            for c in charges
            if c.status == "succeeded"
        },
        payments=company.payments(),
        documents=list(hub.pages(f"{company.path}/invoices", state="all")),
        lines=company.lines_out(),
        mails=company.mails(),
    )


def by_gateway(seen: Seen) -> list[Json]:
    return [p for p in seen.payments if p["source"] == "gateway"]


def minor(amount: str) -> int:
    return int(Decimal(amount) * TWO_DIGITS)


def check_payments(seen: Seen) -> int:
    """Return how many payments there are: each charged, mailed a receipt for, written back."""
    payments = by_gateway(seen)
    assert {p["gateway_reference"] for p in payments} == seen.charges.keys()
    assert len(payments) == len(seen.charges)
    for payment in payments:
        reference, money = payment["gateway_reference"], payment["amount"]
        assert (minor(money["amount"]), money["currency"]) == seen.charges[reference]
        receipts = [m for m in seen.mails if reference in m["text"]]
        assert len(receipts) == 1, f"{reference}: {len(receipts)} receipts"
        lines = [x for x in seen.lines if x["gateway_reference"] == reference]
        paid = Counter({a["number"]: minor(a["amount"]["amount"]) for a in payment["allocations"]})
        assert sorted(minor(x["amount"]) for x in lines) == sorted(paid.values()), reference
        rest = minor(payment["unapplied"]["amount"])
        assert sum(paid.values()) + rest == seen.charges[reference][0]
    assert len(seen.lines) == sum(len(p["allocations"]) for p in payments)
    return len(payments)


def check_documents(seen: Seen) -> int:
    """Return how many documents money went to: each is settled by exactly what was allocated."""
    paid: Counter[str] = Counter()
    for payment in seen.payments:
        for part in payment["allocations"]:
            paid[part["document_id"]] += minor(part["amount"]["amount"])
    known = {d["document_id"]: d for d in seen.documents}
    assert paid.keys() <= known.keys()
    for document_id, document in known.items():
        settled = minor(document["total"]["amount"]) - minor(document["open"]["amount"])
        assert settled == paid[document_id], document["number"]
        assert (document["state"] == "paid") == (minor(document["open"]["amount"]) == 0)
    return len(paid)


def test_every_payment_of_the_demo_is_charged_settled_receipted_and_written_back_once(
    seen: Seen,
) -> None:
    payments, documents = check_payments(seen), check_documents(seen)
    print(f"{payments} payments, {documents} documents paid, {len(seen.lines)} lines")
    assert payments >= 5
    assert documents >= payments


def test_the_sums_agree(demo: tuple[Json, Hub], seen: Seen) -> None:
    figures = demo[0]
    wanted = {"invoiced", "collected", "open", "notices", "payments", "charges", "tasks"}
    assert wanted <= figures.keys()
    for currency in figures["invoiced"]:
        asked = minor(figures["invoiced"][currency]) + minor(figures["charged"][currency])
        collected = minor(figures["collected"][currency])
        assert asked == collected + minor(figures["open"][currency])
        elsewhere = sum(
            minor(p["amount"]["amount"])
            for p in seen.payments
            if p["source"] != "gateway" and p["amount"]["currency"] == currency
        )
        charged = sum(amount for amount, of in seen.charges.values() if of == currency)
        assert collected == charged + elsewhere - minor(figures["unapplied"].get(currency, "0"))
        written = sum(minor(x["amount"]) for x in seen.lines if x["currency"] == currency)
        assert written == charged - unapplied(seen, currency)
        print(f"{currency}: {charged} cents charged, {elsewhere} paid elsewhere")
    assert len(figures["invoiced"]) == 3
    assert figures["payments"] == len(seen.payments)


def unapplied(seen: Seen, currency: str) -> int:
    rests = (p["unapplied"] for p in by_gateway(seen))
    return sum(minor(rest["amount"]) for rest in rests if rest["currency"] == currency)


def test_each_break_would_be_noticed(seen: Seen) -> None:
    """The breaks on purpose: a line, a receipt, a booking or a settlement more or less."""
    reference = by_gateway(seen)[0]["gateway_reference"]
    receipt = next(m for m in seen.mails if reference in m["text"])
    paid = next(d for d in seen.documents if d["state"] == "paid")
    breaks = {
        "a line is missing": replace(seen, lines=seen.lines[1:]),
        "a line is there twice": replace(seen, lines=[*seen.lines, seen.lines[0]]),
        "a receipt went out twice": replace(seen, mails=[*seen.mails, receipt]),
        "a receipt is missing": replace(seen, mails=[m for m in seen.mails if m is not receipt]),
        "a charge was not booked": replace(seen, charges=seen.charges | {"pi_x": (1, "EUR")}),
        "a payment is there twice": replace(seen, payments=[*seen.payments, by_gateway(seen)[0]]),
        "an invoice is not settled": replace(
            seen,
            documents=[d | ({"open": d["total"]} if d is paid else {}) for d in seen.documents],
        ),
    }
    for broken in breaks.values():
        with pytest.raises(AssertionError):
            check_payments(broken)
            check_documents(broken)
    print(f"{len(breaks)} breaks noticed")


def test_nothing_is_left_behind(demo: tuple[Json, Hub]) -> None:
    """Nothing waits and nothing was given up on after the last day."""
    demo[1].idle()
    assert Company(demo[1], ENTITY).parked() == []
