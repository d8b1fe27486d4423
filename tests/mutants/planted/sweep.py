"""Bugs in sweeping at scale: numbers lost, runs that stand still, days that are skipped."""

from tests.mutants.bug import ALWAYS, bug

WORK = "tests/unit/test_work_sweep.py"
RUNS = "tests/integration/test_sweep_runs.py"
RACES = "tests/sim/test_races.py"

SWEEP_BUGS = (
    bug(
        "the mail of the day makes a call of the same day a second mail",
        "shared/domain/due_stage.py",
        "said = tuple(day for day in said if day < today)",
        "said = tuple(said)",
        "tests/unit/test_decide_laws.py"
        "::test_the_mail_of_the_day_takes_no_call_of_the_same_day_away",
        "tests/unit/test_decide_laws.py::test_a_day_of_mails_and_calls_has_one_message_a_channel",
        rules="R3",
    ),
    bug(
        "what a call would ask for counts what the mail of the day asks for already",
        "shared/domain/due_stage.py",
        "return by.position > rung.position and by.stage.channel is not rung.stage.channel",
        "return False",
        "tests/unit/test_decide_laws.py"
        "::test_who_is_called_about_too_little_is_asked_in_the_mail_of_the_day",
        "tests/unit/test_decide_laws.py::test_a_day_of_mails_and_calls_has_one_message_a_channel",
        rules="R3",
    ),
    bug(
        "who lost a number takes it as said",
        "shared/usecases/work_sweep.py",
        "            batch.tally.lost += 1\n            del batch.looks[customer_id]\n",
        "            batch.tally.lost += 1\n            del batch.waiting[customer_id]\n",
        WORK,
        rules="R1",
    ),
    bug(
        "a number that is taken counts as won",
        "shared/adapters/table.py",
        "outcomes[i] = error is None",
        "outcomes[i] = True",
        WORK,
        rules="R1",
    ),
    bug(
        "a batch that nobody reported is forgotten",
        "shared/usecases/tend_sweeps.py",
        "queue_batches(entity_id, run, run.unreported, queue)",
        "queue_batches(entity_id, run, (), queue)",
        RUNS,
        rules="R1",
    ),
    bug(
        "a run is closed while a notice waits for somebody",
        "shared/usecases/tend_sweeps.py",
        "            left += len(errands)\n",
        "",
        RUNS,
        rules="R1",
    ),
    bug(
        "claims that a dead worker left are nobody's",
        "shared/usecases/work_sweep.py",
        "while notice is not None and notice.delivery is DeliveryState.CLAIMED:",
        "while notice is not None and notice.delivery is DeliveryState.CALLING:",
        RUNS,
        rules="R1",
    ),
    bug(
        "of what a dead worker claimed only the newest is somebody's",
        "shared/usecases/work_sweep.py",
        "more = notice.n > 1 and len(found) < _CLAIMS_PER_CUSTOMER_MAX",
        "more = notice.n > 1 and len(found) < 1",
        f"{RUNS}::test_all_that_a_dead_worker_claimed_of_one_customer_is_watched_over",
        rules="R1",
    ),
    bug(
        "what a slow worker claimed is nobody's once another has reported",
        "shared/adapters/sweep_runs.py",
        "            self._watch_too(entity_id, run_id, number, notices, now.wall)\n",
        "            return\n",
        f"{RUNS}::test_claims_of_a_worker_whose_batch_was_reported_meanwhile_are_watched_over",
        rules="R1",
    ),
    bug(
        "a day counts as swept before anybody is queued",
        "shared/usecases/plan_sweep.py",
        "    queue_batches(entity_id, run, run.batches, ports.queue)\n"
        "    ports.watermark.swept(entity_id, swept_on, today, entity.policy_version)\n",
        "    ports.watermark.swept(entity_id, swept_on, today, entity.policy_version)\n"
        "    queue_batches(entity_id, run, run.batches, ports.queue)\n",
        WORK,
        rules="R3",
    ),
    bug(
        "what is due is sought on the day of the sweep alone",
        "shared/usecases/sweep.py",
        "    start = (since or today) - timedelta(days=zones)\n",
        "    start = today - timedelta(days=zones)\n",
        "tests/unit/test_sweep.py",
        rules="R3",
    ),
    bug(
        "the day's messages are counted whatever they were before",
        "shared/adapters/claims.py",
        'return Put({**key, "type": "DAY_COUNT", "messages": 1})',
        f'return Put({{**key, "type": "DAY_COUNT", "messages": 1}}, condition="{ALWAYS}")',
        RACES,
        rules="R4",
    ),
)
