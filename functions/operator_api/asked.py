"""A request that moves money: named by its caller, so that it is carried out once."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header

from functions.operator_api.access import current
from functions.operator_api.schema.wire import Wire
from shared.domain.cash_step import Asked
from shared.errors import RequestUnnamed
from shared.ids import derived_id

_KEY_CHARS_MAX = 255
Key = Annotated[
    str,
    Header(
        alias="idempotency-key",
        description="Required: the same key and body are carried out once, whatever the retries",
    ),
]


def asked(key: str, body: Wire, *what: str, note: str = "") -> Asked:
    """Return the request that key names. what is the route and whatever its path names.

    Raises RequestUnnamed for no key, or one of more than 255 characters.
    """
    if not 0 < len(key) <= _KEY_CHARS_MAX:
        raise RequestUnnamed(header="idempotency-key")
    digest = derived_id("asked", *what, body.model_dump_json())
    return Asked(derived_id("request", key), digest, current().principal.name, note)
