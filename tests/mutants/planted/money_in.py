"""Bugs in how money comes in."""

from tests.mutants.bug import ALWAYS, Bug, Change, bug

PAYMENTS = "shared/adapters/payments.py"
BOOKING = "shared/usecases/apply_payment.py"
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
                "booked_as = payment_id(entity_id, told.reference)\n",
                "booked_as = payment_id(entity_id, told.reference + str(now.wall))\n",
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
        "            *writeback_puts(entity_id, payment, settlement.allocations, now),\n",
        "",
    ),
)
