"""What a payer makes of a mail: when to act, and how. The same seed, the same behaviour."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from infra.cli.demo.company import Character, SampleCustomer
from infra.cli.demo.payer import Paying

_PAYS_ON = {
    Character.EARLY: ("invoice", "upcoming", "due_today", "reminder", "late_fee", "final_notice"),
    Character.ON_TIME: ("upcoming", "due_today", "reminder", "late_fee", "final_notice"),
    Character.LATE: ("reminder", "late_fee", "final_notice"),
    Character.PARTIAL: ("due_today", "reminder", "late_fee", "final_notice"),
    Character.ASKS: ("late_fee", "final_notice"),
    Character.SILENT: (),
}
_LONGEST_WAIT = {
    Character.EARLY: 1,
    Character.ON_TIME: 2,
    Character.LATE: 5,
    Character.PARTIAL: 3,
    Character.ASKS: 2,
}
_QUESTIONS = {
    "de": "Die Bestellnummer fehlt auf der Rechnung. Können Sie sie bitte nachreichen?",
    "en": "The purchase order number is missing on the invoice. Could you add it, please?",
}


@dataclass(frozen=True)
class Act:
    """Something a payer will do on a day: pay, or ask (then question says what)."""

    on: date
    customer: str
    paying: Paying
    question: str = ""


def reaction(seed: int, customer: SampleCustomer, stage: str, today: date) -> Act | None:
    """Return what a payer will do because of a mail of a stage on today, or None."""
    whose, character = customer.external_id, customer.character
    chance = Random(f"{seed}/{whose}/{stage}/{today}")  # noqa: S311 - a sample, not a secret
    if character is Character.ASKS and stage == "reminder":
        words = _QUESTIONS.get(customer.language, _QUESTIONS["en"])
        return Act(today, whose, Paying(), words)
    if stage not in _PAYS_ON[character]:
        return None
    wait = chance.randint(0, _LONGEST_WAIT[character])
    paying = Paying(
        debit=chance.random() < 0.3,
        empty_card_first=chance.random() < 0.1,
        only_first=character is Character.PARTIAL and stage != "final_notice",
    )
    return Act(today + timedelta(days=wait), whose, paying)
