"""Bugs in how the hub hears of what was undone: what an ERP did without a stamp, and who is due."""

from tests.mutants.bug import bug

_ODOO = "tests/connectors/test_odoo.py::"
_SYNC = "tests/integration/sync/test_odoo_undone.py::"

_FREES = "tests/unit/test_frees.py::"

UNDONE_BUGS = (
    bug(
        "money that is used for one debt speaks on for the oldest",
        "shared/domain/movement.py",
        " or any(m < 0 for m in waiting.values())\n",
        "\n",
        _FREES + "test_a_posting_that_leaves_more_to_ask_for_of_any_document_says_so",
        "tests/integration/cash_desk/test_looked_at.py"
        "::test_money_that_is_used_or_given_back_leaves_the_oldest_debt_to_be_asked_for",
        rules="R33",
    ),
    bug(
        "a document that is open for more is no reason to look",
        "shared/domain/movement.py",
        "    return any(minor > 0 for minor in sums.open.values()) or any(",
        "    return any(",
        _FREES + "test_a_posting_that_leaves_more_to_ask_for_of_any_document_says_so",
        rules="R33",
    ),
    bug(
        "money of the ERP that opens an invoice brings no sweep",
        "shared/adapters/imported_payments.py",
        "            if frees(posting.movements):\n",
        "            if False:\n",
        "tests/integration/imports/test_looked_at.py"
        "::test_money_in_the_place_of_a_discount_opens_the_rest",
        rules="R33",
    ),
    bug(
        "less money than its page was for brings no sweep",
        "shared/adapters/payments.py",
        "        if payment.amount < standing.checkout.amount:\n",
        "        if False:\n",
        "tests/integration/money_in/test_booking.py"
        "::test_less_money_than_its_page_was_for_leaves_the_rest_to_be_asked_for",
        rules="R33",
    ),
    bug(
        "Odoo is not asked which money is left on open invoices",
        "shared/adapters/odoo.py",
        "        if kind is RecordKind.PAYMENTS and not more:\n",
        "        if False:\n",
        _ODOO + "test_money_that_leaves_an_invoice_is_told_though_no_stamp_moves",
        rules="R43",
    ),
    bug(
        "other money on an invoice of Odoo comes beside what it takes the place of",
        "shared/adapters/odoo.py",
        "            rows = (*self._money_on(sorted(paid)), *rows)\n",
        "            rows = (*rows,)\n",
        _SYNC + "test_money_that_leaves_an_invoice_there_leaves_it_here",
        rules="R43",
    ),
    bug(
        "the money on an invoice that Odoo voids stays",
        "shared/adapters/odoo_rows.py",
        'Gone.VOIDED), money_on(move["id"], ()))\n',
        "Gone.VOIDED),)\n",
        _SYNC + "test_an_invoice_that_odoo_voids_with_money_on_it_is_void_here",
        rules="R43",
    ),
    bug(
        "a page of customers by name reads every name",
        "shared/adapters/receivables.py",
        'index="due", limit=at_once)]',
        'index="due")][:at_once]',
        "tests/unit/test_names_cost.py"
        "::test_a_page_by_name_costs_no_more_where_there_are_more_customers",
    ),
    bug(
        "what was taken off two parts goes back to one",
        "shared/domain/counter_entries.py",
        '        (document,) = after(Books("", (document,)), given, day).documents\n',
        "",
        "tests/unit/test_cash_laws.py"
        "::test_a_difference_of_rates_on_one_part_and_a_tolerance_on_another_go_back_each_where_it_fits",
        rules="R24 R26",
    ),
)
