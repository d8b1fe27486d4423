# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the hosted page, per language."""

TEXTS = {
    "en": {
        "title": "Pay {seller}",
        "save_title": "Let {seller} take payments",
        "save_note": "Nothing is charged now. {seller} says before each payment what it takes.",
        "save": "Save this way to pay",
        "test_mode": "Local test mode: no real money moves.",
        "total": "Total",
        "quantity": "Quantity {quantity}, {each} each",
        "pay": "Pay {amount}",
        "debit": "Authorise a debit of {amount}",
        "cancel": "Back to {seller} without paying",
        "email": "Email",
        "card": "Card",
        "sepa_debit": "SEPA direct debit",
        "us_bank_account": "US bank account (ACH)",
        "bacs_debit": "Bacs direct debit",
        "card_number": "Test card",
        "exp": "Expiry (MM/YY)",
        "cvc": "Security code",
        "holder": "Name",
        "test_account": "Test account",
        "works": "Works",
        "fails": "Fails ({reason})",
        "debit_note": "A debit takes some days. You will hear when it has arrived, or if it fails.",
        "problem": "The payment was not made",
        "try_again": "Nothing was charged. Try again or choose another way to pay.",
        "paid": "This payment is done",
        "paid_note": "You can close this page.",
        "back": "Back to {seller}",
        "expired": "This page is no longer open",
        "expired_note": "Nothing was charged. Ask {seller} for a fresh link.",
        "unknown": "There is no such page",
        "unknown_note": "The link may be incomplete.",
        "email_wrong": "Enter a mail address.",
        "name_wrong": "Enter a name.",
        "exp_wrong": "Enter the expiry as MM/YY, not in the past.",
        "cvc_wrong": "Enter the three digits of the security code.",
        "number_wrong": "Choose one of the test numbers.",
    },
    "de": {
        "title": "Zahlung an {seller}",
        "save_title": "Zahlungen an {seller} erlauben",
        "save_note": "Jetzt wird nichts belastet. {seller} kündigt jede Zahlung vorher an.",
        "save": "Diesen Zahlungsweg speichern",
        "test_mode": "Lokaler Testbetrieb: es fließt kein echtes Geld.",
        "total": "Summe",
        "quantity": "Menge {quantity}, je {each}",
        "pay": "{amount} zahlen",
        "debit": "Lastschrift über {amount} erlauben",
        "cancel": "Zurück zu {seller}, ohne zu zahlen",
        "email": "E-Mail",
        "card": "Karte",
        "sepa_debit": "SEPA-Lastschrift",
        "us_bank_account": "US-Bankkonto (ACH)",
        "bacs_debit": "Bacs-Lastschrift",
        "card_number": "Testkarte",
        "exp": "Gültig bis (MM/JJ)",
        "cvc": "Prüfziffer",
        "holder": "Name",
        "test_account": "Testkonto",
        "works": "Klappt",
        "fails": "Scheitert ({reason})",
        "debit_note": "Eine Lastschrift dauert einige Tage. Sie hören von uns, wenn sie da ist"
        " oder scheitert.",
        "problem": "Die Zahlung kam nicht zustande",
        "try_again": "Es wurde nichts belastet. Bitte erneut oder auf anderem Weg versuchen.",
        "paid": "Diese Zahlung ist erledigt",
        "paid_note": "Sie können diese Seite schließen.",
        "back": "Zurück zu {seller}",
        "expired": "Diese Seite ist nicht mehr offen",
        "expired_note": "Es wurde nichts belastet. Bitten Sie {seller} um einen neuen Link.",
        "unknown": "Diese Seite gibt es nicht",
        "unknown_note": "Vielleicht ist der Link unvollständig.",
        "email_wrong": "Bitte eine E-Mail-Adresse angeben.",
        "name_wrong": "Bitte einen Namen angeben.",
        "exp_wrong": "Bitte die Gültigkeit als MM/JJ angeben, nicht in der Vergangenheit.",
        "cvc_wrong": "Bitte die drei Ziffern der Prüfziffer angeben.",
        "number_wrong": "Bitte eine der Testnummern wählen.",
    },
}


def language_for(locale: str | None, accept_language: str) -> str:
    """Return the language of the page: the session's, else the browser's, else English."""
    asked = accept_language if locale in (None, "auto") else locale
    for part in asked.split(","):
        code = part.strip()[:2].lower()
        if code in TEXTS:
            return code
    return "en"
