"""Bugs of the call list and of the work that people are given."""

from tests.mutants.bug import bug

CALLS = "tests/integration/test_calls.py"
ABOUT = "tests/unit/test_calls.py"
PAID = f"{CALLS}::test_an_invoice_that_is_paid_ends_its_call_and_is_no_work_before"

CALL_BUGS = (
    bug(
        "a call about what is paid stays open",
        "functions/janitor/handler.py",
        "    _end_settled,\n",
        "",
        PAID,
        rules="R19",
    ),
    bug(
        "what is settled is still listed as work",
        "shared/usecases/work_list.py",
        "yield from (task for task in chunk if task not in settled)",
        "yield from chunk",
        PAID,
        rules="R19",
    ),
    bug(
        "a decision about what is paid still waits for somebody",
        "shared/domain/settled_task.py",
        "frozenset({APPROVAL, ",
        "frozenset({",
        f"{CALLS}::test_what_waits_for_approval_is_withdrawn_once_it_is_paid",
        rules="R19",
    ),
    bug(
        "an outcome is lost where another call ends meanwhile",
        "shared/usecases/call_customers.py",
        "    for _ in range(_TRIES_MAX):\n        if task not in together:",
        "    for _ in range(1):\n        if task not in together:",
        f"{CALLS}::test_an_outcome_is_noted_although_another_call_to_the_customer_ends_meanwhile",
    ),
    bug(
        "a call ends with the first of its documents",
        "shared/domain/settled_task.py",
        "    return not any(task",
        "    return not all(task",
        f"{ABOUT}::test_what_is_settled_is_no_work_and_what_is_only_covered_is",
        rules="R19",
    ),
    bug(
        "a call picks up what fell due after it",
        "shared/domain/calls.py",
        "not any(_is_about(t, item, account) for t in tasks)",
        "not tasks",
        f"{ABOUT}::test_an_old_call_does_not_pick_up_a_newer_debt",
        rules="R19",
    ),
    bug(
        "a call is about all parts of what is paid in parts",
        "shared/usecases/escalate.py",
        "        items=decision.documents if decision.documents != documents else (),\n",
        "",
        f"{CALLS}::test_a_call_about_an_instalment_names_that_part_alone",
    ),
    bug(
        "an outcome leaves the other calls to the same customer",
        "shared/usecases/call_customers.py",
        "        done = [_done(one, said, by, now) for one in together]\n",
        "        done = [_done(task, said, by, now)]\n",
        f"{CALLS}::test_an_outcome_ends_all_the_calls_to_a_customer",
    ),
    bug(
        "a customer is named once for each call task",
        "shared/usecases/call_customers.py",
        "            asked.setdefault(task.customer_id, []).append(task)\n",
        "            asked.setdefault(task.customer_id, [task])\n",
        f"{CALLS}::test_a_customer_with_two_calls_to_make_is_named_once",
    ),
    bug(
        "what nobody called counts as a call",
        "shared/adapters/contacts.py",
        "            if task.done_at is not None and task.done_by\n",
        "            if task.done_at is not None\n",
        PAID,
        rules="R19",
    ),
    bug(
        "what is promised on the phone is taken for the first currency there is",
        "infra/cli/calling.py",
        "    if len(known) == 1:\n",
        "    if known:\n",
        "tests/unit/test_cli_calls.py::test_an_amount_is_in_no_guessed_currency",
    ),
    bug(
        "who was put off hides what speaks for the debt",
        "shared/domain/no_call.py",
        "    if len(agreed) == len(waiting):\n",
        "    if agreed:\n",
        "tests/unit/test_no_call.py::test_what_was_put_off_hides_no_reason_of_a_call_that_is_not",
    ),
    bug(
        "a page of customers by name begins with the first name again",
        "shared/adapters/receivables.py",
        'low = f"{name_place(*after)}\\x00" if after else',
        'low = f"{name_place(*after)}" if after else',
        "tests/integration/test_customer_lists.py",
    ),
    bug(
        "tasks are listed by their ids",
        "shared/domain/tasks.py",
        "    return sorted(tasks, key=lambda task: task.place)\n",
        "    return sorted(tasks, key=lambda task: task.task_id)\n",
        f"{ABOUT}::test_what_is_due_first_stands_first",
        f"{CALLS}::test_tasks_are_listed_in_the_order_of_their_days_page_by_page",
    ),
)
