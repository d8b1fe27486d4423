"""Bugs in how the hub hears of what an ERP undid without a stamp."""

from tests.mutants.bug import bug

_ODOO = "tests/connectors/test_odoo.py::"
_SYNC = "tests/integration/sync/test_odoo_undone.py::"

UNDONE_BUGS = (
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
)
