"""The comparison of stored figures with the postings, on the wire."""

from functions.operator_api.schema.wire import Wire


class CheckStarted(Wire):
    run_id: str


class CheckOut(Wire):
    run_id: str
    state: str
    customers: int
    checked: int
    differing: int


class DifferenceOut(Wire):
    """stored and posted are minor units, or counts where there is no currency; None is lost."""

    figure: str
    document_id: str
    source_id: str
    instalment: int
    currency: str
    stored: int | None
    posted: int
    text: str


class BooksOut(Wire):
    customer_id: str
    differences: list[DifferenceOut]


class RebuildIn(Wire):
    apply: bool = False


class RebuildOut(Wire):
    customer_id: str
    applied: bool
    differences: list[DifferenceOut]
    left: list[DifferenceOut]
