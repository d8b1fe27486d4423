"""A request as its caller named it, so that it is carried out once."""

from functions.operator_api.access import current
from functions.operator_api.schema.wire import Wire
from shared.domain.cash_step import Asked
from shared.ids import derived_id


def asked(key: str, body: Wire, *what: str, note: str = "") -> Asked:
    """Return the request that key names. what is the route and whatever its path names."""
    digest = derived_id("asked", *what, body.model_dump_json())
    name = derived_id("request", key) if key else ""
    return Asked(name, digest, current().principal.name, note)
