"""A payment that the ERP took back, and has again, as where Tryton reconciles a line anew."""

import pytest

from shared import runtime
from shared.domain.cash_step import Asked
from shared.domain.entity import Entity
from shared.domain.erp import RecordKind
from shared.usecases.reverse_payment import reverse_payment
from tests.integration.drops import stored
from tests.integration.erp_rows import codes, gone, opened, paid, take

BY = Asked("", "", "ann")


@pytest.mark.rule("R43")
def test_a_payment_that_the_erp_has_again_waits_for_a_person(filled: Entity) -> None:
    """Else its invoice would stay open here, and be asked for, in silence."""
    take(paid(11_900))
    take(gone(RecordKind.PAYMENTS, "P-1"))
    assert opened()["I-1"] == 11_900
    assert codes(paid(11_900)) == ["came_back"]


def test_a_payment_that_was_taken_back_here_is_still_the_same_there(filled: Entity) -> None:
    take(paid(5_950, "P-2", "I-2"))
    (payment,) = stored("PAYMENT")
    whose = ("demo", payment["payment_id"], "bounced", None, BY)
    reverse_payment(runtime.cash_desk(), *whose, runtime.now())
    assert take(paid(5_950, "P-2", "I-2")).unchanged == 1
