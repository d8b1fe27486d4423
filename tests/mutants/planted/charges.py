"""Bugs in fees and interest."""

from tests.mutants.bug import ALWAYS, bug

RACES = "tests/sim/test_races.py"
INTEREST = "tests/unit/test_interest.py"
CHARGES = "tests/unit/test_charges.py"
HANDLERS = "tests/integration/charges"

CHARGE_BUGS = (
    bug(
        "every day has its own late fee",
        "shared/domain/escalation.py",
        "document_id=fee_charge_id(invoice.document_id, rule),",
        "document_id=fee_charge_id(invoice.document_id, rule + today.isoformat()),",
        RACES,
        rules="R2",
    ),
    bug(
        "a charge is made although the money came in meanwhile",
        "shared/adapters/charges.py",
        'return Check(key, condition=f"{EXISTS} AND {VERSION}", values=seen(document.version))',
        f'return Check(key, condition="{ALWAYS}")',
        HANDLERS,
        rules="R21",
    ),
    bug(
        "two charges at once count the same days",
        "shared/adapters/charges.py",
        "return Put(item, condition=VERSION, values=seen(before.version))",
        f'return Put(item, condition="{ALWAYS}")',
        HANDLERS,
        rules="R2",
    ),
    bug(
        "a month is charged again by each look",
        "shared/domain/interest_charges.py",
        "return made[-1].last + timedelta(days=1)",
        "return made[0].first",
        CHARGES,
        rules="R2",
    ),
    bug(
        "interest runs on what was owed at first",
        "shared/domain/interest.py",
        "return max(0, sum(minor for on, minor in self.changes if on <= day))",
        "return max(0, sum(minor for on, minor in self.changes if minor > 0))",
        INTEREST,
        rules="R21",
    ),
    bug(
        "the due date itself bears interest",
        "shared/domain/interest.py",
        "start = debt.due_on + timedelta(days=1 + grace_days)",
        "start = debt.due_on + timedelta(days=grace_days)",
        INTEREST,
        rules="R21",
    ),
    bug(
        "each line of interest is rounded by itself",
        "shared/domain/interest.py",
        "return round(sum((span.exact for span in spans), Fraction(0)))",
        "return sum(round(span.exact) for span in spans)",
        CHARGES,
        INTEREST,
        rules="R25",
    ),
    bug(
        "the half-year of the day rules where that of default does",
        "shared/domain/laws/uk.py",
        "is_fixed=True,",
        "is_fixed=False,",
        INTEREST,
        rules="R32",
    ),
    bug(
        "after its end the table goes on with the last rate",
        "shared/domain/laws/law.py",
        "if not self.reference[0][0] <= ruling <= self.known_through:",
        "if not self.reference[0][0] <= ruling:",
        INTEREST,
        rules="R32",
    ),
    bug(
        "an earlier payment corrects nothing",
        "shared/usecases/accrue.py",
        "if charges.made and charges.seen_version != invoice.version:",
        "if charges.made and not charges.seen_version:",
        HANDLERS,
        rules="R21",
    ),
    bug(
        "the cap holds for each charge and not for all",
        "shared/domain/interest_charges.py",
        "new = min(new, max(0, cap - net - carried))",
        "new = min(new, max(0, cap - carried))",
        CHARGES,
        rules="R21",
    ),
    bug(
        "a threat is booked",
        "shared/domain/interest_charges.py",
        "if rule.claim is Claim.THREAT or through < first:",
        "if through < first:",
        CHARGES,
        rules="R20",
    ),
    bug(
        "paid principal takes the claimed interest along",
        "shared/usecases/accrue.py",
        "if rule is not None and rule.claim is Claim.WAIVE_ON_PRINCIPAL and not invoice.open:",
        "if rule is not None and not invoice.open:",
        HANDLERS,
        rules="R20",
    ),
    bug(
        "the mail does not tell the interest that it charges",
        "shared/domain/escalation.py",
        "ids.add(interest_charge_id(document_id, stage.id))",
        "ids.discard(interest_charge_id(document_id, stage.id))",
        HANDLERS,
        rules="R22",
    ),
)
