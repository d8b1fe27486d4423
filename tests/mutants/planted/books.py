"""Bugs in the books, in the past as it is rebuilt, and in statements of account."""

from tests.mutants.bug import bug

JOURNAL = "tests/unit/test_journal.py"
AS_OF = "tests/unit/test_as_of.py"
STATEMENT = "tests/unit/test_statement_of_account.py"
CHECKED = "tests/integration/test_journal.py"

BOOKS_BUGS = (
    bug(
        "what came in another currency is booked as if it were the document's",
        "shared/domain/journal.py",
        "return JournalLine(account, there, amount, document, movement.source_id)",
        "return JournalLine(account, amount, None, document, movement.source_id)",
        JOURNAL,
        rules="R24",
    ),
    bug(
        "a small credit is kept as revenue",
        "shared/domain/journal.py",
        "MovementKind.SMALL_CREDIT: _role(Role.SMALL_DIFFERENCES),",
        "MovementKind.SMALL_CREDIT: _role(Role.REVENUE),",
        JOURNAL,
        rules="R25",
    ),
    bug(
        "the tax of a discount stays where it was",
        "shared/domain/journal.py",
        "        rest -= against.minor\n",
        "        rest -= 0\n",
        JOURNAL,
    ),
    bug(
        "what stored heads say is not asserted",
        "shared/usecases/export_journal.py",
        "chart, customer.customer_id, heads, standing.credits, totals, currencies",
        "chart, customer.customer_id, (), standing.credits, totals, currencies",
        CHECKED,
    ),
    bug(
        "books that moved while they were read are told as they stand",
        "shared/usecases/export_journal.py",
        "moved = not more and _mark(*books.live(*whose)) != mark",
        "moved = False",
        CHECKED,
    ),
    bug(
        "beancount may overlook a difference of one unit",
        "shared/adapters/beancount_journal.py",
        "{number} ~ 0 {asserted",
        "{number} {asserted",
        CHECKED,
    ),
    bug(
        "a past balance knows what came later",
        "shared/domain/as_of.py",
        "if posting.value_date <= day:",
        "if posting.value_date <= date.max:",
        AS_OF,
        rules="R40",
    ),
    bug(
        "money that came before its invoice is lost until that day",
        "shared/domain/as_of.py",
        "credits[early] -= open_minor",
        "credits[early] -= 0",
        AS_OF,
        rules="R40",
    ),
    bug(
        "a statement's activity leaves out its first day",
        "shared/domain/statement_of_account.py",
        "if first and s.day < first]",
        "if first and s.day <= first]",
        STATEMENT,
    ),
)
