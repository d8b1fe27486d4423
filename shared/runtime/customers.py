"""Entities, their customers, and what was agreed with them."""

from functools import cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.accounts import Accounts
    from shared.adapters.agreements_over import AgreementsOver
    from shared.adapters.contacts import Contacts
    from shared.adapters.disputes import Disputes
    from shared.adapters.entities import Entities
    from shared.adapters.holds import Holds
    from shared.adapters.papers import Papers
    from shared.adapters.parked import ParkedItems
    from shared.adapters.pending import Pending
    from shared.adapters.plans import Plans
    from shared.adapters.promises import Promises
    from shared.adapters.questions import Questions
    from shared.adapters.receivables import Receivables
    from shared.adapters.records import Records
    from shared.adapters.requests import Requests
    from shared.adapters.tasks import Tasks
    from shared.usecases.call_customers import Ports as CallPorts
    from shared.usecases.move_customer import Ports as MovePorts


@cache
def entities() -> "Entities":
    """Return the entities and their policies."""
    from shared.adapters.entities import Entities

    return Entities(runtime.table())


@cache
def accounts() -> "Accounts":
    """Return the reads of entities and customers."""
    from shared.adapters.accounts import Accounts

    return Accounts(runtime.table())


@cache
def records() -> "Records":
    """Return the reads of whole customers, past and present."""
    from shared.adapters.records import Records

    return Records(runtime.table())


@cache
def receivables() -> "Receivables":
    """Return the lists for people."""
    from shared.adapters.receivables import Receivables

    return Receivables(runtime.table())


@cache
def pending() -> "Pending":
    """Return the facts that somebody must still act on."""
    from shared.adapters.pending import Pending

    return Pending(runtime.table())


@cache
def tasks() -> "Tasks":
    """Return the work for people."""
    from shared.adapters.tasks import Tasks

    return Tasks(runtime.table())


@cache
def parked_items() -> "ParkedItems":
    """Return what could not be placed without guessing."""
    from shared.adapters.parked import ParkedItems

    return ParkedItems(runtime.table())


@cache
def requests() -> "Requests":
    """Return what became of the requests that their callers named."""
    from shared.adapters.requests import Requests

    return Requests(runtime.table())


@cache
def holds() -> "Holds":
    """Return the writes of holds."""
    from shared.adapters.holds import Holds

    return Holds(runtime.table())


@cache
def contacts() -> "Contacts":
    """Return what was said to customers last."""
    from shared.adapters.contacts import Contacts

    return Contacts(runtime.table())


@cache
def promises() -> "Promises":
    """Return the promises to pay."""
    from shared.adapters.promises import Promises

    return Promises(runtime.table())


@cache
def plans() -> "Plans":
    """Return the instalment plans."""
    from shared.adapters.plans import Plans

    return Plans(runtime.table())


@cache
def agreements_over() -> "AgreementsOver":
    """Return the writes of how agreements ended."""
    from shared.adapters.agreements_over import AgreementsOver

    return AgreementsOver(runtime.table())


@cache
def disputes() -> "Disputes":
    """Return the commercial disputes."""
    from shared.adapters.disputes import Disputes

    return Disputes(runtime.table())


@cache
def questions() -> "Questions":
    """Return the customers' questions."""
    from shared.adapters.questions import Questions

    return Questions(runtime.table())


@cache
def papers() -> "Papers":
    """Return what belongs to documents besides their heads."""
    from shared.adapters.papers import Papers

    return Papers(runtime.table())


@cache
def calling() -> "CallPorts":
    """Return everything that a call can lead to."""
    from shared.usecases.call_customers import Ports

    return Ports(
        runtime.accounts(),
        runtime.entities(),
        runtime.tasks(),
        runtime.promises(),
        runtime.papers(),
        runtime.disputes(),
    )


@cache
def customer_moves() -> "MovePorts":
    """Return everything that moving invoices between customers touches."""
    from shared.adapters.customer_moves import CustomerMoves
    from shared.adapters.pause import pause
    from shared.usecases.move_customer import Ports

    return Ports(runtime.accounts(), CustomerMoves(runtime.table()), pause)
