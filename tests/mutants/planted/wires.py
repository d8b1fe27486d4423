"""Bugs of the wires to ERPs: their tokens, their hints, and how old what they say may be."""

from tests.mutants.bug import Bug, Change, bug

COMPARE = "shared/usecases/compare_erp.py"
SECRET = "shared/adapters/erp_secret.py"
TOKENS = "shared/adapters/oauth_tokens.py"
_PARTS = "tests/integration/sync/test_payment_parts.py"
_TURNING = "tests/integration/sync/test_turning_tokens.py"
_HINTS = "tests/integration/sync/test_webhooks.py"
_WHY = "tests/integration/sync/test_braked_why.py"

WIRE_BUGS: tuple[Bug, ...] = (
    Bug(
        "who renews tokens second overwrites those that were stored first",
        (
            Change(SECRET, "VersionStages=[_ASIDE]", "VersionStages=[_ASIDE, _CURRENT]"),
            Change(SECRET, "            return False\n", "            return True\n"),
        ),
        (f"{_TURNING}::test_who_is_second_takes_the_tokens_of_who_was_first",),
    ),
    bug(
        "tokens that were put aside are never looked for",
        TOKENS,
        "            if aside is None or not _follows(aside, seen):",
        "            if aside is None or _follows(aside, seen):",
        f"{_TURNING}::test_tokens_whose_writer_died_are_found_again",
    ),
    bug(
        "an error that nobody knows leaves the comparison running for ever",
        COMPARE,
        "    finally:\n        end =",
        "    else:\n        end =",
        "tests/integration/telling/test_drift.py"
        "::test_an_error_that_nobody_knows_ends_the_report_and_the_message_comes_again",
    ),
    bug(
        "each hint of an ERP is a pull of its own",
        "shared/adapters/erp_hints.py",
        "asked_at <= :over OR",
        "asked_at <> :over OR",
        f"{_HINTS}::test_many_hints_of_a_minute_are_one_pull_after_all_of_them",
        rules="R43",
    ),
    bug(
        "the pull for hints begins before the last of them",
        "shared/usecases/hear_hint.py",
        ", delay_s=int(WINDOW.total_seconds()))",
        ", delay_s=0)",
        f"{_HINTS}::test_many_hints_of_a_minute_are_one_pull_after_all_of_them",
        rules="R43",
    ),
    bug(
        "what is told anew is the request that the ERP refused",
        "shared/domain/erp.py",
        """return f"{self.key}~{self.attempt}" if self.attempt else self.key""",
        "return self.key",
        "tests/connectors/test_quickbooks.py"
        "::test_what_is_told_anew_after_a_refusal_is_no_repeated_request",
        rules="R43",
    ),
    bug(
        "a part that went and came again under its name is taken for the one that is known",
        "shared/domain/erp_records.py",
        "if isinstance(row, PaymentRow) and row.edition:",
        "if isinstance(row, PaymentRow) and row.edition == '-':",
        f"{_PARTS}::test_each_part_of_a_payment_goes_and_comes_by_itself",
        rules="R43",
    ),
    bug(
        "a payment that lost one part is taken back in all of them",
        "shared/usecases/import_gone.py",
        "None if external_id in row.keeps else",
        "None if external_id in row.into else",
        f"{_PARTS}::test_each_part_of_a_payment_goes_and_comes_by_itself",
        rules="R43",
    ),
    bug(
        "why goes by the brake as the last sweep left it",
        "shared/usecases/watch_erps.py",
        "erp_stale=_old(connections, entity, now))",
        "erp_stale=entity.erp_stale if now else _old(connections, entity, now))",
        f"{_WHY}::test_why_tells_of_today_what_the_sweep_then_does",
    ),
    bug(
        "a past day does not say that its messages waited for the facts",
        "shared/usecases/explain.py",
        "    if not told.notices:\n",
        "    if not told.account:\n",
        f"{_WHY}::test_a_past_day_tells_that_messages_waited_for_the_facts",
    ),
    bug(
        "the brake is no dated fact",
        "shared/adapters/entities.py",
        "self._table.write(entity_write(changed), Put(fact, condition=NEW))",
        "self._table.write(entity_write(changed))",
        f"{_WHY}::test_a_past_day_tells_that_messages_waited_for_the_facts",
    ),
    bug(
        "an amount goes to an ERP by way of a float",
        "shared/adapters/exact_json.py",
        'return format(value, "f")',
        "return repr(float(value))",
        "tests/connectors/test_exact_amounts.py::test_an_amount_leaves_by_its_very_digits",
    ),
    bug(
        "an amount comes from an ERP by way of a float",
        "shared/adapters/exact_json.py",
        "parse_float=Decimal",
        "parse_float=float",
        "tests/unit/test_exact_json.py"
        "::test_an_amount_is_written_by_its_digits_and_read_as_the_same",
    ),
    bug(
        "a web page goes to people as it came",
        "shared/adapters/erp_http.py",
        "        if 400 <= status < 500 and answer.is_page:\n",
        "        if 400 <= status < 500 and not answer.status:\n",
        "tests/connectors/test_pages.py::test_a_web_page_is_told_in_words_and_never_as_it_came",
    ),
    bug(
        "what is left of a payment taken back in part is not noted before it goes",
        "shared/adapters/quickbooks_entries.py",
        'noted = {**first, "PrivateNote": plan_of(entry, stays)}',
        "noted = first",
        "tests/connectors/test_quickbooks.py::TestQuickBooks"
        "::test_a_crash_before_any_write_is_mended_by_the_next_attempt",
        rules="i25",
    ),
)
