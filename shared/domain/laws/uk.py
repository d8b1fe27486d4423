"""United Kingdom: Late Payment of Commercial Debts (Interest) Act 1998.

Interest is 8 % over the Bank of England's official rate in force on 31 December or 30 June before
the day from which it runs; that rate stays for the life of the debt. Known through June 2026.
"""

from datetime import date

from shared.domain.laws.law import Law, half_years

_BANK_RATE = half_years(
    date(2008, 1, 1),
    (
        *("5.50", "5.00"),  # 2008
        *("2.00", "0.50"),
        *("0.50", "0.50"),  # 2010
        *("0.50", "0.50"),
        *("0.50", "0.50"),  # 2012
        *("0.50", "0.50"),
        *("0.50", "0.50"),  # 2014
        *("0.50", "0.50"),
        *("0.50", "0.50"),  # 2016
        *("0.25", "0.25"),
        *("0.50", "0.50"),  # 2018
        *("0.75", "0.75"),
        *("0.75", "0.10"),  # 2020
        *("0.10", "0.10"),
        *("0.25", "1.25"),  # 2022
        *("3.50", "5.00"),
        *("5.25", "5.25"),  # 2024
        *("4.75", "4.25"),
        *("3.75",),  # 2026
    ),
)
"""The Bank's rate on the eve of each half-year."""

UK = Law(
    code="uk",
    title="Late Payment of Commercial Debts (Interest) Act 1998",
    reference=_BANK_RATE,
    points=((date(2002, 8, 7), "8"),),
    is_fixed=True,
    currency="GBP",
    compensation=((1, 40_00), (1_000_00, 70_00), (10_000_00, 100_00)),
    sources=(
        "Interest: 1998 c. 20, sections 4 and 6; S.I. 2002/1675, article 4",
        "Fixed sums: 1998 c. 20, section 5A",
        "Rates: Bank of England, official Bank Rate history; to 2024 as in the reference rates of"
        " payontime.co.uk; 31 December 2025: decision of 18 December 2025",
    ),
)
