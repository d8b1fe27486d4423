"""What the journal's writers share: amounts as plain text, and text that breaks no line."""

from shared.domain.journal import JournalEntry
from shared.domain.money import Money, exponent, to_decimal_text


def amount(money: Money) -> str:
    """Return an amount as both programs read it, such as -12.50 EUR."""
    return f"{to_decimal_text(money)} {money.currency}"


def unit(currency: str) -> str:
    """Return one thousand of a currency with its decimals, such as 1000.00."""
    digits = exponent(currency)
    return "1000." + "0" * digits


def one_line(text: str, without: str = "") -> str:
    """Return text on one line: what breaks lines, and each of without, becomes a space."""
    kept = ((c if c.isprintable() and c not in without else " ") for c in text)
    return " ".join("".join(kept).split())


def told(entry: JournalEntry) -> str:
    """Return what an entry is, in a few words: the kind of its posting."""
    return entry.posting_id.partition(":")[0].replace("_", " ")
