"""Bugs in what the ERP is told, and in the comparison with it."""

from tests.mutants.bug import bug

TELLING = "shared/usecases/write_back.py"
NOTES = "shared/adapters/writebacks.py"
BOOKED = "tests/integration/telling/test_write_back.py"
CHANGED = "tests/integration/telling/test_changes.py"
REPAIRED = "tests/integration/telling/test_repair.py"
ONCE = "tests/sim/test_erp_booked_once.py"
DRIFT = "tests/unit/test_drift.py"
COMPARED = "tests/integration/telling/test_drift.py"
TWICE = "tests/integration/sync/test_two_discounts.py"
ROWS = "tests/integration/imports/test_erp_rows.py"

TELLING_BUGS = (
    bug(
        "a later line goes by how the lines stood before the earlier one was told",
        TELLING,
        "            known = ports.notes.line(entity_id, customer_id, document_id)\n",
        "            known = line\n",
        f"{CHANGED}::test_what_becomes_of_a_charge_is_told_with_it_where_both_waited",
        f"{TWICE}::test_whatever_comes_first_one_of_both_stays",
        rules="i25",
    ),
    bug(
        "a discount is booked though the ERP settled its invoice otherwise",
        TELLING,
        "        if posted is None and _is_covered(erp, note, whose):\n",
        "        if posted is not None and _is_covered(erp, note, whose):\n",
        f"{TWICE}::test_whatever_comes_first_one_of_both_stays",
        f"{TWICE}::test_what_the_erp_writes_off_in_part_leaves_the_same_open_on_both_sides",
        rules="R23 i25",
    ),
    bug(
        "more is written off in the ERP than it has open",
        TELLING,
        "    if told is None or told.open.minor >= note.settles_minor:\n",
        "    if told is None or told.open.minor >= note.settles_minor or kind is not "
        "EntryKind.DISCOUNT:\n",
        f"{CHANGED}::test_what_the_erp_has_not_open_is_written_off_by_a_person_only",
        f"{CHANGED}::test_money_with_a_discount_for_which_there_is_no_room_is_not_half_booked",
        rules="R43",
    ),
    bug(
        "what the ERP was never told is taken back there",
        TELLING,
        "    if takes_back_untold(note, line):\n",
        "    if takes_back_untold(note, ()):\n",
        f"{TWICE}::test_whatever_comes_first_one_of_both_stays",
        rules="i25",
    ),
    bug(
        "nobody is told that the ERP took back by itself what was taken back there for us",
        "shared/domain/drift.py",
        "    if back and gap == -sum(n.settles_minor for n in back):\n",
        "    if back and gap == sum(n.settles_minor for n in back):\n",
        f"{COMPARED}::test_money_of_the_erp_that_a_person_took_back_here_is_one_payment_to_the_end",
        rules="R43 i25",
    ),
    bug(
        "QuickBooks is said to have taken back its own payment",
        "shared/adapters/quickbooks_entries.py",
        '        check_ours(entry, "QuickBooks")\n',
        "",
        "tests/connectors/test_quickbooks.py::TestQuickBooks"
        "::test_money_of_the_erp_is_taken_back_by_an_entry_or_by_a_person",
        rules="R43",
    ),
    bug(
        "of two discounts that are alike the older one is taken back",
        "shared/domain/telling.py",
        "    standing = (n for n in reversed(told) if n.method",
        "    standing = (n for n in told if n.method",
        "tests/unit/test_telling.py::test_the_newest_that_stands_is_taken_back",
        rules="i25",
    ),
    bug(
        "what the ERP writes off later is credit beside a discount",
        "shared/usecases/import_payments.py",
        "        return way if self.store.granted(*whose) >= taken else ()\n",
        "        return way if self.store.granted(*whose) < taken else ()\n",
        f"{ROWS}::test_what_the_erp_writes_off_later_takes_the_place_of_the_discount",
        f"{ROWS}::test_a_discount_that_the_hubs_own_money_earned_gives_way_to_nothing",
        rules="R23 i25",
    ),
    bug(
        "what may be booked already is booked without a look",
        TELLING,
        "look = doubted or note.again",
        "look = note.again",
        f"{BOOKED}::test_an_answer_lost_after_the_commit_is_found_and_not_booked_again",
        rules="R43 i25",
    ),
    bug(
        "a call that a crash cut off is forgotten",
        TELLING,
        "doubted = note.doubted or note.calling is not None",
        "doubted = note.doubted",
        f"{BOOKED}::test_a_crash_between_the_commit_and_our_note_is_found",
        rules="i25",
    ),
    bug(
        "what a person has tried again is booked without a look",
        TELLING,
        "look = doubted or note.again",
        "look = doubted",
        f"{REPAIRED}::test_what_a_person_has_tried_again_is_looked_up_before_it_is_booked",
        rules="R43",
    ),
    bug(
        "nobody waits for a call that is under way",
        TELLING,
        "wall < note.calling + CALL_LEASE",
        "wall < note.calling",
        f"{BOOKED}::test_a_crash_between_the_commit_and_our_note_is_found",
    ),
    bug(
        "two workers may call the ERP with one line",
        NOTES,
        '_AS_SEEN = f"{_OPEN} AND calls = :seen"',
        '_AS_SEEN = f"{_OPEN} AND calls >= :seen"',
        ONCE,
        rules="R43 i25",
    ),
    bug(
        "what may have been booked is looked for before it can be there",
        "shared/domain/telling.py",
        "_DOUBT_WAIT if doubted else wait)",
        "wait)",
        ONCE,
        rules="i25",
    ),
    bug(
        "a later line goes ahead of one that waits",
        TELLING,
        'if outcome in ("later", "stopped", "paused"):\n            return outcome',
        'if outcome in ("later", "stopped", "paused"):\n            continue',
        f"{BOOKED}::test_a_later_entry_of_an_invoice_waits_behind_one_that_failed",
    ),
    bug(
        "lines are told in the order of their ids",
        NOTES,
        "key=lambda note: (note.written_at, note.payment_id, note.step)",
        "key=lambda note: (note.payment_id, note.step)",
        f"{BOOKED}::test_lines_come_in_the_order_of_their_making_whatever_came_first",
    ),
    bug(
        "an ERP that is down for a day parks what it was to be told",
        "shared/domain/telling.py",
        "GIVE_UP_AFTER = timedelta(days=3)",
        "GIVE_UP_AFTER = timedelta(hours=12)",
        f"{BOOKED}::test_an_erp_that_is_down_for_a_day_loses_nothing_and_blocks_nobody",
    ),
    bug(
        "what is given up of a charge is not told",
        "shared/adapters/cash_book.py",
        "        yield from charged_puts(entity_id, books, step.posting, now)\n",
        "",
        f"{CHANGED}::test_a_charge_its_money_and_its_waiver_are_told_in_that_order",
    ),
    bug(
        "an entry that the ERP lost is taken for its own doing",
        "shared/domain/drift.py",
        "if n.erp_id and not n.by_hand and not has(n.key)",
        "if n.erp_id and n.by_hand and not has(n.key)",
        f"{DRIFT}::test_what_the_erp_lost_is_told_again",
        rules="i25",
    ),
    bug(
        "what moves between the two reads is told as drift",
        "shared/usecases/compare_erp.py",
        "if any(d.is_drift for d in drift.differences) and has_time():",
        "if not has_time():",
        "tests/integration/telling/test_drift.py",
        rules="i25",
    ),
    bug(
        "any line that is still to be told explains any difference",
        "shared/domain/drift.py",
        "if lines and gap == sum(n.settles_minor for n in explaining):",
        "if lines:",
        f"{DRIFT}::test_it_explains_only_what_it_amounts_to",
    ),
    bug(
        "what was taken back in the ERP, and booked anew there, is told again as lost",
        "shared/domain/drift.py",
        "if lost and (exact or not _taken_back(kept.lines) & {_family(n) for n in lost}):",
        "if lost:",
        f"{DRIFT}::test_what_was_taken_back_there_and_booked_anew_is_not_lost",
        rules="i25",
    ),
)
