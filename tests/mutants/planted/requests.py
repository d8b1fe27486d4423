"""Bugs in requests that are named: what is repeated is made anew, or taken for something else."""

from tests.mutants.bug import bug

ONCE = "tests/integration/test_issued_once.py"
AGREED = "tests/integration/test_agreed_once.py"
CURRENCIES = "tests/unit/test_cli_currencies.py"

REQUEST_BUGS = (
    bug(
        "an invoice asked for again is issued again",
        "shared/usecases/create_invoice.py",
        'requested_id(request_id, now.wall, "issued"',
        'requested_id("", now.wall, "issued"',
        ONCE,
    ),
    bug(
        "a schedule asked for again is made again",
        "shared/usecases/create_recurrence.py",
        'requested_id(request_id, now.wall, "recurrence"',
        'requested_id("", now.wall, "recurrence"',
        ONCE,
    ),
    bug(
        "a key that named another schedule gives that one",
        "shared/usecases/create_recurrence.py",
        "if before.next_on < first_on or _as_begun(before, first_on) != recurrence:",
        "if before.next_on < first_on:",
        ONCE,
    ),
    bug(
        "the command forgets the name that it is given",
        "infra/cli/money_words.py",
        "    name = key or secrets.token_hex(16)\n",
        "    name = secrets.token_hex(16)\n",
        ONCE,
    ),
    bug(
        "a request without a name is carried out",
        "functions/operator_api/request_keys.py",
        "        min_length=1,\n",
        "        min_length=0,\n",
        ONCE,
    ),
    bug(
        "a key that named another promise gives that one",
        "shared/usecases/asked_once.py",
        "if done is not None and done.digest != asked.digest:",
        "if done is None:",
        AGREED,
    ),
    bug(
        "a hold forgets the request that put it",
        "shared/adapters/holds.py",
        "*request_puts(entity.entity_id, self._asked, hold.hold_id),",
        "",
        AGREED,
    ),
    bug(
        "money for what is open in two currencies is in one of them",
        "infra/cli/currencies.py",
        "    if len(known) > 1:\n",
        "    if len(known) > 2:\n",
        CURRENCIES,
    ),
    bug(
        "an invoice is in the entity's currency, whatever the customer's",
        "infra/cli/currencies.py",
        'str(customer.get("currency") or api.get(place)["currency"])',
        'str(api.get(place)["currency"])',
        CURRENCIES,
    ),
)
