"""Claim, waive or threat: what paying the principal does to interest, and what a message says."""

from datetime import date
from functools import partial

import pytest

from shared import runtime
from shared.domain.movement import MovementKind
from shared.usecases.charging import charges_ahead
from shared.usecases.dry_run import Ports, dry_run
from tests.integration import hub
from tests.integration.charging import (
    MARCH,
    SPOKEN,
    STAGES,
    accrue,
    at,
    documents,
    kinds,
    pay,
    policy,
    postings,
)
from tests.support.samples import eur


@pytest.mark.rule("R20")
def test_claim_the_paid_principal_leaves_its_interest_and_bears_that_of_its_last_days(overdue):
    overdue(policy(claim="claim"))
    accrue(MARCH)
    pay("p1", 1_000_000, date(2025, 3, 11), "inv1")
    accrue(date(2025, 3, 12))
    accrue(date(2025, 4, 2), times=2)
    found = documents()
    assert found["INV1-INT-20250228"].open == found["INV1-INT-20250228"].total
    assert found["INV1-INT-20250331"].total == eur(round(1_000_000 * 11 * 1127 / 365 / 10_000))
    assert list(runtime.charges().watched("demo")) == []
    accrue(date(2025, 5, 2))
    assert kinds().count("charge") == 2


@pytest.mark.rule("R20")
def test_waive_on_principal_gives_the_interest_up_with_a_reason_once_the_rest_is_paid(overdue):
    overdue(policy(claim="waive_on_principal"))
    accrue(MARCH)
    pay("p1", 1_000_000, date(2025, 3, 11), "inv1")
    accrue(date(2025, 3, 12), times=2)
    accrue(date(2025, 4, 2))
    charge = documents()["INV1-INT-20250228"]
    assert not charge.open
    (waived,) = (m for p in postings() for m in p.movements if m.kind is MovementKind.WAIVER)
    assert (waived.amount, waived.reason) == (-charge.total, "principal_paid")
    assert kinds().count("charge") == 1


@pytest.mark.rule("R20")
def test_a_threat_is_never_booked(overdue):
    overdue(policy(claim="threat"))
    accrue(MARCH)
    pay("p1", 1_000_000, date(2025, 3, 11), "inv1")
    accrue(date(2025, 4, 2))
    assert kinds() == ["allocation", "invoice", "payment"]


@pytest.mark.rule("R20", "R22")
def test_a_threat_is_named_in_the_reminder_with_its_figure(overdue):
    seller = overdue(policy([{**STAGES[0], "offset_days": 28}], claim="threat"))
    at(date(2025, 2, 28))
    hub.sweep(seller)
    hub.relay(seller)
    hub.drain("NOTICE")
    (mail,) = hub.sent_mails()
    assert "Interest to date, not charged so far: €86.45" in mail.body
    assert kinds() == ["invoice"]


@pytest.mark.rule("R22")
def test_a_stage_that_charges_interest_tells_its_figure_in_the_same_mail(overdue):
    seller = overdue(policy(SPOKEN, charged="by_stage"))
    at(date(2025, 2, 28))
    stores = (runtime.accounts(), runtime.entities(), runtime.due_finder(), runtime.runs())
    ahead = partial(charges_ahead, runtime.charging(), "demo")
    shown = dry_run(Ports(*stores, charges=ahead), seller, runtime.now())
    assert [m.fees for m in shown.messages] == [(("INV1-INT-20250228", eur(8_645)),)]
    for _ in range(3):
        hub.sweep(seller)
        hub.relay(seller)
        hub.drain("ESCALATION")
        hub.drain("NOTICE")
    accrue(date(2025, 4, 1))
    (mail,) = hub.sent_mails()
    assert "Charged now, INV1-INT-20250228: €86.45" in mail.body
    assert kinds() == ["charge", "invoice"]
