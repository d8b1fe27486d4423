"""How a document stands, in one word for people."""

from shared.domain.document import Document, DocumentKind


def state_of(document: Document) -> str:
    """Return void, issued (a credit note), moved, open, partly_paid, written_off or paid.

    Whatever closes an invoice counts as paying it: money, credit, discount. A write-off does not.
    """
    if document.voided:
        return "void"
    if document.kind is DocumentKind.CREDIT_NOTE:
        return "issued"
    if document.external_id and not document.total:  # all of it is another customer's now
        return "moved"
    if document.open:
        return "open" if document.open == document.total else "partly_paid"
    return "written_off" if document.written_off else "paid"
