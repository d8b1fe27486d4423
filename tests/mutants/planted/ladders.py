"""Bugs in moving an invoice to another ladder."""

from tests.mutants.bug import bug

MOVED = "tests/integration/test_change_ladder.py"

LADDER_BUGS = (
    bug(
        "a past day is told by the ladder that an invoice was moved to later",
        "shared/domain/ladder_move.py",
        "return min(later, key=lambda move: move.version).before if later else document.policy",
        "return document.policy",
        MOVED,
    ),
    bug(
        "nobody looks at an invoice that was moved to another ladder",
        "shared/adapters/ladder_moves.py",
        "self._table.write(head, Put(_item(*whose, move)), *tickets)",
        "self._table.write(head, Put(_item(*whose, move)))",
        MOVED,
    ),
)
