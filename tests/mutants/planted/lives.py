"""Bugs that a year in the life of a customer shows."""

from tests.mutants.bug import bug

LIVES = "tests/lives/test_rules_in_lives.py"
DUE = "shared/domain/due_stage.py"

PARTS = "test_each_part_of_a_plan_is_told_ahead_of_its_day_and_that_the_plan_is_over_once"
HOLD_OVER = "test_a_hold_that_is_over_leaves_what_every_decision_reads_and_is_still_known"
AGREED = "tests/integration/test_agreements.py"

LIFE_BUGS = (
    bug(
        "a hold that is over is read for ever",
        "shared/domain/agreements_over.py",
        "        holds=tuple(h for h in account.holds if h.is_over(today)),\n",
        "",
        f"{AGREED}::{HOLD_OVER}",
    ),
    bug(
        "a hold that is over is forgotten",
        "shared/adapters/agreements_over.py",
        "Delete(keys.hold(*whose), EXISTS), Put(past))",
        "Delete(keys.hold(*whose), EXISTS))",
        f"{AGREED}::{HOLD_OVER}",
    ),
    bug(
        "a past day knows what a customer wished later",
        "shared/domain/mail_wish.py",
        "            if change.at <= at:\n",
        "            if change.at:\n",
        "tests/unit/test_mail_wish.py"
        "::test_a_past_day_knows_the_wishes_of_its_time_and_not_those_of_today",
    ),
    bug(
        "a letter's deadline ends on a holiday",
        "shared/domain/letter.py",
        "(day.isoweekday() not in _BUSINESS_DAYS or day in closed_on) and day < last",
        "day.isoweekday() not in _BUSINESS_DAYS and day < last",
        "tests/unit/test_letter.py::test_a_deadline_does_not_end_on_a_holiday_of_the_customer",
        rules="R38",
    ),
    bug(
        "a fee stays although the mail that tells of it was rejected",
        "shared/usecases/mail_event.py",
        "        take_back_unheard(untold, event, now)\n",
        "        pass\n",
        "tests/lives/test_lives.py::test_a_life_is_told_as_it_was_approved[mail-rejected]",
        rules="R22",
    ),
    bug(
        "a fee stays although no text could tell of it",
        "shared/usecases/look_again.py",
        "    take_back_untold(stores.untold, *due.whose[:2], due.notice, now)\n    stores",
        "    stores",
        "tests/integration/test_sms.py::test_a_fee_that_no_text_could_tell_of_is_taken_back",
        rules="R22",
    ),
    bug(
        "money of today is of the future where the customer has yesterday",
        "shared/usecases/record_payment.py",
        "    check_received(received, today)\n",
        "    check_received(received, now.today(at.customer.time_zone))\n",
        "tests/lives/test_lives.py::test_a_life_is_told_as_it_was_approved[far-west]",
    ),
    bug(
        "nobody says ahead that a part of a plan comes due",
        DUE,
        "    return is_plan_part(item.document.document_id) and bool(item.cover.planned)\n",
        "    return False\n",
        f"{LIVES}::{PARTS}",
        rules="R18",
    ),
    bug(
        "nobody says that a plan is over",
        "shared/domain/notices.py",
        "        plans_over=decision.plans_over,\n",
        "",
        f"{LIVES}::{PARTS}",
        rules="R18",
    ),
    bug(
        "who cannot be told is a task again every day",
        "shared/adapters/tasks.py",
        "            self._table.write(open_task_put(entity_id, task), Check(done, NEW))\n",
        "            self._table.write(open_task_put(entity_id, task))\n",
        f"{LIVES}::test_who_cannot_be_told_is_a_task_on_the_first_day_and_one_only",
        rules="R36",
    ),
    bug(
        "the ladder that a company starts with writes at night",
        "shared/templates/policies/standard.yaml",
        'quiet_hours: {begins: "20:00", ends: "07:00"}',
        'quiet_hours: {begins: "20:00", ends: "20:01"}',
        f"{LIVES}::test_nobody_is_written_to_at_night[far-east]",
        rules="R31",
    ),
    bug(
        "a fee comes with the first word about what is late",
        "shared/domain/escalation.py",
        "        if first is None or furthest[document_id] >= first.position:\n",
        "        if first is None or furthest:\n",
        "tests/unit/test_late_fee.py"
        "::test_nothing_is_charged_with_the_first_word_about_what_is_late",
        rules="R22",
    ),
    bug(
        "the answer to a dispute is kept from who opened it",
        "shared/domain/dispute.py",
        "return bool(dispute.answer) or dispute.outcome is not DisputeOutcome.WITHDRAWN",
        "return False",
        f"{AGREED}::test_the_answer_to_a_dispute_is_mailed_once_however_many_close_it",
        rules="R5",
    ),
    bug(
        "a part-paid invoice leaves the ladder",
        DUE,
        "    if not item.cover.chaseable and not _is_part_ahead(item):\n",
        "    if item.document.open.minor < item.document.total.minor:\n",
        f"{LIVES}::test_each_mail_asks_for_what_is_left_of_a_part_paid_invoice",
        rules="R17",
    ),
    bug(
        "instalments are late by the last of their days",
        "shared/domain/open_items.py",
        "            due_on=part.due_on,\n",
        "            due_on=document.instalments[-1].due_on,\n",
        f"{LIVES}::test_each_instalment_is_late_by_its_own_day",
        rules="R18",
    ),
    bug(
        "a message asks for the first of the documents that are due",
        "shared/domain/decide.py",
        "    asked = {one.document.document_id: one.rung for one in due}\n",
        "    asked = {one.document.document_id: one.rung for one in due[:1]}\n",
        f"{LIVES}::test_a_customer_with_one_invoice_settled_is_asked_for_the_other",
        rules="R19",
    ),
    bug(
        "holidays are working days",
        "shared/domain/policy_book.py",
        "return policy.sends_on(day) and not (policy.holidays and day in self.closed_on)",
        "return policy.sends_on(day)",
        f"{LIVES}::test_a_holiday_moves_the_mail_and_not_the_due_date",
        rules="R31",
    ),
    bug(
        "the grace of a promise is forgotten",
        "shared/domain/agreement.py",
        "return made and not withdrawn and today <= self.last_day",
        "return made and not withdrawn and today <= self.pays_on",
        f"{LIVES}::test_nobody_is_reminded_of_what_something_speaks_for",
        rules="R33",
    ),
    bug(
        "a fee is charged although the mail is stopped",
        DUE,
        "    if stage.channel is Channel.EMAIL and customer.mail_stopped:\n",
        "    if stage.channel is Channel.SMS and customer.mail_stopped:\n",
        f"{LIVES}::test_a_bounce_ends_the_mails_and_no_fee_is_charged_that_nobody_could_read_of",
        f"{LIVES}::test_no_fee_follows_a_reminder_that_was_the_last_mail",
        rules="R36",
    ),
    bug(
        "the last stage is said again for ever",
        DUE,
        "        return self.done >= rung.position\n",
        "        return self.done > rung.position\n",
        f"{LIVES}::test_the_ladder_ends_with_a_person_and_nothing_is_said_after_it",
        rules="R37",
    ),
)
