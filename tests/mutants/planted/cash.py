"""Bugs in what people do with money: received, allocated, taken back, given back, given up."""

from tests.mutants.bug import bug

LAWS = "tests/unit/test_cash_laws.py"
ROUTES = "tests/integration/cash_desk/test_noting.py"
BACK = "tests/integration/cash_desk/test_back.py"
REFUNDS = "tests/integration/money_in/test_refunds_asked_for.py"
SURPLUS = "tests/unit/test_revision_surplus.py"
NOTES = "tests/integration/test_corrections.py"
WAIVERS = "tests/integration/test_charge_routes.py"
CREDIT = "tests/integration/portal/test_credit.py"

CASH_BUGS = (
    bug(
        "a document gets more than is left of the money",
        "shared/domain/apply_cash.py",
        "    paid = min(asked, rest)\n",
        "    paid = asked\n",
        LAWS,
        rules="R15",
    ),
    bug(
        "what is left of a payment is forgotten where something was paid",
        "shared/domain/apply_cash.py",
        "    return Applied(tuple(movements), rest, left)\n",
        "    return Applied(tuple(movements), rest - rest if movements else rest, left)\n",
        LAWS,
        rules="R25",
    ),
    bug(
        "a small rest is paid in silence",
        "shared/domain/cash_rules.py",
        "return difference.minor * 100 <= whole.minor * Decimal(self.percent)",
        "return True",
        LAWS,
        rules="R26",
    ),
    bug(
        "what a conversion lost stays open",
        "shared/domain/apply_cash.py",
        "    if converted and paid < asked:\n",
        "    if converted and asked < paid:\n",
        LAWS,
        rules="R24",
    ),
    bug(
        "what a conversion won is unapplied money",
        "shared/domain/apply_cash.py",
        "        if converted or (movements and tolerance.covers(rest, amount)):\n",
        "        if movements and tolerance.covers(rest, amount):\n",
        LAWS,
        rules="R24",
    ),
    bug(
        "bad debt that is paid stays bad debt",
        "shared/domain/apply_cash.py",
        "    return document.open + document.written_off\n",
        "    return document.open\n",
        LAWS,
        rules="R17",
    ),
    bug(
        "a tolerance stays when the money goes",
        "shared/domain/counter_entries.py",
        "            found += _adjustments(document)\n",
        "            found += ()\n",
        LAWS,
        rules="R26",
    ),
    bug(
        "the oldest allocation is taken back first",
        "shared/domain/counter_entries.py",
        "    for allocation in reversed(allocations):\n",
        "    for allocation in reversed(allocations[:1]):\n",
        LAWS,
        rules="R10",
    ),
    bug(
        "money that paid a part which is asked for again already is not freed whole",
        "shared/domain/counter_entries.py",
        "    for most in (dict(allocation.parts), room):\n",
        "    for most in (dict(allocation.parts),):\n",
        LAWS,
        rules="R10",
    ),
    bug(
        "the same request books twice",
        "shared/usecases/cash_desk.py",
        "        if done is None:\n",
        "        if done is None or asked.digest:\n",
        f"{ROUTES}::test_a_repeated_request_books_once_and_another_body_under_its_key_is_refused",
    ),
    bug(
        "the key of a credit note is forgotten",
        "shared/adapters/corrections.py",
        "            if asked.request_id:\n",
        "            if not asked.digest:\n",
        NOTES,
    ),
    bug(
        "the key of a waiver is forgotten",
        "shared/usecases/adjust_document.py",
        'step = Step(posting, made=document_id, asked=asked, look=why if opens else "")',
        'step = Step(posting, made=document_id, look=why if opens else "")',
        f"{WAIVERS}::test_a_waiver_needs_a_key_and_the_key_of_one_neither_makes_nor_answers_another",
    ),
    bug(
        "the ERP does not hear where a person puts a credit note",
        "shared/adapters/cash_book.py",
        "            yield from credit_puts(entity_id, books, posting, numbers, now)\n",
        "            yield from ()\n",
        "tests/integration/money_in/test_told_of_credit.py",
        rules="R10",
    ),
    bug(
        "a transfer that is noted twice is money twice",
        "shared/domain/receive.py",
        "    if received.another or not received.reference:\n",
        "    if asked.request_id:\n",
        f"{ROUTES}::test_the_same_reference_amount_and_day_may_be_a_duplicate",
    ),
    bug(
        "a refund gives back what was used",
        "shared/usecases/refund_payment.py",
        "    if waiting.minor + freed_by(movements, source_id) < amount.minor:\n",
        "    if payment and payment.here < amount:\n",
        f"{BACK}::test_a_refund_is_bounded_by_what_waits_and_may_take_back_what_was_paid",
        rules="R13",
    ),
    bug(
        "a refund whose answer was lost is asked for anew",
        "shared/usecases/request_refund.py",
        "    if refund.state is RefundState.REQUESTED and young:\n        return None\n",
        "    if refund.state in OPEN:\n        return None\n",
        REFUNDS,
        rules="R13",
    ),
    bug(
        "a refund that failed is gone for good",
        "shared/usecases/request_refund.py",
        "        step = _failure(desk, entity_id, refund, step, now)\n",
        "        pass\n",
        REFUNDS,
        rules="R13",
    ),
    bug(
        "announced money does not count while it is under way",
        "shared/domain/coverage.py",
        "_incoming(account, document)",
        "0",
        f"{ROUTES}::test_announced_money_is_processing_until_it_comes",
        rules="R10",
    ),
    bug(
        "a customer is given back money that he never paid",
        "shared/domain/revision_surplus.py",
        "            piece = min(rest, self.adjusted.get(name, 0))\n",
        "            piece = min(rest, self.adjusted.get(name, 0)) if not rest else 0\n",
        SURPLUS,
        rules="R14",
    ),
    bug(
        "a discount that was taken becomes the customer's credit",
        "shared/domain/revision_surplus.py",
        '        piece = self._take("", number, min(most, surplus.amount.minor))\n',
        "        piece = 0\n",
        SURPLUS,
        rules="R14",
    ),
    bug(
        "a total that falls keeps the discount of the old one",
        "shared/domain/revision_surplus.py",
        "kept = self.rebased.amount.minor if self.rebased else 0",
        "kept = before.discount.amount.minor if before.discount else 0",
        SURPLUS,
        rules="R23",
    ),
    bug(
        "credit pays what a payment is under way for",
        "shared/usecases/allocate.py",
        "if not c.processing and not c.in_checkout}",
        "if not c.processing}",
        CREDIT,
        rules="R9",
    ),
)
