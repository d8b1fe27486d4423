"""Checkouts say what their payment says, and one that is under way is not forgotten."""

from collections.abc import Iterator

from tests.sim.books.customer import Customer


def broken_checkouts(customer: Customer) -> Iterator[str]:
    """Yield what is wrong with the checkouts of a customer."""
    paid = {payment["checkout_id"] for payment in customer.of["PAYMENT"]}
    seen: set[str] = set()
    for checkout in customer.of["CHECKOUT"]:
        checkout_id, state = checkout["checkout_id"], checkout["state"]
        place = customer.place[id(checkout)]
        if checkout_id in seen:
            yield f"checkout {checkout_id} lies in two places"
        seen.add(checkout_id)
        if checkout["amount"] != sum(minor for _, minor in checkout["allocations"]):
            yield f"checkout {checkout_id} is for another amount than its parts"
        if (state == "paid") != (checkout_id in paid):
            yield f"checkout {checkout_id} is {state}, its payment says otherwise"
        unresolved = state in ("open", "processing")
        if place == ("H" if unresolved else "live") and state != "paid":
            yield f"checkout {checkout_id}, {state}, lies in {place}"
        if unresolved and "ppk" not in checkout:
            yield f"checkout {checkout_id} is {state} and nobody will ask"
