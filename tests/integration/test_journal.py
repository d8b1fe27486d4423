"""The books as other programs read them: complete, in order, and refused where the table lies."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from random import Random

import pytest

from infra.cli.errors import CliError
from infra.cli.journal import read_book
from shared import runtime
from shared.adapters.ledger import Ledger, posting_writes
from shared.domain.account import Credit
from shared.domain.chart import DEFAULT
from shared.domain.journal import cash_of
from shared.domain.journal_book import STORED_HEADS
from shared.domain.movement import Movement, MovementKind, Posting
from tests.books.acts import play
from tests.books.companies import FIRST_MOMENT, SAMPLE, found_sample
from tests.books.exported import export, gateways_own, lie, run
from tests.books.hub import hub_in_memory
from tests.books.lies import lies
from tests.books.player import minor_of
from tests.support import checkers
from tests.support.samples import eur

SEED = 11
DAY = date(2026, 1, 5)
needs_checkers = pytest.mark.skipif(not checkers.installed(), reason=checkers.MISSING)


@pytest.fixture(scope="module")
def played():
    """A company that lived some weeks; the acts that were played with it."""
    with hub_in_memory(FIRST_MOMENT) as hub:
        last = found_sample(hub, SEED, days=40, customers=8, invoices=60)
        done = play(hub, SAMPLE, Random(SEED), 60, last)
        assert sum(count for name, count in done.items() if "(" not in name) > 30, done
        yield hub


@needs_checkers
@pytest.mark.rule("R24", "R25")
@pytest.mark.law("1", "2", "25")
def test_hledger_and_beancount_accept_the_books_and_refuse_every_lie(played, tmp_path):
    told = gateways_own(played)
    found = export(SAMPLE, tmp_path, *told)
    assert found.accepted == ["hledger", "beancount"], found.answers
    assert found.asserted() > 20
    seen = []
    for one in lies(played.model, SAMPLE, Random(SEED)):
        with lie(played.model, one.item, one.changed):
            refused = export(SAMPLE, tmp_path, *told).refused
        assert refused == ["hledger", "beancount"], one.about
        seen.append(one.about)
    assert {"head open", "movement invoice", "movement allocation", "head said_total"} <= set(seen)
    assert export(SAMPLE, tmp_path, *told).accepted == ["hledger", "beancount"]


@needs_checkers
def test_hledgers_balances_are_those_of_the_stored_heads(played, tmp_path):
    found = checkers.hledger_balances(export(SAMPLE, tmp_path).files["hledger"])
    book = read_book(played.api, SAMPLE, None)
    told = {
        (a.account, a.balance.currency): a.balance.minor
        for a in book.asserted
        if a.origin == STORED_HEADS and a.balance
    }
    assert len(told) > 5
    assert {key: found.get(key) for key in told} == told


@needs_checkers
def test_an_export_of_a_past_day_leaves_out_what_came_later_and_asserts_only_what_it_can(
    played, tmp_path
):
    whole = read_book(played.api, SAMPLE, None)
    days = sorted(entry.value_date for _, entry in whole.entries())
    day = days[len(days) // 2]
    found = export(SAMPLE, tmp_path, "--as-of", day.isoformat())
    assert found.accepted == ["hledger", "beancount"], found.answers
    book = read_book(played.api, SAMPLE, day)
    kept = [entry.value_date for _, entry in book.entries()]
    assert kept == [d for d in days if d <= day]
    assert len(book.asserted) < len(whole.asserted)
    assert any(note.startswith("Not asserted: ") for note in book.notes)


def test_pages_of_any_size_tell_the_same_books(played):
    path = f"/entities/{SAMPLE}/journal"

    def told(limit: int):
        parts = list(played.api.pages(path, limit=limit))
        assert not any(part["moved"] for part in parts)
        entries = sorted(json.dumps(e) for part in parts for e in part["entries"])
        asserted = sorted(json.dumps(a) for part in parts for a in part["asserted"])
        assert sum(part["last"] for part in parts) == 8
        return entries, asserted

    assert told(1) == told(3) == told(2000)


def test_books_that_move_while_they_are_read_are_read_again(played, monkeypatch):
    before = read_book(played.api, SAMPLE, None)
    reader = runtime.books_reader()
    real, looks = reader.live, []

    def moving(entity_id, customer_id):
        opened, credits = real(entity_id, customer_id)
        looks.append(customer_id)
        # each customer is looked at before his postings are read, and after
        second = len(looks) in (2, 6)
        return (opened, (*credits, Credit("new", eur(1), DAY))) if second else (opened, credits)

    monkeypatch.setattr(reader, "live", moving)
    assert read_book(played.api, SAMPLE, None) == before
    assert len(looks) == 2 * (8 + 2)


@needs_checkers
@pytest.mark.rule("R24")
@pytest.mark.law("16", "25")
def test_a_gateway_that_settles_in_another_currency_agrees_with_the_books_to_the_unit(tmp_path):
    with hub_in_memory(FIRST_MOMENT) as hub:
        hub.gateway.balance.currency, hub.gateway.balance.rate_percent = "USD", 110
        last = found_sample(hub, SEED, days=20, customers=6, invoices=40)
        done = play(hub, SAMPLE, Random(SEED), 120, last)
        assert done["gateway payment"] + done["discount"] > 5, done
        told = [*gateways_own(hub), f"--assert={cash_of(DEFAULT, 'gateway')}=0.00 EUR"]
        assert export(SAMPLE, tmp_path, *told).accepted == ["hledger", "beancount"]
        wrong = [told[0], told[1].replace("=0.00", "=0.01")]
        assert export(SAMPLE, tmp_path, *wrong).refused == ["hledger", "beancount"]


def test_a_balance_told_in_a_way_that_nobody_understands_is_refused(played):
    for text in ("Assets:Cash", "Assets:Cash=1,5 EUR", "Assets:Cash=1.00 XXX"):
        with pytest.raises(CliError, match="Write a balance like"):
            run("journal", "export", "-e", SAMPLE, "--assert", text)


def test_a_cursor_that_nobody_gave_out_is_refused(played):
    for cursor in ("zzz", "e30", "eyJkb25lIjoxfQ"):
        with pytest.raises(CliError, match="invalid_input"):
            played.api.get(f"/entities/{SAMPLE}/journal", cursor=cursor)


def test_an_entity_renames_its_accounts_and_the_books_follow(played):
    renamed = json.loads(
        run("journal", "accounts", "--set", "revenue=Income:Umsatzerlöse", "-e", SAMPLE, "--json")
    )
    assert renamed["accounts"]["revenue"] == "Income:Umsatzerlöse"
    assert "Income:Umsatzerlöse" in run("journal", "export", "-e", SAMPLE)
    with pytest.raises(CliError, match="invalid_input"):
        run("journal", "accounts", "--set", "revenue=Sales", "-e", SAMPLE)
    back = json.loads(run("journal", "accounts", "--set", "revenue=", "-e", SAMPLE, "--json"))
    assert back["accounts"]["revenue"] == "Income:Sales"


def test_the_command_shows_a_statement_and_writes_its_rows(played, tmp_path):
    told = json.loads(run("statement", "C-001", "--from", "2026-01-01", "-e", SAMPLE, "--json"))
    assert told["currencies"]
    for one in told["currencies"]:
        moved = sum(minor_of(line["amount"]) for line in one["activity"])
        assert minor_of(one["brought_forward"]) + moved == minor_of(one["balance"])
    rows = tmp_path / "rows.csv"
    run("statement", "C-001", "-e", SAMPLE, "--csv", str(rows))
    assert rows.read_text().startswith("section,currency,date")
    shown = run("statement", "C-001", "--from", "2026-01-01", "-e", SAMPLE)
    assert told["name"] in shown and "brought forward" in shown


@pytest.mark.rule("R40")
def test_figures_of_a_day_are_what_the_books_of_that_day_say(played):
    """Open less unapplied, over all customers, is receivables less unapplied in the journal."""
    whole = read_book(played.api, SAMPLE, None)
    days = sorted({entry.value_date for _, entry in whole.entries()})
    for day in days[:: max(len(days) // 4, 1)]:
        told = json.loads(run("figures", "--as-of", day.isoformat(), "-e", SAMPLE, "--json"))
        ages = {a["currency"]: a for a in told["ageing"]}
        sums: Counter[str] = Counter()
        for _, entry in read_book(played.api, SAMPLE, day).entries():
            for line in entry.lines:
                if line.account.startswith(("Assets:Receivables", "Liabilities:Unapplied")):
                    sums[line.amount.currency] += line.amount.minor
        for currency, minor in sums.items():
            age = ages.get(currency)
            buckets = sum(minor_of(b) for b in age["buckets"].values()) if age else 0
            assert buckets - (minor_of(age["unapplied"]) if age else 0) == minor, (day, currency)


NASTY = '=HYPERLINK("x"); a|b: "q" \\ (\n2026-01-01 x'


@needs_checkers
def test_what_people_write_breaks_no_file_and_runs_in_no_spreadsheet(played, tmp_path):
    customer = next(iter(runtime.receivables().customers(SAMPLE)))
    _, books = Ledger(runtime.table()).look(SAMPLE, customer.customer_id)
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    came = Movement(MovementKind.PAYMENT, eur(5), source_id=NASTY, via="bank")
    posting = Posting("payment:" + NASTY, moment.date(), moment, (came,), by=NASTY, note=NASTY)
    runtime.table().write(*posting_writes(SAMPLE, books, posting))
    found = export(SAMPLE, tmp_path)
    assert found.accepted == ["hledger", "beancount"], found.answers
    rows = run("journal", "export", "--format", "csv", "-e", SAMPLE)
    assert "'=HYPERLINK" in rows
    assert "\n=" not in rows and ",=" not in rows and ',"=' not in rows
