"""What a customer wishes of our mails, and what we know of them that stops every mail."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from shared.domain.customer import Customer
from shared.domain.messages import REMINDERS


class MailWish(StrEnum):
    """A change of what is mailed to a customer; each is a dated fact.

    MAIL_AGAIN says that a person found the address to be good after a bounce or complaint.
    """

    NO_REMINDERS = "no_reminders"
    REMINDERS = "reminders"
    INTERNAL = "internal"
    EXTERNAL = "external"
    MAIL_AGAIN = "mail_again"


RELEASES = frozenset((MailWish.REMINDERS, MailWish.EXTERNAL, MailWish.MAIL_AGAIN))
"""The wishes after which something may be due at once."""


def wished(customer: Customer, wish: MailWish, today: date) -> Customer:
    """Return customer as it stands with wish from today on; the same where it stood so already."""
    match wish:
        case MailWish.NO_REMINDERS:
            return replace(customer, reminders_off_on=customer.reminders_off_on or today)
        case MailWish.REMINDERS:
            return replace(customer, reminders_off_on=None)
        case MailWish.INTERNAL | MailWish.EXTERNAL:
            return replace(customer, internal=wish is MailWish.INTERNAL)
        case MailWish.MAIL_AGAIN:
            return replace(customer, mail_stopped="")


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish, the customer's day of it, and the instant at which it was noted."""

    wish: MailWish
    on: date
    at: datetime


def as_wished(customer: Customer, wishes: Iterable[Wished], at: datetime) -> Customer:
    """Return customer as their wishes had it at an instant: reminders or none, internal or not.

    Before the first change it was the other way round; where nothing ever changed, as it is now.
    """
    known = sorted(wishes, key=lambda w: w.at)
    for pair in _PAIRS:
        changes = [w for w in known if w.wish in pair]
        if changes:
            first = pair[1] if changes[0].wish is pair[0] else pair[0]
            customer = wished(wished(customer, pair[1], changes[0].on), first, changes[0].on)
        for change in changes:
            if change.at <= at:
                customer = wished(customer, change.wish, change.on)
    return customer


_PAIRS = (
    (MailWish.NO_REMINDERS, MailWish.REMINDERS),
    (MailWish.INTERNAL, MailWish.EXTERNAL),
)
"""Changes and what takes each back."""


def wants_none(customer: Customer, template: str) -> bool:
    """Return whether customer wants no mail of template: reminders can be stopped, invoices not."""
    return customer.reminders_off_on is not None and template in REMINDERS
