"""Bugs in the table's own writes and reads."""

from tests.mutants.bug import bug

TABLE = "shared/adapters/table.py"

STORAGE_BUGS = (
    bug(
        "a cancelled transaction counts as done",
        TABLE,
        "            raise _cancelled(exc) from exc",
        "            return",
    ),
    bug(
        "a lone write that lost its condition counts as done",
        TABLE,
        "                raise ConditionLost((0,)) from exc\n",
        "                return\n",
    ),
    bug(
        "a page ends the query",
        TABLE,
        'if "LastEvaluatedKey" not in page or left == 0:',
        "if True:",
        "tests/unit/test_dynamodb_model.py",
    ),
    bug(
        "nobody asks about a checkout whose answer was lost",
        "shared/adapters/checkouts.py",
        "Put(checkout_item(*whose, checkout) | pending),",
        "Put(checkout_item(*whose, checkout)),",
    ),
    bug(
        "nobody hands over a payment again",
        "shared/usecases/requeue.py",
        '_REQUEUED = ("notice", "payment",',
        '_REQUEUED = ("notice",',
    ),
)
