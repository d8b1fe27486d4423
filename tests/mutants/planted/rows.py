"""Bugs in what a row of the ERP, or of a CRM, does beside what is here already."""

from tests.mutants.bug import bug

_BACK = "tests/integration/imports/test_came_back.py::"
_ROWS = "tests/integration/imports/test_erp_rows.py::"
_ODOO = "tests/connectors/test_odoo.py::"
_LINES = "tests/integration/imports/test_many_lines.py::"
_PEOPLE = "tests/integration/sync/test_people.py::"

ROW_BUGS = (
    bug(
        "whom a CRM names is gone when the ERP's customer changes",
        "shared/usecases/import_people.py",
        "            crm_contacts=row.contacts,\n",
        "            contacts=row.contacts or before.contacts,\n",
        _PEOPLE + "test_neither_the_erp_nor_the_crm_loses_whom_the_other_names",
        rules="R43",
    ),
    bug(
        "a payment that the ERP took back and has again is the same as before",
        "shared/domain/import_verdicts.py",
        "    if fact is None or fact.gone:\n        return Verdict.NEW\n    if fact.content_hash",
        "    if fact is None:\n        return Verdict.NEW\n    if fact.content_hash",
        _BACK + "test_a_payment_that_the_erp_has_again_is_booked_again_once",
        rules="R43",
    ),
    bug(
        "a use under an unchanged stamp is taken for a conflict",
        "shared/domain/erp_credit.py",
        "    if not same and _used_otherwise(row, fact, invoices):\n",
        "    if False:\n",
        _ROWS + "test_a_use_under_an_unchanged_stamp_of_the_note_is_followed",
        rules="R43",
    ),
    bug(
        "Odoo is asked for the notes that it stamped only",
        "shared/adapters/odoo.py",
        "        rows, bad = self._rows(kind, (*beside, *used, *records))\n",
        "        rows, bad = self._rows(kind, (*beside, *records))\n",
        _ODOO + "test_a_use_that_leaves_the_stamp_of_its_note_alone_is_told",
        rules="R43",
    ),
    bug(
        "Odoo is not asked whether a use was undone",
        "shared/adapters/odoo.py",
        "        rows, bad = self._rows(kind, (*beside, *used, *records))\n",
        "        rows, bad = self._rows(kind, (*used, *records))\n",
        _ODOO + "test_a_use_that_is_undone_is_told_though_no_stamp_moves",
        rules="R43",
    ),
    bug(
        "QuickBooks is not asked whether a use was undone",
        "shared/adapters/quickbooks.py",
        "                used = [*used, *self._unused((*used, *records))]\n",
        "                used = [*used]\n",
        "tests/connectors/test_quickbooks.py"
        "::test_a_use_that_is_undone_is_told_though_no_stamp_moves",
        rules="R43",
    ),
    bug(
        "a discount that a payment of the ERP earns here is not told",
        "shared/adapters/imported_payments.py",
        "            told = [*discount_puts(entity_id, books, posting, earned, now)]\n",
        "            told = []\n",
        _ROWS + "test_a_discount_that_a_payment_of_the_erp_earns_here_is_told_once",
        rules="i25 R23",
    ),
    bug(
        "a discount that a credit note of the ERP earns here is not told",
        "shared/adapters/imported_credit_notes.py",
        "            writes += discount_puts(entity_id, books, posting, changed, now)\n",
        "            writes += discount_puts(entity_id, books, posting, {}, now)\n",
        _ROWS + "test_a_discount_that_a_note_of_the_erp_earns_here_is_told",
        rules="i25 R23",
    ),
    bug(
        "a credit note by which the ERP writes off is credit beside a discount",
        "shared/usecases/import_credit_notes.py",
        "        found = follow(note, grown, known, told, held, books, day, ways)\n",
        "        found = follow(note, grown, known, told, held, books, day, ways - ways)\n",
        _ROWS + "test_a_note_by_which_the_erp_writes_off_takes_the_place_of_the_discount",
        rules="i25 R23",
    ),
    bug(
        "what the ERP wrote off beside its payment earns a discount here, too",
        "shared/usecases/import_payments.py",
        "        if known and not way and known[0].open.minor > asked[invoice.document_id]:\n",
        "        if known:\n",
        _ROWS + "test_what_the_erp_writes_off_itself_beside_its_payment_earns_no_discount",
        rules="i25 R23",
    ),
    bug(
        "a discount that was told stays in the ERP when its payment goes",
        "shared/adapters/cash_book.py",
        "            alone[name] = alone.get(name, 0) + off\n",
        "            pass\n",
        _ROWS + "test_a_discount_of_a_payment_that_is_gone_is_taken_back_there_as_it_was_told",
        rules="i25 R23",
    ),
    bug(
        "lines beyond those of one item are cut off",
        "shared/adapters/invoice_lines.py",
        "for item in (first, *more_of(table, first)) for line",
        "for item in (first,) for line",
        _LINES + "test_an_invoice_of_many_lines_is_here_with_all_of_them",
        rules="R43",
    ),
    bug(
        "an invoice of too many lines comes in without any",
        "shared/usecases/import_invoices.py",
        "        beyond = too_many(row.lines) if row.lines else None\n",
        "        beyond = None\n",
        _LINES + "test_one_of_more_lines_than_the_hub_keeps_is_refused_before_anything_is_written",
        rules="R43",
    ),
    bug(
        "a payment that came back is looked for under its first id only",
        "shared/usecases/import_gone.py",
        "            last, generation = payment, generation + 1\n",
        "            last = payment\n            break\n",
        _BACK + "test_each_time_the_erp_takes_it_back_and_has_it_again_the_books_follow",
        rules="R43",
    ),
)
