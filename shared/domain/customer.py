"""Who owes, and the people there. Values only."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at the customer. role is a short word that policies name, such as "payables"."""

    role: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Who owes. language is a two-letter code, time_zone an IANA name, policy a policy's name.

    mail_stopped is the reason why nothing is mailed (a hard bounce, a complaint), or "". country is
    an ISO 3166 alpha-2 code and subdivision the part of it whose holidays count ("" where nobody
    told); segment and risk are words that policies ask for; contacts are the people beside email
    whom the ERP names, crm_contacts those whom a CRM names. reminders_off_on is the day since when
    they want no reminders by mail, None where they never said so; internal says that nothing is
    ever sent: it is the company itself. merged_into is the customer that took this one's place, ""
    while it has its own.
    """

    customer_id: str
    external_id: str
    name: str
    email: str
    language: str
    time_zone: str
    currency: str
    policy: str
    cc: tuple[str, ...] = ()
    terms: str = ""
    phone: str = ""
    address: str = ""
    tax_id: str = ""
    mail_stopped: str = ""
    country: str = ""
    subdivision: str = ""
    segment: str = ""
    risk: str = ""
    contacts: tuple[Contact, ...] = ()
    crm_contacts: tuple[Contact, ...] = ()
    reminders_off_on: date | None = None
    internal: bool = False
    merged_into: str = ""
    version: int = 1

    @property
    def people(self) -> tuple[Contact, ...]:
        """Return whom ERP and CRM name together: these are the people to write to.

        Of the same address and role the CRM's words count; with another role in each, a person has
        both.
        """
        named = (*self.contacts, *self.crm_contacts)
        return tuple({(one.email.lower(), one.role): one for one in named}.values())
