"""Bugs in what movements do to heads and credits, and in how that is written."""

from tests.mutants.bug import bug

LEDGER = "shared/adapters/ledger.py"
HEADS = "shared/adapters/head_items.py"
SETTLE = "shared/domain/settle.py"
BOOKS = "shared/domain/books.py"
SETTLE_TEST = "tests/unit/test_settle.py"

LEDGER_BUGS = (
    bug(
        "lost update: a part payment does not ask whether the head changed",
        LEDGER,
        "yield Update(key, set=moving(after), condition=VERSION, values=unchanged)",
        "yield Update(key, set=moving(after))",
    ),
    bug(
        "lost update: closing a head does not ask whether it changed",
        LEDGER,
        "yield Delete(key, condition=VERSION, values=unchanged)",
        "yield Delete(key)",
    ),
    bug(
        "a closed head stays in the live partition, too",
        LEDGER,
        "        yield Delete(key, condition=VERSION, values=unchanged)\n",
        "",
    ),
    bug(
        "a closed head stays in the due index",
        HEADS,
        "if name not in _DUE_INDEX}",
        "if name != 'gsk'}",
    ),
    bug(
        "a stored allocation has the wrong sign",
        "shared/adapters/posting_items.py",
        '"amount": movement.amount.minor,',
        '"amount": abs(movement.amount.minor),',
    ),
    bug(
        "what a payment leaves over is dropped",
        LEDGER,
        "for credit_before, credit_after in changes.credits:",
        "for credit_before, credit_after in changes.credits[1:]:",
    ),
    bug(
        "a payment's own movement is forgotten",
        "shared/domain/payment.py",
        "movements=(came, *allocated),",
        "movements=allocated,",
    ),
    bug(
        "the credit of a large payment is not reduced with its parts",
        LEDGER,
        'changes = {"unapplied": after.unapplied.minor, "version": after.version}',
        'changes = {"unapplied": before.unapplied.minor, "version": after.version}',
    ),
    bug(
        "the used-up credit of a payment is not deleted",
        LEDGER,
        "    if not after.unapplied:\n        return Delete(",
        "    if after.unapplied is None:\n        return Delete(",
    ),
    bug(
        "settling gives each document what was planned, not what is open",
        SETTLE,
        "part = min(wanted[document.document_id], document.open, rest)",
        "part = min(wanted[document.document_id], rest)",
        SETTLE_TEST,
    ),
    bug(
        "settling gives out more than came in",
        SETTLE,
        "part = min(wanted[document.document_id], document.open, rest)",
        "part = min(wanted[document.document_id], document.open)",
        SETTLE_TEST,
    ),
)
