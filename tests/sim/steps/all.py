"""All steps by name."""

from collections.abc import Mapping

from tests.sim.steps import Step, imports, paying, working

STEPS: Mapping[str, Step] = {**imports.STEPS, **paying.STEPS, **working.STEPS}
