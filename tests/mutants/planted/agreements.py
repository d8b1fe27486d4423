"""Bugs in what customers are given time for: promises, disputes, holds and plans."""

from tests.mutants.bug import ALWAYS, bug

PAUSES = "tests/unit/test_pauses.py"
PLAN = "tests/unit/test_plan.py"
PROMISE = "tests/unit/test_promise.py"
KEPT = "tests/integration/test_agreements.py"
PORTAL = "tests/integration/portal/test_saying_when.py"

AGREEMENT_BUGS = (
    bug(
        "a hold of one invoice mutes them all",
        "shared/domain/agreement.py",
        "return self.in_force(today) and (not self.documents or document_id in self.documents)",
        "return self.in_force(today)",
        PAUSES,
        rules="R33 R34",
    ),
    bug(
        "the last day of a hold is chased",
        "shared/domain/agreement.py",
        "return self.starts_on <= today <= self.ends_on and not ended",
        "return self.starts_on <= today < self.ends_on and not ended",
        PAUSES,
        rules="R33",
    ),
    bug(
        "a promise has no days of grace",
        "shared/domain/agreement.py",
        "return made and not withdrawn and today <= self.last_day",
        "return made and not withdrawn and today <= self.pays_on",
        PAUSES,
        rules="R33",
    ),
    bug(
        "what is contested is chased",
        "shared/domain/coverage.py",
        "    contested = take(meant.disputed)",
        "    contested = take(0)",
        PAUSES,
        rules="R33",
    ),
    bug(
        "a part that is due later is chased now",
        "shared/domain/coverage.py",
        "    agreed_later = take(rest if planned else 0)",
        "    agreed_later = take(0)",
        PLAN,
        rules="R33",
    ),
    bug(
        "a plan asks for its documents by their own due dates as well",
        "shared/domain/decide.py",
        "open_items = items_on(account, today)",
        "open_items = items_on(replace(account, plans=()), today)",
        PLAN,
        rules="R33",
    ),
    bug(
        "a plan forgets which stages its documents had heard",
        "shared/domain/plan.py",
        "    own = all_open_items(account.documents)\n",
        "    own = items_under(account, (p for p in account.plans if p.ended_on is None))\n",
        PLAN,
        rules="R1",
    ),
    bug(
        "money under way is a broken word",
        "shared/domain/coverage.py",
        "        and covers[item.document_id].free\n",
        "        and covers[item.document_id].open\n",
        PLAN,
    ),
    bug(
        "what is open beyond a plan is lost",
        "shared/domain/plan.py",
        "items[document.document_id] += _beyond(document, left[document.document_id])",
        "items[document.document_id] += ()",
        PLAN,
        rules="R15",
    ),
    bug(
        "monthly parts drift to the shorter day",
        "shared/domain/plan.py",
        "days.append(following(days[-1], 1, first_on.day))",
        "days.append(following(days[-1], 1, days[-1].day))",
        PLAN,
        rules="R29",
    ),
    bug(
        "a broken promise is noted at every look",
        "shared/adapters/agreements_over.py",
        "            Delete(keys.promise(*whose), VERSION, seen(promise.version)),\n"
        "            Put(promise_item(keys.past_promise(*whose), customer_id, noted)),\n",
        "            Put(promise_item(keys.past_promise(*whose), customer_id, noted), "
        f'"{ALWAYS}"),\n',
        KEPT,
        rules="R5",
    ),
    bug(
        "a promise is broken on the last day of its grace",
        "shared/domain/agreements_over.py",
        "if not p.outcome and p.last_day < today",
        "if not p.outcome and p.last_day <= today",
        KEPT,
        rules="R5",
    ),
    bug(
        "a missed plan leaves no work",
        "shared/usecases/end_agreements.py",
        "        if plan.state is PlanState.MISSED:\n",
        "        if plan.state is PlanState.ENDED:\n",
        KEPT,
        rules="R5",
    ),
    bug(
        "any mailed link may agree to a plan",
        "functions/portal/visit.py",
        "    if not visitor.signed_in:\n",
        "    if False:\n",
        PORTAL,
    ),
    bug(
        "a sign-in works again",
        "shared/adapters/links.py",
        'condition=f"{EXISTS} AND attribute_not_exists(used_at) AND expires_at > :now"',
        'condition=f"{EXISTS} AND expires_at > :now"',
        PORTAL,
    ),
    bug(
        "what was promised cannot be paid",
        "shared/domain/coverage.py",
        "        return self.open - self.processing\n",
        "        return self.open - self.processing - self.promised - self.planned\n",
        PLAN,
    ),
    bug(
        "money that waits unallocated breaks a promise",
        "shared/domain/agreements_over.py",
        "    return any(cover.processing or cover.in_checkout or cover.credit for cover in named)",
        "    return any(cover.processing or cover.in_checkout for cover in named)",
        KEPT,
        rules="R10",
    ),
)
