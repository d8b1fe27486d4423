"""Bugs in what is taken by itself: twice, too early, too much, or after the reminder."""

from tests.mutants.bug import ALWAYS, bug

LAWS = "tests/unit/test_autopay.py"
TENDED = "tests/unit/test_tend_autopay.py"
LIVED = "tests/integration/money_in/test_autopay.py"

AUTOPAY_BUGS = (
    bug(
        "autopay lands after the day's fee",
        "shared/domain/autopay.py",
        "    return next_on if next_on <= today or not collection.tries else None",
        "    return next_on if next_on < today and not collection.tries else None",
        LAWS,
        rules="R44",
    ),
    bug(
        "a further try lands after the reminder of its day",
        "shared/usecases/work_sweep.py",
        "        if not ports.autopay(entity, account, policy, now):\n            break",
        "        break",
        f"{LIVED}::test_a_refusal_that_may_pass_is_tried_again_on_its_days_before_any_reminder",
        rules="R44",
    ),
    bug(
        "the lost answer of a taking takes twice",
        "shared/usecases/take_autopay.py",
        '        return Outcome("done", "unknown")\n',
        '        return _refused(ports, entity_id, customer_id, checkout_id, "unknown", now)\n',
        f"{LIVED}::test_the_lost_answer_of_a_taking_takes_once",
        rules="R11 R44",
    ),
    bug(
        "a taking whose answer was lost long ago is made anew",
        "shared/usecases/take_autopay.py",
        "        made = ports.gateway.find_taking(checkout, since)\n",
        "        made = None\n",
        f"{LIVED}::test_a_taking_that_nobody_answered_for_long_is_looked_for_and_not_made_anew",
        rules="R11",
    ),
    bug(
        "a hard decline is tried again",
        "shared/domain/collection.py",
        "        if verdict_on(code) is Verdict.AGAIN and ahead is not None:",
        "        if verdict_on(code) is not Verdict.THIS_TIME and ahead is not None:",
        LAWS,
        rules="R12",
    ),
    bug(
        "a debit that the bank refused is tried again",
        "shared/domain/autopay.py",
        "    return () if debit and not rule.retry_debits else rule.retry_days",
        "    return rule.retry_days",
        LAWS,
        rules="R12",
    ),
    bug(
        "a part that is still to be taken counts as missed",
        "shared/domain/coverage.py",
        "        and account.collecting(item.document_id) is None\n",
        "",
        LAWS,
        rules="R44",
    ),
    bug(
        "more is taken than was announced",
        "shared/domain/autopay.py",
        "            part = min(cover.chaseable, most)\n",
        "            part = cover.chaseable\n",
        LAWS,
    ),
    bug(
        "who leaves it to us loses the discount",
        "shared/domain/autopay.py",
        "    return discount.last_day if in_time and saves else item.due_on",
        "    return item.due_on",
        LAWS,
    ),
    bug(
        "a discount that is over by the day of taking is taken off",
        "shared/domain/autopay.py",
        "    off = offered(document, today)\n",
        "    off = offered(document, document.issued_on)\n",
        f"{LAWS}::test_of_an_invoice_announced_whole_no_discount_is_kept_once_it_is_over",
    ),
    bug(
        "what is taken by itself is announced at night",
        "shared/usecases/tend_autopay.py",
        "now.time_of_day(account.customer.time_zone)",
        "None",
        f"{LIVED}::test_at_night_nothing_is_announced_and_in_the_morning_it_is",
        rules="R31",
    ),
    bug(
        "an announcement that waits for the morning is forgotten",
        "shared/usecases/sweep.py",
        "        waits.add(over_on)\n",
        "        pass\n",
        TENDED,
        rules="R31",
    ),
    bug(
        "no cap counts what announces a taking",
        "shared/domain/notice.py",
        '    return kind in ("stage", AUTOPAY) and channel.is_message',
        '    return kind == "stage" and channel.is_message',
        TENDED,
    ),
    bug(
        "leave that was taken back just before still takes",
        "shared/usecases/take_autopay.py",
        "    return not held and still_to_take(account, checkout, today)",
        "    return not held",
        f"{LIVED}::test_a_mandate_that_ended_just_before_takes_nothing",
    ),
    bug(
        "two sweeps begin one try",
        "shared/adapters/autopay_collections.py",
        "    return Put(item, condition=VERSION, values=seen(after.version - 1))",
        f'    return Put(item, condition="{ALWAYS}")',
        f"{LIVED}::test_of_two_sweeps_that_saw_the_same_one_begins_the_try",
    ),
    bug(
        "what was never announced is taken",
        "shared/usecases/tend_autopay.py",
        "    if taking.collection.tries:\n",
        "    if taking.collection.lines:\n",
        TENDED,
    ),
)
