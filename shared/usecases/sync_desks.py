"""Which desk takes which row of an ERP: the desks that take the rows of files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.erp import ErpRow, GoneRow
from shared.domain.imports import (
    CreditNoteRow,
    CustomerRow,
    InvoiceRow,
    LineGroup,
    PaymentRow,
    PeopleRow,
)
from shared.usecases.cash_desk import Desk as CashDesk
from shared.usecases.import_credit_notes import CreditNoteDesk, CreditNotes
from shared.usecases.import_customers import CustomerDesk
from shared.usecases.import_file import Ports as Importing
from shared.usecases.import_gone import GoneDesk, GoneInvoices
from shared.usecases.import_invoices import InvoiceDesk
from shared.usecases.import_lines import LineDesk
from shared.usecases.import_payments import PaymentDesk
from shared.usecases.import_people import PeopleDesk
from shared.usecases.import_rows import Desk
from shared.usecases.move_customer import Ports as MovePorts

Desks = Mapping[type[ErpRow], Desk]
MakeDesks = Callable[[Entity, str, Now], Desks]


@dataclass(frozen=True, slots=True)
class Corrections:
    """What takes back what an ERP said before: no file does that."""

    credit_notes: CreditNotes
    gone: GoneInvoices
    cash: CashDesk
    moves: MovePorts


def desks_of(
    ports: Importing, back: Corrections, entity: Entity, import_id: str, now: Now
) -> Desks:
    """Return the desks of one run, in the order in which a page's rows need each other."""
    names = ports.policies.policy_names(entity.entity_id)
    return {
        CustomerRow: CustomerDesk(ports.customers, entity, names, import_id, now),
        PeopleRow: PeopleDesk(ports.customers, entity, import_id, now),
        InvoiceRow: InvoiceDesk(
            ports.invoices, ports.customers, ports.policies, entity, import_id, now
        ),
        LineGroup: LineDesk(ports.lines, ports.invoices, ports.customers, entity, now),
        GoneRow: GoneDesk(
            back.gone,
            ports.invoices,
            back.credit_notes,
            ports.customers,
            back.cash,
            back.moves,
            entity,
            import_id,
            now,
        ),
        CreditNoteRow: CreditNoteDesk(
            back.credit_notes, ports.invoices, ports.customers, entity, import_id, now
        ),
        PaymentRow: PaymentDesk(ports.payments, ports.invoices, entity, now),
    }
