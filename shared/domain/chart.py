"""The chart of accounts: what each role in the books is called. An entity may rename any of them.

Names are written so that hledger and beancount both take them as they are: a root, then parts that
begin with a capital letter or digit and hold letters, digits and hyphens.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from itertools import combinations

from shared.errors import InvalidInput

_CAPITAL = "A-ZÀ-ÖØ-Þ"
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿ"
_PART = f"[{_CAPITAL}0-9][{_LETTER}0-9-]*"
_NAME = re.compile(f"(Assets|Liabilities|Equity|Income|Expenses)(:{_PART})+")
_PART_ONLY = re.compile(_PART)
_NAME_MAX = 120


class Role(StrEnum):
    """What an account is for. Those of BRANCHES have accounts below them."""

    RECEIVABLES = "receivables"  # one account below it per customer
    UNAPPLIED = "unapplied"  # customers' money that waits, one below it per customer
    CASH = "cash"  # one below it per place: gateway, bank, elsewhere
    TAX = "tax"  # one below it per rate
    REVENUE = "revenue"
    LATE_FEES = "late_fees"
    INTEREST = "interest"
    COMPENSATION = "compensation"
    DISCOUNTS = "discounts"  # early-payment discounts allowed
    SMALL_DIFFERENCES = "small_differences"
    DEDUCTIONS = "deductions"  # short pay that was accepted
    BAD_DEBT = "bad_debt"
    BAD_DEBT_RECOVERED = "bad_debt_recovered"
    GATEWAY_FEES = "gateway_fees"
    FX_LOSS = "fx_loss"
    FX_GAIN = "fx_gain"
    ERP_INVOICED = "erp_invoiced"  # memo: totals of the ERP's invoices, one below it per customer
    ERP_CONTRA = "erp_contra"  # memo: the other side of it


DEFAULT: Mapping[Role, str] = {
    Role.RECEIVABLES: "Assets:Receivables",
    Role.UNAPPLIED: "Liabilities:Unapplied",
    Role.CASH: "Assets:Cash",
    Role.TAX: "Liabilities:Tax",
    Role.REVENUE: "Income:Sales",
    Role.LATE_FEES: "Income:Late-Fees",
    Role.INTEREST: "Income:Interest",
    Role.COMPENSATION: "Income:Compensation",
    Role.DISCOUNTS: "Expenses:Discounts",
    Role.SMALL_DIFFERENCES: "Expenses:Small-Differences",
    Role.DEDUCTIONS: "Expenses:Deductions",
    Role.BAD_DEBT: "Expenses:Bad-Debt",
    Role.BAD_DEBT_RECOVERED: "Income:Bad-Debt-Recovered",
    Role.GATEWAY_FEES: "Expenses:Gateway-Fees",
    Role.FX_LOSS: "Expenses:FX-Loss",
    Role.FX_GAIN: "Income:FX-Gain",
    Role.ERP_INVOICED: "Equity:Memo:ERP-Invoiced",
    Role.ERP_CONTRA: "Equity:Memo:ERP-Contra",
}

BRANCHES = frozenset({Role.RECEIVABLES, Role.UNAPPLIED, Role.CASH, Role.TAX, Role.ERP_INVOICED})
"""Roles with accounts below them: nothing else may lie there, or an assertion would mean less."""

_ROOTS: Mapping[Role, tuple[str, ...]] = {
    Role.RECEIVABLES: ("Assets",),
    Role.UNAPPLIED: ("Liabilities", "Assets"),
    Role.CASH: ("Assets",),
    Role.TAX: ("Liabilities", "Assets"),
    Role.ERP_INVOICED: ("Equity",),
    Role.ERP_CONTRA: ("Equity",),
}
_FLOWS = ("Income", "Expenses")


def chart(renamed: Mapping[str, str]) -> dict[Role, str]:
    """Return the chart with the accounts that renamed names by role.

    Raises InvalidInput for an unknown role, a name that is none, a root that does not suit the
    role, and an account that lies in the branch of another role.
    """
    names = dict(DEFAULT)
    for role_text, name in renamed.items():
        if role_text not in Role:
            reason = f"{role_text[:40]} is none of {', '.join(Role)}"
            raise InvalidInput(field="role", reason=reason)
        role = Role(role_text)
        _check_name(role, name)
        names[role] = name
    for one, other in combinations(Role, 2):
        if {one, other} & BRANCHES and _nested(names[one], names[other]):
            raise InvalidInput(field=str(one), reason=f"it overlaps the account of {other}")
    return names


def account_part(text: str) -> str:
    """Return text as one part of an account name; different texts give different parts.

    Text that is a part already, such as an id, is returned as it is.
    """
    if _PART_ONLY.fullmatch(text) and not text.startswith("0-"):
        return text
    return "0-" + "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):x}-" for c in text)


def _check_name(role: Role, name: str) -> None:
    roots = _ROOTS.get(role, _FLOWS)
    if len(name) > _NAME_MAX or not _NAME.fullmatch(name):
        raise InvalidInput(field=str(role), reason="write it like Assets:Receivables")
    if name.split(":")[0] not in roots:
        raise InvalidInput(field=str(role), reason=f"it begins with {' or '.join(roots)}")


def _nested(one: str, other: str) -> bool:
    return f"{one}:".startswith(f"{other}:") or f"{other}:".startswith(f"{one}:")
