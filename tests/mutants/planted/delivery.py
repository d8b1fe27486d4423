"""Bugs in how messages leave: what is called, counted, left out, and wished away."""

from tests.mutants.bug import Bug, bug

NOTICES = "shared/adapters/notices.py"
SENDING = "shared/usecases/send_notice.py"
WRITING = "shared/usecases/write_mail.py"
FENCING = "tests/integration/test_fencing.py"
FOLDER = "tests/unit/test_letter_folder.py"
OUTAGES = "tests/integration/test_ses_outages.py"
WISHES = "tests/integration/test_mail_wishes.py"

DELIVERY_BUGS: tuple[Bug, ...] = (
    bug(
        "a mail that was refused is never tried again",
        NOTICES,
        '            "state": str(DeliveryState.CLAIMED),\n            "fence": "",',
        '            "state": str(DeliveryState.CALLING),\n            "fence": "",',
        f"{OUTAGES}::test_six_hours_of_refusals_delay_every_mail_and_repeat_none",
        rules="R1",
    ),
    bug(
        "an answer that was lost counts as a no",
        "shared/adapters/ses_mail.py",
        'return SendResult(SendState.UNCERTAIN, code="no_answer")',
        'return SendResult(SendState.REFUSED, code="no_answer")',
        f"{OUTAGES}::test_a_day_without_answers_and_events_repeats_nothing_and_tells_what_is_unknown",
        rules="R1",
    ),
    bug(
        "a letter lies in the printer's folder once a day",
        "shared/adapters/letter_folder.py",
        'place = f"letters/{job.entity_id}/{job.customer_id}-{job.n}"',
        'place = f"letters/{job.entity_id}/{job.dated_on}/{job.customer_id}-{job.n}"',
        f"{FOLDER}::test_a_letter_that_is_put_in_again_on_another_day_lies_there_once",
        rules="R1",
    ),
    bug(
        "a letter that may be printed is handed in again",
        "shared/adapters/letter_folder.py",
        'return SendResult(SendState.UNCERTAIN, code="no_answer")',
        'return SendResult(SendState.REFUSED, code="no_answer")',
        f"{FOLDER}::test_what_may_be_printed_is_never_called_refused",
        rules="R1",
    ),
    bug(
        "what a later notice has taken over is written anew by an earlier one",
        NOTICES,
        "still.append(Check(keys.notice(entity, customer_id, n + 1), NEW))",
        "pass",
        f"{FENCING}::"
        "test_what_a_later_notice_has_taken_over_is_not_said_to_be_left_out_by_this_one",
        rules="R34",
    ),
    bug(
        "anybody may end anybody's call",
        NOTICES,
        'condition="fence = :fence AND #state <> :bounced",',
        'condition="(fence = :fence OR fence <> :fence) AND #state <> :bounced",',
        f"{FENCING}::test_a_worker_that_lost_its_fence_neither_confirms_nor_gives_back",
        rules="R1",
    ),
    bug(
        "news that a mail was sent hides that it was called spam",
        NOTICES,
        "unsure = (DeliveryState.CALLING, DeliveryState.UNKNOWN)",
        "unsure = (DeliveryState.CALLING, DeliveryState.UNKNOWN, DeliveryState.BOUNCED)",
        f"{FENCING}::test_bad_news_that_comes_first_stays_and_is_one_task_however_often_it_is_told",
        rules="R1",
    ),
    bug(
        "news that is told twice counts twice",
        "shared/adapters/mail_watch.py",
        'condition=f"attribute_exists(pk) AND attribute_not_exists(counted_{name})",',
        'condition="attribute_exists(pk)",',
        "tests/integration/test_mail_pause.py::"
        "test_each_mail_counts_once_for_each_news_of_it_however_often_it_is_told",
        rules="R4",
    ),
    bug(
        "a pause stops nothing",
        SENDING,
        "return bool(entity.hold_all or entity.mail_paused or (asks and entity.erp_stale))",
        "return bool(entity.hold_all or (asks and entity.erp_stale))",
        "tests/integration/test_mail_pause.py::"
        "test_too_many_that_come_back_pause_every_mail_until_a_person_lets_them_go",
    ),
    bug(
        "a fee stays though its message was withdrawn",
        "shared/usecases/set_aside.py",
        "    take_back_untold(untold, *whose, notice, now)\n    if day",
        "    if day",
        "tests/integration/test_untold_charges.py::"
        "test_a_fee_that_was_never_told_is_taken_back_with_its_message",
        rules="R22",
    ),
    bug(
        "a fee stays although SES rejected its mail later",
        "shared/usecases/mail_event.py",
        "        take_back_unheard(untold, event, now)\n",
        "        pass\n",
        "tests/integration/test_untold_charges.py::"
        "test_a_fee_is_taken_back_once_its_mail_is_known_to_have_reached_nobody",
        rules="R22",
    ),
    bug(
        "a fee is taken back of which somebody has read",
        "shared/usecases/mail_event.py",
        "    if reached_nobody and event.kind is not MailEventKind.COMPLAINED:\n",
        "    if reached_nobody:\n",
        "tests/integration/test_untold_charges.py::test_a_fee_stays_that_somebody_has_read_of",
        rules="R22",
    ),
    bug(
        "a fee stays although its text did not arrive",
        "shared/usecases/sms_event.py",
        "    take_back_unheard(untold, event, now)\n",
        "",
        "tests/integration/test_sms.py::test_the_fee_of_a_text_that_did_not_arrive_is_taken_back",
        rules="R22",
    ),
    bug(
        "a mail by hand waits for nobody's approval",
        "shared/usecases/remind_now.py",
        "notice = replace(made, by_hand=mail.by, with_fee=mail.with_fee)",
        "notice = replace(made, by_hand=mail.by, with_fee=mail.with_fee, approval=False)",
        "tests/integration/test_untold_charges.py::"
        "test_a_mail_by_hand_waits_for_approval_as_its_stage_says",
        rules="R37",
    ),
    bug(
        "what a message leaves out counts as said",
        SENDING,
        "return done if done != notice.done_after else None",
        "return None",
        "tests/integration/test_one_message.py::"
        "test_an_invoice_held_after_the_claim_mutes_no_other_and_is_asked_for_when_the_hold_ends",
        rules="R34",
    ),
    bug(
        "what was sent by hand counts for nothing",
        "shared/domain/by_hand.py",
        "done | {i: max(done.get(i, stage.position), stage.position) for i in asked},",
        "done,",
        "tests/integration/test_by_hand.py::"
        "test_what_was_sent_by_hand_is_not_said_again_and_the_next_stage_comes_as_ever",
        rules="R35",
    ),
    bug(
        "a wish holds for mails by hand alone",
        "shared/domain/due_stage.py",
        "if stage.channel is Channel.EMAIL and wants_none(customer, stage.template):",
        'if stage.channel is Channel.EMAIL and wants_none(customer, "invoice"):',
        f"{WISHES}::test_a_reminder_that_is_claimed_already_does_not_go_out",
        rules="R36",
    ),
    bug(
        "a wish holds for the sweep alone",
        "shared/domain/by_hand.py",
        "if wants_none(account.customer, stage.template):",
        'if wants_none(account.customer, "invoice"):',
        "tests/integration/test_by_hand.py::test_a_wish_holds_for_mails_by_hand_as_well",
        rules="R36",
    ),
    bug(
        "an internal customer is spared the ladder only",
        WRITING,
        'if customer.internal:\n        return "internal"',
        'if customer.internal and notice.kind == "stage":\n        return "internal"',
        f"{WISHES}::test_an_internal_customer_gets_no_mail_of_any_kind_and_no_call",
        rules="R36",
    ),
    bug(
        "senders do not wait for their turn",
        "shared/adapters/send_pace.py",
        "self._sleep((turn - now) / _MICROS)",
        "self._sleep(0)",
        "tests/unit/test_send_pace.py::"
        "test_mails_go_out_at_the_accounts_rate_and_hardly_ever_over_it",
    ),
)
