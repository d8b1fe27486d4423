"""The name that a caller gives a request, so that it is carried out once, whatever the retries."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Header

from shared.errors import RequestUnnamed

HEADER = "idempotency-key"
CHARS_MAX = 255
RequiredKey = Annotated[
    str,
    Header(
        alias=HEADER,
        min_length=1,
        max_length=CHARS_MAX,
        description="The same key and body are carried out once, whatever the retries. Without "
        "one nothing is done: a repeat would be a second request.",
    ),
]
"""Of requests that move money or issue a document."""
OptionalKey = Annotated[
    str,
    Header(
        alias=HEADER,
        max_length=CHARS_MAX,
        description="The same key and body are carried out once, whatever the retries.",
    ),
]
"""Of requests that do no harm twice."""


def unnamed(errors: Iterable[Mapping[str, Any]]) -> RequestUnnamed | None:
    """Return the refusal of a request whose key is among what is wrong, None where it is not."""
    if any(tuple(error["loc"]) == ("header", HEADER) for error in errors):
        return RequestUnnamed(header=HEADER)
    return None
