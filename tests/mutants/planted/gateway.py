"""Bugs in how money goes back through the gateway."""

from tests.mutants.bug import bug

STEPS = "shared/domain/gateway_steps.py"
POSTINGS = "shared/domain/gateway_postings.py"
LAWS = ("tests/unit/test_gateway_steps.py", "tests/unit/test_gateway_laws.py")
BACK = "tests/integration/money_in/test_money_back.py"
BALANCE = "tests/integration/money_in/test_balance.py"

GATEWAY_BUGS = (
    bug(
        "a refund may take more than the payment still holds",
        POSTINGS,
        "amount = Money(minor=min(wanted.minor, waits), currency=wanted.currency)",
        "amount = wanted",
        *LAWS,
        rules="R13",
    ),
    bug(
        "a refund that failed was never made: only its return is booked",
        STEPS,
        "steps = [Step(made, MovementKind.REFUND, refund.amount, at, refund.left, asked=asked)]",
        "steps = [] if refund.failed else [\n"
        "        Step(made, MovementKind.REFUND, refund.amount, at, refund.left, asked=asked)\n"
        "    ]",
        *LAWS,
    ),
    bug(
        "what comes back waits behind what leaves in the same second",
        STEPS,
        'return (0, "", 0) if early else (1, step.undoes, 1)',
        'return (3, "", 0) if early else (1, step.undoes, 1)',
        *LAWS,
    ),
    bug(
        "what left for good goes before what came back in the same second",
        STEPS,
        'if back_at.get(step.posting_id) == step.at else (2, "", 0)',
        'if not back_at else (2, "", 0)',
        *LAWS,
    ),
    bug(
        "a dispute that is only a question takes the money",
        STEPS,
        "        if dispute.withdrawn is None:\n            continue\n",
        "",
        *LAWS,
        rules="R10",
    ),
    bug(
        "a won dispute leaves its money unapplied",
        POSTINGS,
        "wanted = _reopened(movements, books, amount) if step.restores else {}",
        "wanted: dict[str, int] = {}",
        *LAWS,
    ),
    bug(
        "a debit that returned counts as settled",
        POSTINGS,
        "taken_back = step.kind in (MovementKind.RETURN, MovementKind.CHARGEBACK)",
        "taken_back = step.kind is MovementKind.CHARGEBACK",
        *LAWS,
        rules="R10",
    ),
    bug(
        "a fee that was told late is booked each time that it is told",
        POSTINGS,
        "if entry.fee and not kept and fee not in known:",
        "if entry.fee and not kept:",
        *LAWS,
    ),
    bug(
        "what a dispute did not find is left with the customer for good",
        POSTINGS,
        "    if taken.note != MORE_THAN_PAID:\n",
        "    if taken.note:\n",
        *LAWS,
        rules="R13",
    ),
    bug(
        "the ERP does not hear of a difference that the gateway's refund takes back",
        "shared/adapters/gateway_books.py",
        "            *adjustment_puts(entity.entity_id, books, posting, now),\n",
        "",
        "tests/sim/test_told_to_the_erp.py",
    ),
    bug(
        "a card dispute does not pause the chase",
        "shared/domain/gateway_follow_up.py",
        "if step.kind is MovementKind.CHARGEBACK and dispute and not dispute.decided:",
        "if step.kind is MovementKind.CHARGEBACK and dispute and dispute.decided:",
        BACK,
    ),
    bug(
        "whoever was second calls what the first one took too little",
        "shared/usecases/apply_payment.py",
        "    if not lacking:\n",
        "    if False:\n",
        BACK,
    ),
    bug(
        "a cent that was too small to keep stays when all of the money goes",
        "shared/domain/gateway_postings.py",
        "    again = given_again(payment, wanted.minor - payment.here.minor)\n",
        "    again: tuple[Movement, ...] = ()\n",
        "tests/unit/test_gateway_steps.py",
        rules="R26",
    ),
    bug(
        "what a dispute costs is not booked where nothing is left to take",
        POSTINGS,
        "    if not amount and (further or not fee_movements(step.entry)):\n",
        "    if not amount:\n",
        "tests/unit/test_gateway_steps.py",
        rules="R13",
    ),
    bug(
        "what a won dispute gives back of its cost is lost where nothing had been taken",
        POSTINGS,
        "    if not minor and not fee_movements(step.entry):\n",
        "    if not minor:\n",
        "tests/unit/test_gateway_steps.py",
        rules="R13",
    ),
    bug(
        "sums that differ from the gateway's balance are not looked at",
        "shared/domain/balance_sums.py",
        "        if theirs != ours\n",
        "        if False\n",
        BALANCE,
    ),
)
