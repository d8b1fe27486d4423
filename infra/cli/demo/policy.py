"""The sample company's policy: the standard ladder, and what its customers may do by themselves."""

from shared.adapters.policy_yaml import standard_text

NAME = "standard"
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
    return standard_text() + _OFFERED
