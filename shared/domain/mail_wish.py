"""What a customer wishes of our mails, and what we know of them that stops every mail."""

from dataclasses import replace
from datetime import date
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


def wants_none(customer: Customer, template: str) -> bool:
    """Return whether customer wants no mail of template: reminders can be stopped, invoices not."""
    return customer.reminders_off_on is not None and template in REMINDERS
