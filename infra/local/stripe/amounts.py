# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts: Stripe's limits, its fees, and how a person reads them."""

from decimal import Decimal

from infra.local.stripe.errors import invalid

ZERO_DECIMAL = frozenset(
    [
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "ugx",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    ]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
CHARGE_MIN_MINOR = {"usd": 50, "eur": 50, "gbp": 30, "chf": 50, "jpy": 50, "sek": 300}
CHARGE_MAX_MINOR = 99_999_999
SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}
SEPARATORS = {"en": (",", "."), "de": (".", ",")}


def exponent(currency: str) -> int:
    """Return how many decimals a currency has."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def check_chargeable(minor: int, currency: str) -> None:
    """Raise Stripe's error for an amount that it would not charge."""
    if minor < CHARGE_MIN_MINOR.get(currency, 1):
        raise invalid("Amount is below the minimum charge", "amount", "amount_too_small")
    if minor > CHARGE_MAX_MINOR:
        raise invalid("Amount must be no more than 99999999", "amount", "amount_too_large")
    if currency in THREE_DECIMAL and minor % 10:
        raise invalid("The last digit must be 0 in this currency", "amount", "invalid_amount")


def fee_minor(minor: int, method: str) -> int:
    """Return what this Stripe keeps of a payment: cards 1.5 % and 25, debits 35 minor units."""
    return min(minor, 25 + (minor * 15 + 500) // 1000 if method == "card" else 35)


def shown(minor: int, currency: str, language: str) -> str:
    """Return an amount as written in a language: €1,234.50 or 1.234,50 €."""
    places = exponent(currency)
    plain = f"{Decimal(minor).scaleb(-places):,.{places}f}"
    thousands, point = SEPARATORS[language]
    number = plain.translate({ord(","): thousands, ord("."): point})
    symbol = SYMBOLS.get(currency, currency.upper())
    if language == "de":
        return f"{number}\u00a0{symbol}"
    return f"{symbol}{number}" if len(symbol) == 1 else f"{symbol}\u00a0{number}"
