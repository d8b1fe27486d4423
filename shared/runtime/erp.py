"""What the ERP sends, and what it is told."""

from functools import cache
from typing import TYPE_CHECKING

from shared import runtime

if TYPE_CHECKING:
    from shared.adapters.drop_bucket import DropBucket
    from shared.adapters.import_runs import ImportRuns
    from shared.adapters.writeback_files import WritebackFiles
    from shared.adapters.writebacks import Writebacks
    from shared.usecases.import_file import Ports as ImportPorts


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
        read_csv=read_csv,
        languages=shipped_languages(),
    )


@cache
def writebacks() -> "Writebacks":
    """Return what the ERP is still to be told."""
    from shared.adapters.writebacks import Writebacks

    return Writebacks(runtime.table())


@cache
def writeback_files() -> "WritebackFiles":
    """Return the files for the ERP to fetch."""
    from shared.adapters.writeback_files import WritebackFiles

    return WritebackFiles(runtime.client("s3"), runtime.setting("DROP_BUCKET"))
