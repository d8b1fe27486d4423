"""United States: late charges by contract, and the most that a state allows of them.

There is no statutory rate between businesses: the contract says 1 to 2 % a month. caps are percent
a year on what one business owes another for goods or services; where a state has a lower and a
higher figure by amount or by who the debtor is, the lower one is here. A state that is not here is
not known, which is not the same as free. As of November 2025.
"""

from collections.abc import Mapping

MONTHLY_PERCENT_MAX = "2"

CAPS: Mapping[str, tuple[str, str]] = {
    "AR": ("17", "Arkansas Constitution, amendment 89, section 3"),
    "CA": ("10", "California Constitution, article XV, section 1"),
    "CT": ("12", "General Statutes of Connecticut, section 37-4"),
    "FL": ("18", "Florida Statutes, sections 687.02 and 687.03 (to 500,000 dollars)"),
    "GA": ("18", "Official Code of Georgia, section 7-4-16 (1 1/2 percent a month)"),
    "HI": ("12", "Hawaii Revised Statutes, section 478-4"),
    "KS": ("15", "Kansas Statutes, section 16-207"),
    "LA": ("12", "Louisiana Revised Statutes, section 9:3500"),
    "NC": ("18", "General Statutes of North Carolina, section 24-11 (1 1/2 percent a month)"),
    "NE": ("16", "Nebraska Revised Statutes, section 45-101.03"),
    "NY": ("16", "New York Banking Law, section 14-a; General Obligations Law, section 5-501"),
    "TX": ("18", "Texas Finance Code, section 303.009 (the least ceiling)"),
    "WA": ("12", "Revised Code of Washington, section 19.52.020"),
}
"""By state: (percent a year, source)."""
