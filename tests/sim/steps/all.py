"""All steps by name."""

from collections.abc import Mapping

from tests.sim.steps import Step, charging, desk, imports, issuing, paying, returning, working

_MODULES = (charging, desk, imports, issuing, paying, returning, working)
STEPS: Mapping[str, Step] = {
    name: step for module in _MODULES for name, step in module.STEPS.items()
}
