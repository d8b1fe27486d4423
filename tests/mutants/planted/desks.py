"""Bugs in what an ERP's records do to the books."""

from tests.mutants.bug import bug

_ROWS = "tests/integration/imports/test_erp_rows.py::"
_TWICE = "tests/integration/imports/test_erp_twice.py::"
_CREDIT = "tests/unit/test_erp_credit.py::"
_VERDICTS = "tests/unit/test_erp_verdicts.py::"

DESK_BUGS = (
    bug(
        "money that we booked in the ERP comes back as new",
        "shared/usecases/import_payments.py",
        "row.external_id in ours or parse_entry_key(row.our_key) in told",
        "row.external_id in ours",
        "tests/integration/imports/test_money.py::"
        "test_what_we_booked_in_the_erp_is_known_by_its_key_when_it_comes_back",
        rules="i25",
    ),
    bug(
        "a record that was only touched is written again",
        "shared/domain/import_verdicts.py",
        "    if same:\n        return Verdict.SAME\n",
        "    if same and revision == stored:\n        return Verdict.SAME\n",
        _VERDICTS + "test_content_decides_and_nothing_goes_backwards",
        _TWICE + "test_a_whole_second_sync_changes_nothing_whatever_the_stamps_and_the_order",
        rules="R43 i25",
    ),
    bug(
        "a late page brings an older revision back",
        "shared/domain/import_verdicts.py",
        "if _rank(revision) < _rank(stored):",
        "if _rank(revision) > _rank(stored):",
        _VERDICTS + "test_content_decides_and_nothing_goes_backwards",
        rules="R43",
    ),
    bug(
        "what the hub used of a credit note is used again when the ERP tells of it",
        "shared/domain/erp_credit.py",
        "            wanted[document_id] = max(meant - there, 0)\n",
        "            wanted[document_id] = meant - known.get(document_id, 0)\n",
        _CREDIT + "test_what_the_hub_used_is_not_used_again_when_the_erp_tells_of_it",
        rules="i25",
    ),
    bug(
        "a use that the ERP took back stays on the invoice",
        "shared/domain/erp_credit.py",
        "            here.free(document_id, parts, less)\n",
        "            pass\n",
        _CREDIT + "test_where_there_is_room_the_note_is_where_the_erp_says",
        rules="R43",
    ),
    bug(
        "two entities' invoices of one ERP id are one document",
        "shared/usecases/import_invoices.py",
        'derived_id("invoice", self.entity.entity_id, row.external_id)',
        'derived_id("invoice", row.external_id)',
        _TWICE + "test_two_entities_whose_erps_give_the_same_ids_have_nothing_in_common",
        rules="R42",
    ),
    bug(
        "an invoice goes to another customer by itself",
        "shared/domain/import_verdicts.py",
        "    if fact.customer_id != customer_id:\n"
        '        message = "This invoice belongs to another customer here. Ask a person',
        "    if fact.customer_id == customer_id and False:\n"
        '        message = "This invoice belongs to another customer here. Ask a person',
        "tests/integration/imports/test_bad_input.py::"
        "test_62_an_invoice_never_changes_its_owner_by_itself",
        rules="R42",
    ),
    bug(
        "the ERP is told to take back a payment that it deleted itself",
        "shared/adapters/cash_book.py",
        "to_tell(before, after, step.erp_did)",
        "to_tell(before, after)",
        _ROWS + "test_of_a_payment_that_is_gone_the_erp_hears_what_we_had_changed_of_it",
        rules="i25",
    ),
    bug(
        "credit of the ERP's own payment is booked there a second time",
        "shared/domain/cash_step.py",
        "for done in (*erp_did, *_excess_used(before, after)):",
        "for done in erp_did:",
        "tests/unit/test_erp_story.py::test_hub_and_erp_agree_whatever_happened_on_both_sides",
        _ROWS + "test_what_a_payment_of_the_erp_has_too_much_is_moved_there_and_not_booked_again",
        rules="i25",
    ),
    bug(
        "a credit note that came too early never takes the room it was written for",
        "shared/usecases/import_gone.py",
        "                self._fill_up_note(customer_id, credit.source_id)\n",
        "                continue\n",
        _ROWS + "test_what_the_erp_has_on_an_invoice_takes_the_room_that_a_gone_payment_leaves",
        rules="R43",
    ),
    bug(
        "a discount beside money that the ERP has on the invoice already is not told",
        "shared/adapters/cash_book.py",
        "        yield from discount_puts(entity_id, books, step.posting, alone, now)\n",
        "",
        _ROWS + "test_a_discount_beside_money_that_the_erp_has_on_the_invoice_is_told_by_itself",
        rules="i25 R23",
    ),
    bug(
        "an invoice that waited for its payment to go is never voided",
        "shared/usecases/import_gone.py",
        "            if fact.gone_asked\n",
        "            if fact.gone\n",
        _ROWS + "test_an_invoice_with_payments_is_not_voided_until_they_are_gone_too",
        rules="R43 R14",
    ),
    bug(
        "what was paid before a move is asked for again after it",
        "shared/domain/move_document.py",
        "        total=document.total - document.open,\n        open=nothing,",
        "        total=document.total,\n        open=nothing,",
        "tests/unit/test_move_document.py::"
        "test_each_customer_s_books_agree_and_the_two_have_what_the_one_had",
        rules="R43",
    ),
    bug(
        "parts that are put off forget what was paid of them",
        "shared/domain/named_parts.py",
        "Instalment(i.number, i.due_on, i.total, _less(i.total, settled.get(i.number, 0)))",
        "Instalment(i.number, i.due_on, i.total, i.total)",
        "tests/unit/test_named_parts.py::test_parts_that_are_put_off_keep_what_was_paid_of_each",
        rules="R18",
    ),
)
