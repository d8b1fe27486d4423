"""Every bug that the tests must see, by what it breaks."""

from tests.mutants.bug import Bug
from tests.mutants.planted.agreements import AGREEMENT_BUGS
from tests.mutants.planted.autopay import AUTOPAY_BUGS
from tests.mutants.planted.books import BOOKS_BUGS
from tests.mutants.planted.calls import CALL_BUGS
from tests.mutants.planted.cash import CASH_BUGS
from tests.mutants.planted.charges import CHARGE_BUGS
from tests.mutants.planted.clerks import CLERK_BUGS
from tests.mutants.planted.connections import CONNECTION_BUGS
from tests.mutants.planted.delivery import DELIVERY_BUGS
from tests.mutants.planted.desks import DESK_BUGS
from tests.mutants.planted.documents import DOCUMENT_BUGS
from tests.mutants.planted.doors import DOOR_BUGS
from tests.mutants.planted.escalation import ESCALATION_BUGS
from tests.mutants.planted.gateway import GATEWAY_BUGS
from tests.mutants.planted.imports import IMPORT_BUGS
from tests.mutants.planted.ladders import LADDER_BUGS
from tests.mutants.planted.ledger import LEDGER_BUGS
from tests.mutants.planted.lives import LIFE_BUGS
from tests.mutants.planted.messages import MESSAGE_BUGS
from tests.mutants.planted.money_in import MONEY_IN_BUGS
from tests.mutants.planted.pages import PAGE_BUGS
from tests.mutants.planted.policies import POLICY_BUGS
from tests.mutants.planted.refusals import REFUSAL_BUGS
from tests.mutants.planted.requests import REQUEST_BUGS
from tests.mutants.planted.rows import ROW_BUGS
from tests.mutants.planted.simulate import SIMULATE_BUGS
from tests.mutants.planted.storage import STORAGE_BUGS
from tests.mutants.planted.sweep import SWEEP_BUGS
from tests.mutants.planted.syncing import SYNC_BUGS
from tests.mutants.planted.telling import TELLING_BUGS
from tests.mutants.planted.terms import TERMS_BUGS
from tests.mutants.planted.tryton import TRYTON_BUGS
from tests.mutants.planted.undone import UNDONE_BUGS
from tests.mutants.planted.wires import WIRE_BUGS

PLANTED: tuple[Bug, ...] = (
    *LEDGER_BUGS,
    *STORAGE_BUGS,
    *MONEY_IN_BUGS,
    *GATEWAY_BUGS,
    *CASH_BUGS,
    *CLERK_BUGS,
    *DOCUMENT_BUGS,
    *IMPORT_BUGS,
    *DESK_BUGS,
    *ROW_BUGS,
    *UNDONE_BUGS,
    *REQUEST_BUGS,
    *CHARGE_BUGS,
    *BOOKS_BUGS,
    *TERMS_BUGS,
    *TRYTON_BUGS,
    *TELLING_BUGS,
    *MESSAGE_BUGS,
    *DELIVERY_BUGS,
    *ESCALATION_BUGS,
    *CALL_BUGS,
    *REFUSAL_BUGS,
    *DOOR_BUGS,
    *AGREEMENT_BUGS,
    *AUTOPAY_BUGS,
    *PAGE_BUGS,
    *POLICY_BUGS,
    *SWEEP_BUGS,
    *SYNC_BUGS,
    *CONNECTION_BUGS,
    *SIMULATE_BUGS,
    *LIFE_BUGS,
    *LADDER_BUGS,
    *WIRE_BUGS,
)
