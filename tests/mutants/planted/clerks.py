"""Bugs in what a clerk's command says and does."""

from tests.mutants.bug import bug

CLERK_BUGS = (
    bug(
        "signing out leaves what renews the sign-in",
        "infra/cli/login.py",
        'why_not_revoked(found) if found else ""',
        '""',
        "tests/unit/test_cli_login.py",
    ),
    bug(
        "what was looked for in vain is not named",
        "functions/operator_api/app.py",
        "if isinstance(error, NotFound):",
        "if isinstance(error, RequestValidationError):",
        "tests/unit/test_unknown.py",
    ),
    bug(
        "a law that is named forgets the policy's rates",
        "shared/usecases/interest_sheet.py",
        "own is not None and own.law == law",
        "own is None",
        "tests/integration/test_charge_routes.py",
    ),
    bug(
        "down ends another folder's cloud",
        "infra/cli/stack.py",
        "    keep_state_in(folder)\n    ended = ",
        "    ended = ",
        "tests/unit/test_cli_stack.py",
    ),
)
