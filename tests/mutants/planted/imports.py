"""Bugs in what the ERP's files do."""

from tests.mutants.bug import ALWAYS, bug

IMPORT_BUGS = (
    bug(
        "a revision's movement has the wrong sign",
        "shared/domain/document_posting.py",
        "Movement(MovementKind.REVISION, revised,",
        "Movement(MovementKind.REVISION, -revised,",
    ),
    bug(
        "a revision forgets what was settled",
        "shared/domain/revision.py",
        "open=max(rest, zero),",
        "open=row.total,",
    ),
    bug(
        "a total below what was paid loses the difference",
        "shared/domain/document_posting.py",
        "        if surplus:\n",
        "        if surplus is None:\n",
    ),
    bug(
        "a revision does not ask whether the head changed",
        "shared/adapters/heads.py",
        "return (Put(item, condition=VERSION, values=seen(before.version)),)",
        f'return (Put(item, condition="{ALWAYS}"),)',
    ),
)
