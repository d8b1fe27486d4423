"""Bugs in invoices, credit notes and their numbers."""

from tests.mutants.bug import ALWAYS, bug

NOTES = "tests/unit/test_credit_note.py"
LINES = "tests/unit/test_line_drafts.py"
NUMBERS = "tests/integration/test_numbers.py"
CORRECTIONS = "tests/integration/test_corrections.py"

DOCUMENT_BUGS = (
    bug(
        "the tax of a credit note is rounded by itself",
        "shared/domain/credit_note.py",
        "taxes[rate] = made(end) - made(start)",
        "taxes[rate] = made(end - start)",
        NOTES,
        rules="R25",
    ),
    bug(
        "the net of lines with tax is rounded line by line",
        "shared/domain/line_drafts.py",
        "minors = shares(group.net.minor, exact)",
        "minors = [round(part) for part in exact]",
        LINES,
        rules="R25",
    ),
    bug(
        "a credit note leaves its invoice open",
        "shared/domain/correction_posting.py",
        "allocated(note.document_id, invoice, used) if used else ()",
        "allocated(note.document_id, invoice, used) if not used else ()",
        NOTES,
        rules="R16",
    ),
    bug(
        "an invoice with money on it is voided",
        "shared/domain/correction_posting.py",
        "if credited or document.open != document.total:",
        "if credited or not document.open:",
        NOTES,
        rules="R14",
    ),
    bug(
        "a number is a fact of nobody",
        "shared/adapters/numbers.py",
        "return number, [Put(fact), *writes(number)]",
        f'return number, [Put(fact, condition="{ALWAYS}"), *writes(number)]',
        NUMBERS,
        rules="R39",
    ),
    bug(
        "the counter of a gapless series moves for everybody",
        "shared/adapters/numbers.py",
        'condition, values = "#last = :last", {":last": item["last"]}',
        'condition, values = "#last <> :last", {":last": -1}',
        NUMBERS,
        rules="R39",
    ),
    bug(
        "two credit notes do not see each other",
        "shared/adapters/corrections.py",
        "return Put(item, condition=VERSION, values=seen(credited.version - 1))",
        f'return Put(item, condition="{ALWAYS}")',
        CORRECTIONS,
    ),
)
