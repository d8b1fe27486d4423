"""What a comparison found, in words: every code has its sentence."""

import pytest

from shared.domain.drift import Action, Cause
from shared.domain.drift_words import because, done, proposed


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_is_a_sentence(cause):
    assert because(cause).endswith(".") and "_" not in because(cause)
    assert because(str(cause)) == because(cause)


@pytest.mark.parametrize("action", Action)
def test_every_proposal_is_a_sentence(action):
    assert proposed(action).endswith(".") and "_" not in proposed(action)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("", ""),
        ("told_again_1", "The ERP is told again: 1 entry."),
        ("told_again_12", "The ERP is told again: 12 entries."),
        ("pulled_again", "Everything is being pulled again."),
        ("erp_unavailable", "Nothing: the ERP did not answer."),
        ("not_found", "Nothing: not found."),
    ],
)
def test_what_was_done_is_a_sentence(what, said):
    assert done(what) == said
