"""Bugs in how money comes in."""

from tests.mutants.bug import ALWAYS, Bug, Change, bug

PAYMENTS = "shared/adapters/payments.py"
BOOKING = "shared/usecases/apply_payment.py"
RULES = "tests/sim/test_rules_of_money.py"
CUT_SHORT = "tests/sim/test_half_allocated.py"

MONEY_IN_BUGS = (
    Bug(
        "the fact of a payment is not conditional, and every try gets its own id",
        (
            Change(
                PAYMENTS,
                "Put(payment_item(entity_id, payment) | pending),",
                f'Put(payment_item(entity_id, payment) | pending, condition="{ALWAYS}"),',
            ),
            Change(
                BOOKING,
                "payment_id(entity_id, told.reference)\n    documents =",
                "payment_id(entity_id, told.reference + str(now.wall))\n    documents =",
            ),
            Change(
                BOOKING,
                "booked_by_this = (CheckoutState.PAID, told.reference)",
                "booked_by_this = None",
            ),
        ),
    ),
    bug(
        "a large payment that was left half allocated stays so",
        "shared/usecases/reconcile_gateway.py",
        "settled = known is not None and not known.planned",
        "settled = known is not None",
        CUT_SHORT,
    ),
    bug(
        "money that the bank is still moving is booked",
        "shared/usecases/resolve_checkout.py",
        'page.payment.status == "succeeded"',
        'page.payment.status in ("succeeded", "processing")',
    ),
    bug(
        "the ERP is not told of gateway payments",
        PAYMENTS,
        "*writeback_puts(entity_id, payment, settlement.allocations, now, discounts=discounts),\n",
        "\n",
    ),
    bug(
        "only what was due is booked of what came in",
        BOOKING,
        "        amount=amount,\n        method=told.method,",
        "        amount=amount - settlement.unapplied,\n        method=told.method,",
        RULES,
        rules="R8",
    ),
    bug(
        "money that nothing is open for makes no work for anybody",
        BOOKING,
        "    task = _task(standing, payment, settlement, now)\n    booked_by_this",
        "    task = None\n    booked_by_this",
        RULES,
        rules="R9",
    ),
    bug(
        "a debit under way closes its invoice",
        "shared/usecases/resolve_checkout.py",
        'page.payment.status == "succeeded"',
        'page.payment.status in ("succeeded", "processing")',
        RULES,
        rules="R10",
    ),
    bug(
        "a checkout whose answer was lost is left to itself",
        "shared/adapters/checkouts.py",
        "Put(checkout_item(*whose, checkout) | pending),",
        "Put(checkout_item(*whose, checkout)),",
        RULES,
        rules="R11",
    ),
    bug(
        "a refund that the gateway refused is asked for again",
        "shared/usecases/request_refund.py",
        "    if refund.state not in OPEN:\n",
        "    if refund.state is RefundState.DONE:\n",
        RULES,
        rules="R12",
    ),
    bug(
        "nothing can be paid where some of it was paid already",
        "shared/domain/due_stage.py",
        "    if not item.cover.chaseable and not _is_part_ahead(item):\n",
        "    if not item.cover.chaseable or item.document.open < item.document.total:\n",
        RULES,
        rules="R17",
    ),
    bug(
        "a message goes on asking for what it was claimed for",
        "shared/usecases/write_mail.py",
        "items=decision.items",
        "items=notice.items",
        RULES,
        rules="R19",
    ),
)
