"""Late fees, interest and what is given up of them."""

from shared import runtime
from shared.usecases.accrue import accrue
from shared.usecases.charging import charge_stage
from tests.books.player import Act, Player

POLICY = """name: standard
interest:
  percent_a_month: "1"
stages:
  - id: reminder
    offset_days: 7
    channel: email
    template: reminder
  - id: late_fee
    offset_days: 14
    channel: email
    template: late_fee
    fee:
      flat: {EUR: "15.00", GBP: "12.00", USD: "15.00"}
      payable_in_days: 14
"""


def prepare(player: Player) -> None:
    """Give the entity a policy that charges and a tolerance, and release it to charge at all."""
    cents = {"EUR": 5, "GBP": 5, "USD": 5}
    player.hub.api.patch(player.path, {"tolerance": cents, "tolerance_percent": "5"})
    player.hub.api.put(f"{player.path}/policies/standard", POLICY)
    player.post("release", {"daily_cap": None})


def fee(player: Player) -> None:
    """Charge what the late stage asks for on one document."""
    customer, document = player.document(kind="invoice")
    entity = runtime.entities().get(player.entity_id)
    stage = runtime.entities().policy(player.entity_id, "standard").stages[-1]
    charge_stage(
        runtime.charging(), entity, customer, [document["document_id"]], stage, player.hub.now
    )


def interest(player: Player) -> None:
    """Do the daily look at one customer's interest."""
    customers = [player.customer()]
    accrue(runtime.charging(), runtime.accounts(), player.entity_id, customers, player.hub.now)


def waive(player: Player) -> None:
    customer, charge = player.document(kind="charge")
    path = f"charges/{charge['document_id']}/waive?customer={customer}"
    player.post(path, {"reason": "goodwill", "amount": player.part_of(charge["open"])})


ACTS: dict[str, tuple[int, Act]] = {
    "late fee": (4, fee),
    "interest": (4, interest),
    "waiver": (3, waive),
}
