"""Bugs to plant: small, believable, each the kind that loses money or says something twice.

A bug is one or more exact replacements in the product's code. The tests it names existed before it
and must fail with it. ALWAYS is a condition that always holds: a write that looks conditional.
"""

from dataclasses import dataclass

SIMULATION = "tests/sim/test_simulation.py::test_nothing_breaks_whatever_goes_wrong"
RACES = "tests/sim/test_races.py"
CUT_SHORT = "tests/sim/test_half_allocated.py"
SETTLE = "tests/unit/test_settle.py"
ALWAYS = "attribute_not_exists(pk) OR attribute_exists(pk)"

WRITES = "shared/adapters/settlement_writes.py"
PAYMENTS = "shared/adapters/payments.py"
NOTICES = "shared/adapters/notices.py"
INVOICES = "shared/adapters/imported_invoices.py"
ELSEWHERE = "shared/adapters/imported_payments.py"
TABLE = "shared/adapters/table.py"
SENDING = "shared/usecases/send_notice.py"
BOOKING = "shared/usecases/apply_payment.py"


@dataclass(frozen=True, slots=True)
class Change:
    """One replacement; before stands exactly once in the file."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Bug:
    """A planted bug and the tests that must see it."""

    name: str
    changes: tuple[Change, ...]
    tests: tuple[str, ...] = (SIMULATION,)


def _bug(name: str, path: str, before: str, after: str, *tests: str) -> Bug:
    return Bug(name, (Change(path, before, after),), tests or (SIMULATION,))


PLANTED: tuple[Bug, ...] = (
    _bug(
        "lost update: a part payment does not ask whether the head changed",
        WRITES,
        "(Update(key, set=changes, condition=VERSION, values=seen(before.version)),)",
        "(Update(key, set=changes),)",
    ),
    _bug(
        "lost update: closing a head does not ask whether it changed",
        WRITES,
        "Delete(key, condition=VERSION, values=seen(before.version)),\n        Put(kept",
        "Delete(key),\n        Put(kept",
    ),
    _bug(
        "a closed head stays in the live partition, too",
        WRITES,
        "        Delete(key, condition=VERSION, values=seen(before.version)),\n        Put(kept",
        "        Put(kept",
    ),
    _bug(
        "a closed head stays in the due index",
        WRITES,
        'if name not in ("gpk", "gsk")}',
        'if name not in ("gpk",)}',
    ),
    _bug(
        "the movement of an allocation has the wrong sign",
        WRITES,
        "-allocation.amount,",
        "allocation.amount,",
    ),
    _bug(
        "what a payment leaves over is dropped",
        WRITES,
        "rest = (credit_put(*whose, payment),) if payment.unapplied else ()",
        "rest = ()",
    ),
    _bug(
        "a payment's own movement is forgotten",
        WRITES,
        "        payment_movement(*whose, payment, now),\n",
        "",
    ),
    Bug(
        "the fact of a payment is not conditional, and every try gets its own id",
        (
            Change(
                PAYMENTS,
                "Put(_fact(*whose, payment)),",
                f'Put(_fact(*whose, payment), condition="{ALWAYS}"),',
            ),
            Change(
                BOOKING,
                'payment_id=derived_id("payment", entity_id, told.reference),',
                'payment_id=derived_id("payment", entity_id, told.reference, str(now.wall)),',
            ),
            Change(
                BOOKING,
                "booked_by_this = (CheckoutState.PAID, told.reference)",
                "booked_by_this = None",
            ),
        ),
    ),
    _bug(
        "any lost condition counts as booked before",
        PAYMENTS,
        "            if 0 in lost.positions:\n",
        "            if lost.positions:\n",
    ),
    _bug(
        "the credit of a large payment is not reduced with its parts",
        PAYMENTS,
        "if credit is not None and settlement.allocations:",
        "if credit is not None and not settlement.allocations:",
    ),
    _bug(
        "the used-up credit of a large payment is not deleted",
        PAYMENTS,
        "    if not rest:\n        return Delete(place,",
        "    if rest is None:\n        return Delete(place,",
        CUT_SHORT,
    ),
    _bug(
        "a large payment that was left half allocated stays so",
        "shared/usecases/reconcile_gateway.py",
        "settled = known is not None and not known.planned",
        "settled = known is not None",
        CUT_SHORT,
    ),
    _bug(
        "money that the bank is still moving is booked",
        "shared/usecases/resolve_checkout.py",
        'page.payment.status == "succeeded"',
        'page.payment.status in ("succeeded", "processing")',
    ),
    _bug(
        "the ERP is not told of gateway payments",
        PAYMENTS,
        "*settlement_writes(*whose, payment, settlement, standing.stored, now, writeback=True),",
        "*settlement_writes(*whose, payment, settlement, standing.stored, now, writeback=False),",
    ),
    _bug(
        "a cancelled transaction counts as done",
        TABLE,
        "            raise _cancelled(exc) from exc",
        "            return",
    ),
    _bug(
        "a lone write that lost its condition counts as done",
        TABLE,
        "                raise ConditionLost((0,)) from exc\n",
        "                return\n",
    ),
    _bug(
        "a page ends the query",
        TABLE,
        'if "LastEvaluatedKey" not in page or left == 0:',
        "if True:",
        "tests/unit/test_dynamodb_model.py",
    ),
    Bug(
        "a payment may have two receipts",
        (
            Change(
                "shared/adapters/receipts.py",
                'return self._table.get(keys.fact(entity_id, f"receipt:{payment_id}")) is not None',
                "return False",
            ),
            Change(
                "shared/adapters/receipts.py",
                "Put(fact), payment)",
                f'Put(fact, condition="{ALWAYS}"), payment)',
            ),
        ),
    ),
    _bug(
        "the claim of a number is not conditional",
        NOTICES,
        "self._table.write(Put(item), *also)",
        f'self._table.write(Put(item, condition="{ALWAYS}"), *also)',
    ),
    _bug(
        "the call to the mail service is not conditional",
        NOTICES,
        'condition="attribute_not_exists(pk) OR #state = :claimed",',
        'condition="attribute_not_exists(pk) OR #state <> :claimed OR #state = :claimed",',
    ),
    _bug(
        "an answer that did not come counts as a refusal",
        SENDING,
        "if result.state is SendState.REFUSED:",
        "if result.state in (SendState.REFUSED, SendState.UNCERTAIN):",
    ),
    _bug(
        "a mail says what was true when it was claimed",
        SENDING,
        "decision.items",
        "notice.items",
    ),
    _bug(
        "a number is left out",
        "shared/domain/notices.py",
        "    return Notice(\n        n=newest.n + 1 if newest else 1,\n        kind=kind,",
        "    return Notice(\n        n=newest.n + 2 if newest else 1,\n        kind=kind,",
    ),
    _bug(
        "a stage that was said is not remembered",
        "shared/domain/notices.py",
        "done_after=dict(decision.done_after or {}),",
        "done_after=dict(decision.done_before or {}),",
    ),
    Bug(
        "the day's count of messages is not conditional",
        (
            Change(
                "shared/adapters/claims.py",
                'condition="messages = :n"',
                'condition="messages >= :n OR messages < :n"',
            ),
            Change(
                "shared/adapters/claims.py",
                'return Put({**key, "type": "DAY_COUNT", "messages": 1})',
                f'return Put({{**key, "type": "DAY_COUNT", "messages": 1}}, condition="{ALWAYS}")',
            ),
        ),
        (RACES,),
    ),
    _bug(
        "every day has its own late fee",
        "shared/domain/escalation.py",
        "document_id=fee_charge_id(invoice.document_id, stage.id),",
        "document_id=fee_charge_id(invoice.document_id, stage.id + today.isoformat()),",
        RACES,
    ),
    _bug(
        "a fee is charged although the money came in meanwhile",
        "shared/adapters/charges.py",
        "self._table.write(movement, Put(head | pending), still_open)",
        "self._table.write(movement, Put(head | pending))",
        RACES,
    ),
    _bug(
        "a revision's movement has the wrong sign",
        INVOICES,
        "after.total - before.total,",
        "before.total - after.total,",
    ),
    _bug(
        "a revision forgets what was settled",
        "shared/domain/import_verdicts.py",
        "open=max(rest, zero),",
        "open=row.total,",
    ),
    _bug(
        "a total below what was paid loses the difference",
        INVOICES,
        "        if surplus:\n",
        "        if False:\n",
    ),
    _bug(
        "a revision does not ask whether the head changed",
        "shared/adapters/heads.py",
        "return (Put(item, condition=VERSION, values=seen(before.version)),)",
        f'return (Put(item, condition="{ALWAYS}"),)',
    ),
    _bug(
        "settling gives each document what was planned, not what is open",
        "shared/domain/settle.py",
        "part = min(wanted[document.document_id], document.open, rest)",
        "part = min(wanted[document.document_id], rest)",
        SETTLE,
    ),
    _bug(
        "settling gives out more than came in",
        "shared/domain/settle.py",
        "part = min(wanted[document.document_id], document.open, rest)",
        "part = min(wanted[document.document_id], document.open)",
        SETTLE,
    ),
    _bug(
        "nobody hands over a payment again",
        "shared/usecases/hand_over.py",
        '_HANDED_OVER = ("notice", "payment",',
        '_HANDED_OVER = ("notice",',
    ),
    _bug(
        "nobody asks about a checkout whose answer was lost",
        "shared/adapters/checkouts.py",
        "Put(checkout_item(*whose, checkout) | pending),",
        "Put(checkout_item(*whose, checkout)),",
    ),
)
