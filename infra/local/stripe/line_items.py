# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Checkout Session sells: lines read from the request, in the API's shape."""

from typing import Any

from localstripe import resources

from infra.local.stripe.errors import invalid, missing
from infra.local.stripe.params import integer, metadata, text

LINES_MAX = 100


def read(given: Any, created_s: int) -> list[dict[str, Any]]:
    """Return the line items of a request, all in one currency."""
    if not isinstance(given, list) or not given:
        raise missing("line_items")
    if len(given) > LINES_MAX:
        raise invalid(f"At most {LINES_MAX} line items are allowed", "line_items")
    lines = [_line(each, f"line_items[{n}]", created_s) for n, each in enumerate(given)]
    if len({line["currency"] for line in lines}) != 1:
        raise invalid("All line items must have the same currency", "line_items")
    return lines


def _line(given: Any, param: str, created_s: int) -> dict[str, Any]:
    price_data = given.get("price_data") if isinstance(given, dict) else None
    if not isinstance(price_data, dict):
        raise missing(f"{param}[price_data]")
    product = price_data.get("product_data")
    if not isinstance(product, dict):
        raise missing(f"{param}[price_data][product_data]")
    name = text(product.get("name"), f"{param}[price_data][product_data][name]")
    currency = text(price_data.get("currency"), f"{param}[price_data][currency]", 3).lower()
    unit = price_data.get("unit_amount")
    unit_minor = integer(unit, f"{param}[price_data][unit_amount]", least=0)
    quantity = integer(given.get("quantity"), f"{param}[quantity]", least=1)
    total = unit_minor * quantity
    return {
        "id": "li_" + resources.random_id(14),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": currency,
        "description": name,
        "metadata": metadata(given.get("metadata")),
        "price": _price(unit_minor, currency, created_s),
        "product_description": product.get("description"),
        "quantity": quantity,
    }


def _price(unit_minor: int, currency: str, created_s: int) -> dict[str, Any]:
    return {
        "id": "price_" + resources.random_id(14),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": created_s,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": "prod_" + resources.random_id(14),
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit_minor,
        "unit_amount_decimal": str(unit_minor),
    }
