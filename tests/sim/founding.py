"""What every simulated company begins with: its policy, its table, its customers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from shared.adapters.entities import Entities
from shared.adapters.imported_customers import ImportedCustomers
from shared.adapters.table import Table
from shared.domain.clock import Now
from shared.domain.fee import Fee
from shared.domain.imports import CustomerRow
from shared.domain.interest_rule import InterestRule
from shared.domain.money import Money
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.policy_version import PolicyVersion
from shared.domain.stage import Stage
from shared.usecases.import_customers import CustomerDesk
from shared.usecases.import_rows import write_rows
from tests.support.dynamodb_model import DynamoModel
from tests.support.samples import entity

ENTITY = "demo"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOTALS = (5_000, 10_000, 12_000)
INVOICES = ("I1", "I2")
POLICY = Policy(
    name="standard",
    interest=InterestRule(percent_a_month="1"),
    send_on=(1, 2, 3, 4, 5, 6, 7),
    stages=(
        Stage(id="due", offset_days=0, channel=Channel.EMAIL, template="due_today"),
        Stage(id="reminder", offset_days=7, channel=Channel.EMAIL, template="reminder"),
        Stage(
            id="fee",
            offset_days=14,
            channel=Channel.EMAIL,
            template="late_fee",
            fee=Fee(flat={"EUR": "10.00"}, payable_in_days=7),
        ),
        Stage(id="call", offset_days=21, channel=Channel.CALL),
        Stage(id="final", offset_days=30, channel=Channel.EMAIL, template="final_notice"),
    ),
)
FEE_MINOR = 1_000
NOTHING = "nothing to do"
"""What a step says that found nothing that it could do."""

Weights = Mapping[str, int]


class Broken(BaseException):
    """Something that must never be; the message holds the seed, the step and the sentences.

    No handler of errors may swallow it.
    """


def founded(customers: int) -> tuple[DynamoModel, list[str]]:
    """Return a table with a released entity, its policy and so many customers, and their ids."""
    model = _founding(customers).copy()
    ids = [i["customer_id"]["S"] for i in model.items() if i["type"]["S"] == "CUSTOMER"]
    return model, ids


def eur(minor: int) -> Money:
    """Return so many cents."""
    return Money(minor=minor, currency="EUR")


@cache
def _founding(customers: int) -> DynamoModel:
    model = DynamoModel()
    table = Table(model, "hub")
    first = PolicyVersion(POLICY, "", START, "sim")
    made = Entities(table).create(entity(entity_id=ENTITY), first)
    desk = CustomerDesk(ImportedCustomers(table), made, {"standard"}, "imp", Now(START, START))
    rows = [
        CustomerRow(line=i + 2, external_id=f"C{i}", name=f"Payer {i}", email=f"ap@c{i}.example")
        for i in range(customers)
    ]
    write_rows(desk, rows)
    return model
