"""The sample company's policy: the standard ladder, and what its customers may do by themselves."""

from pathlib import Path

import shared

NAME = "standard"
_STANDARD = Path(shared.__file__).parent / "templates" / "policies" / f"{NAME}.yaml"
_OFFERED = """
# What the portal offers beside paying: parts, and automatic payment.
plans:
  in_portal: true
  parts_max: 6
  first_days_max: 30
  minimum_part: {EUR: "50.00", USD: "50.00", GBP: "50.00"}
autopay:
  announce_days: 2
"""


def demo_policy() -> str:
    """Return the policy file: the standard one, with plans and automatic payment in the portal."""
    return _STANDARD.read_text(encoding="utf-8") + _OFFERED
