"""Bugs of the connector to Tryton: money in two places, a stranger's entry taken for ours."""

from tests.mutants.bug import Bug, bug

_PIECES = "tests/unit/test_tryton_pieces.py"

TRYTON_BUGS: tuple[Bug, ...] = (
    bug(
        "a payment pays each invoice of its reconciliation whole",
        "shared/adapters/tryton_pieces.py",
        "            left[credit.line_id] -= minor\n",
        "",
        f"{_PIECES}::test_every_cent_of_a_reconciliation_has_one_place",
        rules="R43",
    ),
)
