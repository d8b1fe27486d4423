"""Files of the ERP's rows, and what the table says of them."""

from shared.domain.policy import Policy
from shared.ids import derived_id
from tests.integration.drops import (
    stored,
)

POLICY = Policy.model_validate(
    {
        "name": "standard",
        "stages": [
            {"id": "invoice", "anchor": "issue_date", "offset_days": 0, "channel": "email",
             "template": "invoice"},
            {"id": "reminder", "offset_days": 7, "channel": "email", "template": "reminder"},
        ],
    }
)  # fmt: skip


def customer_id(external_id: str) -> str:
    return derived_id("customer", "demo", external_id)


def document_id(external_id: str) -> str:
    return derived_id("invoice", "demo", external_id)


def reversed_rows(content: str) -> str:
    header, *rows = content.splitlines()
    return "\n".join([header, *reversed(rows)]) + "\n"


def balances_agree() -> bool:
    """Return whether each document's movements sum to what is open of it."""
    sums: dict[str, int] = {}
    for movement in (m for posting in stored("POSTING") for m in posting["movements"]):
        if "document_id" in movement:
            document_id = movement["document_id"]
            sums[document_id] = sums.get(document_id, 0) + movement["amount"]
    heads = {head["document_id"]: head["open"] for head in stored("HEAD")}
    return sums == heads and len(heads) > 0
