"""What the ERP sends."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.connections import Connections
    from shared.adapters.drop_bucket import DropBucket
    from shared.adapters.erp_hints import ErpHints
    from shared.adapters.erp_secret import ErpSecret, WebhookKey
    from shared.adapters.import_runs import ImportRuns
    from shared.adapters.pull_states import PullStates
    from shared.domain.clock import Now
    from shared.domain.entity import Entity
    from shared.usecases.connect_erp import Ports as ConnectPorts
    from shared.usecases.erp_port import Connector
    from shared.usecases.import_file import Ports as ImportPorts
    from shared.usecases.remove_connection import Ports as RemovePorts
    from shared.usecases.sync_desks import Corrections
    from shared.usecases.sync_erp import Ports as SyncPorts


@cache
def import_runs() -> "ImportRuns":
    """Return the imports of files."""
    from shared.adapters.import_runs import ImportRuns

    return ImportRuns(runtime.table())


@cache
def drop_bucket() -> "DropBucket":
    """Return the bucket that files are dropped into."""
    from shared.adapters.drop_bucket import DropBucket

    return DropBucket(runtime.signing_s3(read_timeout_s=30), runtime.setting("DROP_BUCKET"))


@cache
def importing() -> "ImportPorts":
    """Return everything that an import touches."""
    from shared.adapters.csv_rows import read_csv
    from shared.adapters.imported_customers import ImportedCustomers
    from shared.adapters.imported_invoices import ImportedInvoices
    from shared.adapters.imported_payments import ImportedPayments
    from shared.adapters.invoice_lines import InvoiceLines
    from shared.adapters.languages import shipped_languages
    from shared.usecases.import_file import Ports

    return Ports(
        accounts=runtime.accounts(),
        policies=runtime.entities(),
        runs=runtime.import_runs(),
        bucket=runtime.drop_bucket(),
        queue=runtime.queues(),
        tasks=runtime.tasks(),
        customers=ImportedCustomers(runtime.table()),
        invoices=ImportedInvoices(runtime.table()),
        lines=InvoiceLines(runtime.table()),
        payments=ImportedPayments(runtime.table()),
        bank=runtime.connections(),
        read_csv=read_csv,
        languages=shipped_languages(),
    )


@cache
def connections() -> "Connections":
    """Return the connections to ERPs."""
    from shared.adapters.connections import Connections

    return Connections(runtime.table())


@cache
def pull_states() -> "PullStates":
    """Return how far each connection is pulled."""
    from shared.adapters.pull_states import PullStates

    return PullStates(runtime.table())


def as_swept(entity_id: str, now: "Now") -> "Entity":
    """Return the entity as a sweep at this moment sees it. Raises NotFound."""
    from shared.usecases.watch_erps import as_swept

    return as_swept(runtime.entities(), runtime.connections(), entity_id, now)


def erp_secret(entity_id: str, name: str) -> "ErpSecret":
    """Return the secret of an entity's connection."""
    from shared.adapters.erp_secret import ErpSecret

    place = f"{runtime.setting('ERP_SECRETS')}/{entity_id}/{name}"
    return ErpSecret(runtime.client("secretsmanager"), place)


@lru_cache(maxsize=64)
def webhook_key(entity_id: str, name: str) -> "WebhookKey":
    """Return what signs the hints of an entity's connection."""
    from shared.adapters.erp_secret import WebhookKey

    return WebhookKey(runtime.erp_secret(entity_id, name))


@cache
def erp_hints() -> "ErpHints":
    """Return when ERPs said last that something changed."""
    from shared.adapters.erp_hints import ErpHints

    return ErpHints(runtime.table())


def connector(entity_id: str, name: str) -> "Connector":
    """Return what speaks to the ERP of an entity's connection. Raises NotFound and ErpAccess."""
    from shared.runtime.connectors import connector_of

    connection = runtime.connections().get(entity_id, name)
    return connector_of(connection, runtime.erp_secret(entity_id, name))


def erp_corrections() -> "Corrections":
    """Return what takes back what an ERP said before."""
    from shared.adapters.imported_credit_notes import ImportedCreditNotes
    from shared.adapters.imported_gone import ImportedGone
    from shared.usecases.sync_desks import Corrections

    table = runtime.table()
    return Corrections(
        ImportedCreditNotes(table),
        ImportedGone(table),
        runtime.cash_desk(),
        runtime.customer_moves(),
    )


@cache
def syncing() -> "SyncPorts":
    """Return everything that a sync with an ERP touches."""
    from shared.adapters.manifests import Manifests
    from shared.usecases.sync_desks import desks_of
    from shared.usecases.sync_erp import Ports

    return Ports(
        accounts=runtime.accounts(),
        connections=runtime.connections(),
        connector=lambda entity_id, name: runtime.connector(entity_id, name),
        states=runtime.pull_states(),
        manifests=Manifests(runtime.table()),
        desks=lambda entity, run_id, now: desks_of(
            runtime.importing(), runtime.erp_corrections(), entity, run_id, now
        ),
        parked=runtime.parked_items(),
        tasks=runtime.tasks(),
        queue=runtime.queues(),
        run_id=runtime.fence,
    )


@cache
def connecting() -> "ConnectPorts":
    """Return everything that connecting to an ERP touches, but the ERP."""
    from shared.runtime.connectors import PRODUCTS
    from shared.usecases.connect_erp import Ports

    return Ports(
        connections=runtime.connections(),
        secret=runtime.erp_secret,
        products=lambda: {name: product.settings for name, product in PRODUCTS.items()},
        queue=runtime.queues(),
    )


@cache
def removing() -> "RemovePorts":
    """Return everything that is kept for a connection to an ERP."""
    from shared.usecases.remove_connection import Ports

    return Ports(
        connections=runtime.connections(),
        states=runtime.pull_states(),
        hints=runtime.erp_hints(),
        parked=runtime.parked_items(),
        secret=runtime.erp_secret,
    )
