"""Bugs in what the ERP's files do."""

from tests.mutants.bug import ALWAYS, bug

INVOICES = "shared/adapters/imported_invoices.py"

IMPORT_BUGS = (
    bug(
        "a revision's movement has the wrong sign",
        INVOICES,
        "difference = after.total - before.total",
        "difference = before.total - after.total",
    ),
    bug(
        "a revision forgets what was settled",
        "shared/domain/import_verdicts.py",
        "open=max(rest, zero),",
        "open=row.total,",
    ),
    bug(
        "a total below what was paid loses the difference",
        INVOICES,
        "    if surplus:\n        parked = ",
        "    if False:\n        parked = ",
    ),
    bug(
        "a revision does not ask whether the head changed",
        "shared/adapters/heads.py",
        "return (Put(item, condition=VERSION, values=seen(before.version)),)",
        f'return (Put(item, condition="{ALWAYS}"),)',
    ),
)
