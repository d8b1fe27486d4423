"""Bugs in the ladder: who is found, on which day, by which figure, and what was said already."""

from tests.mutants.bug import bug

SWEEP = "tests/unit/test_sweep.py"
TIME = "tests/unit/test_time.py"
DECIDE = "tests/unit/test_decide.py"
LADDER = "tests/unit/test_ladder.py"
VERSIONS = "tests/unit/test_policy_versions.py"
CHECK_ALL = "tests/unit/test_policy_check_all.py"
BY_HAND = "tests/integration/test_by_hand.py"

POLICY_BUGS = (
    bug(
        "a sweep after days without one looks at today only",
        "shared/usecases/sweep.py",
        "    start = (since or today) - timedelta(days=zones)\n",
        "    start = today - timedelta(days=zones)\n",
        SWEEP,
        rules="R3",
    ),
    bug(
        "what was missed is caught up with stage by stage",
        "shared/domain/policy.py",
        "        reached = (stage.rung(document, today) for stage in reversed(self.stages))\n"
        "        return tuple(",
        "        reached = (stage.rung(document, today) for stage in self.stages)\n"
        "        return tuple(",
        SWEEP,
        rules="R3",
    ),
    bug(
        "who is put off for a reason of his own is forgotten",
        "shared/usecases/sweep.py",
        "    waits = {d.again_on for d in decisions if d.again_on is not None}\n",
        "    waits: set[date] = set()\n",
        SWEEP,
        rules="R31",
    ),
    bug(
        "a holiday is a day like any other",
        "shared/domain/policy_book.py",
        "        return policy.sends_on(day) and not (policy.holidays and day in self.closed_on)\n",
        "        return policy.sends_on(day)\n",
        TIME,
        rules="R31",
    ),
    bug(
        "today is that of Greenwich",
        "shared/domain/clock.py",
        "        return self.business.astimezone(ZoneInfo(time_zone)).date()\n",
        "        return self.business.date()\n",
        TIME,
        rules="R27 R28",
    ),
    bug(
        "a stage is reached on the day before it",
        "shared/domain/stage.py",
        "        if days < 0 or (",
        "        if days < -1 or (",
        TIME,
        rules="R27",
    ),
    bug(
        "a message shows what is open, whatever is under way",
        "shared/domain/decide.py",
        "        payable=cover.payable,\n",
        "        payable=document.open,\n",
        DECIDE,
        rules="R15",
    ),
    bug(
        "the least amount counts what is covered as well",
        "shared/domain/due_stage.py",
        "        chaseable = item.cover.chaseable\n",
        "        chaseable = item.cover.payable\n",
        DECIDE,
        rules="R15",
    ),
    bug(
        "a reminder goes out although credit covers the debt",
        "shared/domain/due_stage.py",
        "    if not item.cover.chaseable and not _is_part_ahead(item):\n",
        "    if not item.cover.payable:\n",
        DECIDE,
        rules="R33",
    ),
    bug(
        "what a person sent by hand does not count as its stage",
        "shared/domain/by_hand.py",
        "        done | {i: max(done.get(i, stage.position), stage.position) for i in asked},\n",
        "        done,\n",
        BY_HAND,
        rules="R35",
    ),
    bug(
        "a mail by hand charges with the first word though nobody said so",
        "shared/domain/escalation.py",
        "if decision.with_fee or decision.stage is None:",
        "if decision.code == 'by_hand' or decision.stage is None:",
        BY_HAND,
        rules="R22",
    ),
    bug(
        "a stage that moved in a new version is said again",
        "shared/domain/policy_book.py",
        "                carried = max(carried, now.position_after(stage.times_said(last)))\n",
        "                carried = max(carried, last)\n",
        VERSIONS,
        rules="R1",
    ),
    bug(
        "one field that is wrong hides every rule across fields",
        "shared/adapters/policy_yaml.py",
        "    for path, sentence in parts.faults:\n",
        "    for path, sentence in parts.faults if not reader.problems else ():\n",
        CHECK_ALL,
    ),
    bug(
        "what cannot be read counts as what is left out",
        "shared/adapters/policy_parts.py",
        "            part.__dict__.pop(name, None)\n",
        "            part.__dict__.get(name, None)\n",
        CHECK_ALL,
    ),
    bug(
        "a hand-over that nobody approves is good once it has its conditions",
        "shared/domain/ladder_faults.py",
        "        if not stage.approval:\n",
        "        if not stage.approval and not stage.when.stated:\n",
        CHECK_ALL,
        rules="R37",
    ),
)
