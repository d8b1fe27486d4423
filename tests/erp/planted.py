"""One cent of difference on each side: the checker and the drift report must both name it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from tests.erp.world import World


def planted_on_both_sides(world: World, on: date) -> None:
    """Take a cent in the ERP and write another in the hub; both are named, and then mended."""
    open_there = [b for b in world.books() if b["open"] > 1_000]
    theirs = open_there[0]
    ours = next(h for b in open_there[1:] if (h := _head(world, b)) and not h["instalments"])
    world.erp.tryton.do("pay", invoice=theirs["id"], minor=1, on=on.isoformat())
    with _a_cent_less(world, ours):
        _named(world, {str(theirs["id"]): theirs["number"], ours["external_id"]: ours["number"]})
        print("a cent less in the ERP, a cent less in the hub: both named by both")
    _named(world, {str(theirs["id"]): theirs["number"]})
    world.settle()
    _named(world, {})
    print("the hub's cent was put back and the ERP's pulled: equal again")


def _head(world: World, book: dict[str, Any]) -> dict[str, Any]:
    head: dict[str, Any] = world.hub.api("GET", f"{world.company.path}/invoices/{book['id']}")
    return head


@contextmanager
def _a_cent_less(world: World, head: dict[str, Any]) -> Iterator[None]:
    """Write one cent less than is open of a document into the hub's own table."""
    _add_to_open(world, head, -1)
    yield
    _add_to_open(world, head, 1)


def _add_to_open(world: World, head: dict[str, Any], minor: int) -> None:
    partition = f"E#{world.company.entity}#C#{head['customer_id']}"
    world.hub.client("dynamodb").update_item(
        TableName=world.hub.stack.state["outputs"]["TableName"],
        Key={"pk": {"S": partition}, "sk": {"S": f"HEAD#{head['document_id']}"}},
        UpdateExpression="ADD #open :minor",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeNames={"#open": "open"},
        ExpressionAttributeValues={":minor": {"N": str(minor)}},
    )


def _named(world: World, invoices: dict[str, str]) -> None:
    """Require that the checker and the drift report name these invoices and no others."""
    differences, drift = world.compared().differences, world.drift()
    about = [d for d in differences if d.startswith("invoice ")]
    numbers = sorted(d.split(" ")[1] for d in about)
    assert numbers == sorted(invoices.values()), differences
    assert sorted(d["external_id"] for d in drift["differences"]) == sorted(invoices), drift
    assert drift["equal"] is not bool(invoices), drift
