"""Bugs in fees and interest."""

from tests.mutants.bug import bug

RACES = "tests/sim/test_races.py"

CHARGE_BUGS = (
    bug(
        "every day has its own late fee",
        "shared/domain/escalation.py",
        "document_id=fee_charge_id(invoice.document_id, rule),",
        "document_id=fee_charge_id(invoice.document_id, rule + today.isoformat()),",
        RACES,
    ),
    bug(
        "a fee is charged although the money came in meanwhile",
        "shared/adapters/charges.py",
        "self._table.write(posting, Put(head | pending), still_open)",
        "self._table.write(posting, Put(head | pending))",
        RACES,
    ),
)
