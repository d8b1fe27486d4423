"""Bugs in what is said about other days: the past, the dry run, the simulation, what comes next."""

from tests.mutants.bug import Bug, bug

AS_OF = "shared/domain/account_as_of.py"
DRY_RUN = "shared/usecases/dry_run.py"
EXPLAIN = "shared/usecases/explain.py"
REPLAY = "shared/domain/replay.py"
DRY_RUNS = "tests/sim/test_dry_run.py"
EXPLAINS = "tests/unit/test_explain.py"
PAST = "tests/sim/test_past.py"
SIMULATES = "tests/unit/test_simulate.py"

SIMULATE_BUGS: tuple[Bug, ...] = (
    bug(
        "the simulator sees payments before their date",
        REPLAY,
        "self._paid[max(day, invoice.issued_on)].append",
        "self._paid[invoice.issued_on].append",
        SIMULATES,
        rules="R17",
    ),
    bug(
        "the second line of an invoice wins in silence",
        "infra/cli/simulation/collected.py",
        "        if first == place:\n",
        "        if first:\n",
        SIMULATES,
    ),
    bug(
        "a part that was paid closes a simulated invoice",
        REPLAY,
        "            if not left:\n",
        "            if paid:\n",
        SIMULATES,
        rules="R17",
    ),
    bug(
        "a simulated fee is charged each time",
        REPLAY,
        "if fee is not None and fee.document_id not in self._fees[document_id]:",
        "if fee is not None:",
        SIMULATES,
        rules="R2",
    ),
    bug(
        "a past day knows a discount only as later credit notes left it",
        AS_OF,
        "discount=refolded(document, ever, known)",
        "discount=document.discount",
        PAST,
    ),
    bug(
        "a past day does not know that money was moving",
        AS_OF,
        "    return CheckoutState.PROCESSING if moving or by_itself else CheckoutState.OPEN\n",
        "    return CheckoutState.PROCESSING if by_itself else CheckoutState.OPEN\n",
        PAST,
    ),
    bug(
        "what came late is forgotten when the total is raised",
        "shared/domain/discount.py",
        "    moved = sum(m.amount.minor for m in own if m.kind not in MAKES_TOTAL)\n",
        "    moved = sum(m.amount.minor for m in own)\n",
        "tests/unit/test_discount.py",
        rules="R23",
    ),
    bug(
        "an invoice that is only due counts as a false alarm",
        REPLAY,
        "if asked.days_late > 0 and paid is not None",
        "if paid is not None",
        SIMULATES,
    ),
    bug(
        "the dry run forgets the second message of a customer",
        DRY_RUN,
        "        account = replace(account, newest_notice=claimed)",
        "        return",
        DRY_RUNS,
    ),
    bug(
        "the dry run shows a fee that was charged before",
        "shared/usecases/charging.py",
        "found = [charge for charge in fee if charge.document_id not in made]",
        "found = list(fee)",
        EXPLAINS,
        rules="R2",
    ),
    bug(
        "the dry run decides by the wall clock",
        DRY_RUN,
        "        decision = to_send(decide(account, book, day, time))",
        "        decision = to_send(decide(account, book, now.wall.date(), time))",
        DRY_RUNS,
    ),
    bug(
        "a past day is explained by today's facts",
        EXPLAIN,
        "    if on >= now.today(record.customer.time_zone):",
        "    if on >= now.today(record.customer.time_zone) or True:",
        EXPLAINS,
    ),
    bug(
        "a past day knows payments by their value date",
        AS_OF,
        "        if posting.recorded_at < at\n",
        "        if posting.value_date <= at.date()\n",
        EXPLAINS,
    ),
    bug(
        "a past day knows what was claimed later",
        AS_OF,
        "if told.notice.claimed_at <= at and (before is None or told.notice.n < before)",
        "if before is None or told.notice.n < before",
        PAST,
    ),
    bug(
        "a past day ends at midnight in Greenwich",
        "shared/usecases/as_it_stood.py",
        "datetime.combine(day + timedelta(days=1), time(), zone)",
        'datetime.combine(day + timedelta(days=1), time(), ZoneInfo("UTC"))',
        EXPLAINS,
        rules="R28",
    ),
    bug(
        "when it was decided is told by the clocks of Greenwich",
        "infra/cli/moments.py",
        ".astimezone(ZoneInfo(zone))",
        "",
        "tests/unit/test_cli_explain.py",
        rules="R28",
    ),
    bug(
        "what is spoken for is told in the order of its ids",
        EXPLAIN,
        "in sorted(self.account.documents, key=lambda d: (d.due_on, d.number))",
        "in sorted(self.account.documents, key=lambda d: d.document_id)",
        EXPLAINS,
    ),
    bug(
        "a past day reads the policy of now",
        EXPLAIN,
        "entities.book(entity_id, stood.account, stood.at)",
        "entities.book(entity_id, stood.account)",
        EXPLAINS,
    ),
    bug(
        "what came of a delivery later is known on a past day",
        AS_OF,
        "if newest.delivery_at is not None and newest.delivery_at > at:",
        "if newest.delivery_at is None and False:",
        PAST,
    ),
    bug(
        "a payment page of a past day is forgotten",
        AS_OF,
        "if attempt.until is None or at < attempt.until:",
        "if attempt.until is None or at < attempt.checkout.created_at:",
        PAST,
    ),
    bug(
        "what comes next says what is said already",
        "shared/domain/coming.py",
        "replace(account, newest_notice=stage_notice(account.newest_notice, send, day, at)), ",
        "account, ",
        EXPLAINS,
    ),
)
