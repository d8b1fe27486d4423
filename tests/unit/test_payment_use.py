"""What more of a payment is put to documents that got some of it before."""

import pytest

from shared.domain.payment import Allocation
from shared.domain.payment_use import added
from tests.support.samples import eur


@pytest.mark.law("1")
def test_a_document_has_one_allocation_however_often_it_got_some():
    moved_by_hand = Allocation("d2", "INV-2", "", eur(2_500), ((1, 2_500),))
    before = (Allocation("d1", "INV-1", "I1", eur(10_000)), moved_by_hand)
    planned = (
        Allocation("d2", "INV-2", "", eur(7_500), ((1, 500), (2, 7_000))),
        Allocation("d3", "INV-3", "I3", eur(4_200)),
    )
    together = added(before, planned)
    assert [(a.document_id, a.amount, a.parts) for a in together] == [
        ("d1", eur(10_000), ()),
        ("d2", eur(10_000), ((1, 3_000), (2, 7_000))),
        ("d3", eur(4_200), ()),
    ]
