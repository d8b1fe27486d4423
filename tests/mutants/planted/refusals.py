"""Bugs in how a request is refused: limits that are not said, words of a library."""

from tests.mutants.bug import Bug, bug

REFUSAL_BUGS: tuple[Bug, ...] = (
    bug(
        "a day that is too far away is refused without the last one",
        "shared/domain/limits.py",
        'reason=f"a day from {first} to {last}"',
        'reason="a day that is offered"',
        "tests/unit/test_promise.py::test_the_promised_day_is_bounded",
    ),
    bug(
        "the parts of a plan that is too small are said without the least amount",
        "shared/domain/plan_rule.py",
        'reason = f"at most {fits}: each part is at least {least}"',
        'reason = "choose fewer parts"',
        "tests/unit/test_plan.py::test_a_plan_beyond_the_limits_is_refused_with_the_limit",
    ),
    bug(
        "a refusal shows a pattern",
        "functions/operator_api/refusals.py",
        'PATTERNS.get(str(context.get("pattern")), "It does not have the form that it needs.")',
        "f\"It matches {context['pattern']}.\"",
        "tests/unit/test_refusals.py",
    ),
)
