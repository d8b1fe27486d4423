"""Errors as problem details: the status says whose fault it is and whether to try again."""

import pytest

from functions.edge.problems import problem, status_of
from shared.domain.gateway import GatewayRefused, GatewayUnavailable
from shared.errors import Conflict, HubError, InvalidInput, NotFound, WriteConflict


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (GatewayRefused(reason="card_declined"), 502),
        (GatewayUnavailable(), 503),
        (WriteConflict(), 409),
        (Conflict(), 409),
        (InvalidInput(field="x"), 422),
        (NotFound(), 404),
    ],
)
def test_every_error_has_the_status_that_tells_who_can_mend_it(error: HubError, status: int):
    assert status_of(error) == problem(error)["status"] == status


def test_what_is_unknown_tells_no_facts():
    assert "facts" not in problem(NotFound(customer="c1"))
