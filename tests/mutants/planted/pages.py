"""Bugs in what the pages of portal and console offer and tell."""

from tests.mutants.bug import bug

_ASKING = "tests/integration/portal/test_asking_to_sign_in.py::"
_CONSOLE = "tests/integration/test_console_document.py::"

PAGE_BUGS = (
    bug(
        "who decides sees what was claimed as if it stood",
        "functions/operator_api/console/waiting.py",
        "item.document_id: covers[item.document_id].chaseable",
        "item.document_id: item.payable",
        "tests/integration/test_console.py::"
        "test_who_decides_sees_what_may_be_asked_for_now_beside_what_was_claimed",
    ),
    bug(
        "every call to a customer is a line of its own",
        "functions/operator_api/console/to_do.py",
        "if place is not None:",
        "if False:",
        "tests/integration/test_console.py::"
        "test_calls_to_one_customer_take_one_line_and_each_can_be_ended",
    ),
    bug(
        "a refund by form needs no word",
        "functions/operator_api/console/money.py",
        'if field(form, "confirmation") != "yes":',
        "if False:",
        "tests/integration/test_console_money.py::"
        "test_money_that_waits_goes_back_by_a_form_that_is_confirmed_and_once",
    ),
    bug(
        "a call names what was waived since",
        "shared/domain/calls.py",
        "        if not mark:\n",
        "        if True:\n",
        "tests/unit/test_calls.py::test_what_was_waived_since_is_not_named_as_a_reason_to_call",
    ),
    bug(
        "a fee that was waived is told as paid",
        "shared/usecases/timeline.py",
        'return given_up[0] if given_up and "allocation" not in by else "paid"',
        'return "paid"',
        "tests/unit/test_timeline.py::test_what_was_given_up_is_not_told_as_paid",
    ),
    bug(
        "the consent to automatic payment names nothing that is overdue",
        "shared/domain/autopay.py",
        "if named or not _wanted(cover) or _take_day(item, cover, rule, today) >= take_on:",
        "if True:",
        "tests/integration/portal/test_autopay.py::"
        "test_what_is_overdue_is_named_with_its_first_day_before_anybody_agrees",
    ),
    bug(
        "a used sign-in has no other one mailed",
        "shared/adapters/links.py",
        'return str(item["customer_id"]) if item else None',
        "return None",
        _ASKING + "test_a_used_sign_in_says_so_and_has_another_sign_in_mailed",
    ),
    bug(
        "the main button of the portal asks for what is contested",
        "functions/portal/account.py",
        'spare_contested=["asked"] in (visitor.form.get("all"), visitor.form.get("part")),',
        "spare_contested=False,",
        "tests/integration/portal/test_paying.py::"
        "test_the_main_button_leaves_out_what_is_contested_and_another_pays_it_too",
        rules="R46",
    ),
    bug(
        "what could be a thousand is read as one",
        "shared/domain/typed_amount.py",
        'return mark in ".," and decimals > 0 and not rest and whole.count(mark) == 1',
        "return False",
        "tests/unit/test_typed_amount.py::test_what_could_be_something_else_is_refused",
        rules="R45",
    ),
    bug(
        "a notice that waits for a controller is told as done",
        "shared/domain/awaited.py",
        'if decision.code != "already_done":',
        "if True:",
        "tests/unit/test_explain.py::"
        "test_what_waits_for_a_controller_is_told_as_waiting_and_not_as_done",
    ),
    bug(
        "a sign-in leads wherever its form said",
        "functions/portal/wanted.py",
        'return text if _WANTED.fullmatch(text) else ""',
        "return text",
        _ASKING + "test_a_sign_in_leads_nowhere_else",
    ),
    bug(
        "a sign-in leads home, whatever was asked for",
        "functions/portal/confirming.py",
        'address = f"{base_of(entity_id)}/{page}" if page else base_of(entity_id)',
        "address = base_of(entity_id)",
        _ASKING + "test_the_mailed_sign_in_leads_to_what_was_asked_for",
    ),
    bug(
        "automatic payment is offered to who has it",
        "functions/portal/autopay.py",
        '    if mandate is not None:\n        return "on"\n',
        "",
        "tests/integration/portal/test_autopay.py::"
        "test_it_is_turned_on_upon_the_gateways_page_and_off_here",
    ),
    bug(
        "a document's page leaves out notices that only list it",
        "functions/operator_api/console/document_story.py",
        "if line is not None or notice.payment_id in paid:",
        "if (line is not None and line.asked) or notice.payment_id in paid:",
        _CONSOLE + "test_the_notices_about_a_document_stand_on_its_page_newest_first",
    ),
    bug(
        "a step of a document's books counts only its first instalment",
        "shared/domain/document_steps.py",
        "sums[name] = movement.amount if known is None else known + movement.amount",
        "sums[name] = movement.amount if known is None else known",
        "tests/unit/test_document_steps.py::test_steps_are_all_that_lies_between_total_and_open",
    ),
)
