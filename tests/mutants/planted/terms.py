"""Bugs in terms, instalments and early-payment discounts."""

from tests.mutants.bug import bug

TERMS = "tests/unit/test_terms.py"
DISCOUNT = "tests/unit/test_discount.py"
ITEMS = "tests/unit/test_open_items.py"
REVISION = "tests/unit/test_revision.py"

TERMS_BUGS = (
    bug(
        "an instalment is late when the last one is",
        "shared/domain/open_items.py",
        "due_on=part.due_on,",
        "due_on=document.instalments[-1].due_on,",
        ITEMS,
        rules="R18",
    ),
    bug(
        "money under way covers every instalment anew",
        "shared/domain/coverage.py",
        "    meant.processing -= processing.minor\n",
        "",
        ITEMS,
        rules="R15",
    ),
    bug(
        "terms may be more than the whole",
        "shared/domain/terms.py",
        "if percent > 100 or",
        "if percent > 1000 or",
        TERMS,
        rules="R23",
    ),
    bug(
        "late money still earns the discount",
        "shared/domain/discount.py",
        "if paid and not taken and value_date > _until(discount):",
        "if paid and not taken and value_date > document.due_on:",
        DISCOUNT,
        rules="R23",
    ),
    bug(
        "the offer of a part that was paid late goes stale",
        "shared/domain/discount.py",
        "left = min(discount.amount.minor - discount.late_minor, document.open.minor)",
        "left = min(discount.amount.minor, document.open.minor)",
        DISCOUNT,
        rules="R23",
    ),
    bug(
        "a discount stays when the money that earned it goes back",
        "shared/domain/discount.py",
        "lost = not earned and MovementKind.DEALLOCATION in kinds",
        "lost = not earned and MovementKind.REVISION in kinds",
        DISCOUNT,
        rules="R23",
    ),
    bug(
        "the tax in a discount is rounded for each instalment",
        "shared/domain/discount.py",
        "tax = _share(taxes, rest, piece)",
        "tax = _share(discount.tax_minor, discount.amount.minor, piece)",
        DISCOUNT,
        rules="R25",
    ),
    bug(
        "the odd cent of instalments is lost",
        "shared/domain/terms.py",
        "split(rest, [1] * len(equal))",
        "[rest // len(equal)] * len(equal)",
        TERMS,
        rules="R25",
    ),
    bug(
        "a monthly instalment never comes back to the 31st",
        "shared/domain/terms.py",
        "return _in_month(issued_on, self.months, issued_on.day)",
        "return _in_month(issued_on, self.months, min(issued_on.day, 28))",
        TERMS,
        rules="R29",
    ),
    bug(
        "a new total of the ERP moves only the last instalment",
        "shared/domain/revision.py",
        "    for room in (opens, totals):\n        for at in reversed(range(len(parts))):",
        "    for room in (opens, totals):\n        for at in (len(parts) - 1,):",
        REVISION,
        rules="R25",
    ),
)
