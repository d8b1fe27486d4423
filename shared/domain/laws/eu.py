"""European Union: Directive 2011/7/EU as the member states made it law.

Interest is the reference rate of the half-year plus at least 8 points, from the day after the due
date; the fixed sum is at least 40 euro. Countries differ in both, and in how a rate is ruled.
Where a law leaves the divisor of a day open, a leap year counts its 366 days: the lower figure.
All tables are known through June 2026.
"""

from datetime import date

from shared.domain.laws.law import Law, half_years

_DIRECTIVE = "Directive 2011/7/EU, articles 2(6) and (7), 3, 6"
_TRANSPOSED_ON = date(2013, 3, 16)
_FORTY = ((1, 40_00),)

_ECB = half_years(
    date(2013, 1, 1),
    (
        *("0.75", "0.50"),  # 2013
        *("0.25", "0.15"),
        *("0.05", "0.05"),  # 2015
        *("0.05", "0.00"),
        *("0.00", "0.00"),  # 2017
        *("0.00", "0.00"),
        *("0.00", "0.00"),  # 2019
        *("0.00", "0.00"),
        *("0.00", "0.00"),  # 2021
        *("0.00", "0.00"),
        *("2.50", "4.00"),  # 2023
        *("4.50", "4.25"),
        *("3.15", "2.15"),  # 2025
        *("2.15",),
    ),
)
_ECB_SOURCE = (
    "Rates: ECB, main refinancing operations, in force on 1 January and 1 July; to July 2024 as"
    " listed by Ireland's Department of Enterprise; January 2026: OJ C/2026/01398 (unchanged)"
)
_BUNDESBANK = half_years(
    date(2008, 1, 1),
    (
        *("3.32", "3.19"),  # 2008
        *("1.62", "0.12"),
        *("0.12", "0.12"),  # 2010
        *("0.12", "0.37"),
        *("0.12", "0.12"),  # 2012
        *("-0.13", "-0.38"),
        *("-0.63", "-0.73"),  # 2014
        *("-0.83", "-0.83"),
        *("-0.83", "-0.88"),  # 2016
        *("-0.88", "-0.88"),
        *("-0.88", "-0.88"),  # 2018
        *("-0.88", "-0.88"),
        *("-0.88", "-0.88"),  # 2020
        *("-0.88", "-0.88"),
        *("-0.88", "-0.88"),  # 2022
        *("1.62", "3.12"),
        *("3.62", "3.37"),  # 2024
        *("2.27", "1.27"),
        *("1.27",),  # 2026
    ),
)
_OENB = half_years(
    date(2013, 1, 1),
    (
        *("0.38", "-0.12"),  # 2013
        *("-0.12", "-0.12"),
        *("-0.12", "-0.12"),  # 2015
        *("-0.12", "-0.62"),
        *("-0.62", "-0.62"),  # 2017
        *("-0.62", "-0.62"),
        *("-0.62", "-0.62"),  # 2019
        *("-0.62", "-0.62"),
        *("-0.62", "-0.62"),  # 2021
        *("-0.62", "-0.62"),
        *("1.88", "3.38"),  # 2023
        *("3.88", "3.88"),
        *("2.53", "1.53"),  # 2025
        *("1.53",),
    ),
)


def _ecb(code: str, title: str, points: str = "8", **other: object) -> Law:
    values: dict[str, object] = {
        "reference": _ECB,
        "points": ((_ECB[0][0], points),),
        "is_fixed": False,
        "currency": "EUR",
        "compensation": _FORTY,
        "sources": (title, _DIRECTIVE, _ECB_SOURCE),
        "year_days": None,
    }
    return Law(code=code, title=title, **(values | other))  # type: ignore[arg-type]  # by name


EU = (
    _ecb("eu", "Directive 2011/7/EU, its least terms"),
    Law(
        code="de",
        title="BGB sections 247, 286, 288",
        reference=_BUNDESBANK,
        points=((date(2002, 1, 1), "8"), (date(2014, 7, 29), "9")),
        is_fixed=False,
        currency="EUR",
        compensation=_FORTY,
        year_days=None,
        sources=(
            "Interest: BGB section 288(2); 9 points since 29 July 2014 (BGBl. 2014 I p. 1218),"
            " 8 before; section 187(1): from the day after",
            "Fixed sum: BGB section 288(5)",
            "Rates: Deutsche Bundesbank, Basiszinssatz under BGB section 247, on 1 January and"
            " 1 July of each year",
        ),
    ),
    Law(
        code="at",
        title="UGB sections 456 and 458",
        reference=_OENB,
        points=((_TRANSPOSED_ON, "9.2"),),
        is_fixed=False,
        currency="EUR",
        compensation=_FORTY,
        year_days=None,
        sources=(
            "Interest: UGB section 456; fixed sum: section 458",
            "Rates: Oesterreichische Nationalbank, reference rates under UGB section 456, with the"
            " base rate's changes of 18 September and 18 December 2024, 12 March and 11 June 2025",
        ),
    ),
    _ecb("fr", "Code de commerce, articles L441-10 and D441-5", points="10"),
    _ecb("nl", "Burgerlijk Wetboek 6, articles 96, 119a and 120"),
    _ecb("it", "Decreto legislativo 231/2002, articles 2, 5 and 6"),
    _ecb("es", "Ley 3/2004, articles 7 and 8"),
    _ecb(
        "be",
        "Loi du 2 aout 2002 concernant la lutte contre le retard de paiement, articles 5 and 6",
        round_up_percent="0.5",
    ),
    _ecb(
        "ie",
        "S.I. 580/2012, European Communities (Late Payment in Commercial Transactions)",
        is_fixed=True,
        compensation=((1, 40_00), (1_000_01, 70_00), (10_000_01, 100_00)),
        year_days=365,
    ),
)
"""One law per country, and "eu" for one whose own figures are not here."""
