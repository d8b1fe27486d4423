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
        "links outlive the address that they were mailed to",
        "shared/adapters/imported_customers.py",
        "if gone(before, after):",
        "if gone(after, before):",
        "tests/integration/imports/test_rows.py",
        rules="R41",
    ),
    bug(
        "links end before anybody was sure",
        "functions/operator_api/console/mailing.py",
        'if field(form, "sure") != "yes":',
        'if field(form, "sure") == "no":',
        "tests/integration/test_end_links.py",
    ),
    bug(
        "what is promised is offered to be promised again",
        "shared/domain/portal.py",
        "not row.planned and row.promised_on is None",
        "not row.planned",
        "tests/integration/portal/test_saying_when.py",
    ),
    bug(
        "a day in a sentence stays a code",
        "shared/adapters/formats.py",
        "return _ISO_DAY.sub(lambda found: self._day_of(found[0]), text)",
        "return text",
        "tests/unit/test_texts.py",
    ),
    bug(
        "a fee left out with the first word is told nowhere",
        "shared/domain/uncharged.py",
        "    elif not is_heard:\n        told = _first_word(number, words)\n    else:\n",
        "    else:\n",
        "tests/unit/test_uncharged.py",
        rules="R22",
    ),
    bug(
        "an import of old debts says nothing of the first day",
        "infra/cli/first_day.py",
        'if not api.get(place)["hold_all"]:',
        'if api.get(place)["hold_all"]:',
        "tests/unit/test_cli_first_day.py",
    ),
    bug(
        "down ends another folder's cloud",
        "infra/cli/stack.py",
        "    keep_state_in(folder)\n    ended = ",
        "    ended = ",
        "tests/unit/test_cli_stack.py",
    ),
)
