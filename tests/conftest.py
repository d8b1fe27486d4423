"""How Hypothesis runs in every test: nothing fails because a machine was slow."""

import pytest
from hypothesis import HealthCheck, settings

PROFILE = "duecourse"


def pytest_configure(config: pytest.Config) -> None:
    """Take away what measures time; the rest stays as Hypothesis has it, here or in a CI run."""
    settings.register_profile(
        PROFILE,
        parent=settings.get_profile(settings.get_current_profile_name()),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile(PROFILE)
