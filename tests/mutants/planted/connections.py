"""Bugs of connections to ERPs: one that imported goes away, or a pull outlives its connection."""

from tests.mutants.bug import bug

REMOVE = "tests/integration/sync/test_remove_connection.py"
STORE = "shared/adapters/connections.py"
CONNECT = "tests/integration/sync/test_connect.py"
COMPARED = "tests/integration/telling/test_drift.py"

CONNECTION_BUGS = (
    bug(
        "a connection is removed though documents go by its name",
        "shared/usecases/remove_connection.py",
        "any(state.may_have_written for state in states)",
        "any(state.applying for state in states)",
        f"{REMOVE}::test_one_that_imported_is_refused_and_stays_whole",
        rules="R43",
    ),
    bug(
        "a connection is removed though its ERP was told entries",
        "shared/usecases/remove_connection.py",
        "if connection.told or any(",
        "if any(",
        f"{REMOVE}::test_one_whose_erp_was_told_something_is_refused",
        rules="R43",
    ),
    bug(
        "nobody notes that an ERP is told something",
        "shared/usecases/write_back.py",
        "    ledger.begin()\n",
        "",
        "tests/integration/telling/test_first_telling.py"
        "::test_it_is_noted_before_the_first_entry_and_not_where_nothing_is_told",
        rules="R43",
    ),
    bug(
        "a pull that runs while its connection is removed writes what it read",
        "shared/adapters/pull_states.py",
        "PullState(state.kind, version=state.version + 1)",
        "PullState(state.kind, version=state.version)",
        f"{REMOVE}::test_a_pull_that_runs_while_it_is_removed_writes_nothing_or_keeps_it",
        rules="R43",
    ),
    bug(
        "the secret of a removed connection stays in the store",
        "shared/usecases/remove_connection.py",
        "    ports.secret(entity_id, name).remove()\n",
        "",
        f"{REMOVE}::test_a_connection_whose_test_failed_goes_away_with_its_secret",
    ),
    bug(
        "what a removed connection was told by still names it",
        STORE,
        "if self._ledger(entity_id) == name:",
        "if not self._ledger(entity_id):",
        f"{REMOVE}::test_one_that_was_begun_and_gave_nothing_goes_with_its_states_marks_and_books",
    ),
    bug(
        "a setting that no connector knows is kept",
        "shared/usecases/connect_erp.py",
        "if strange := sorted(settings.keys() - set(known)):",
        "if strange := sorted(set(known) - set(known)):",
        f"{CONNECT}::test_a_setting_that_the_product_does_not_know_is_refused_and_nothing_is_kept",
    ),
    bug(
        "a comparison is told by the wall, and not by the hub's clock",
        "shared/adapters/drift_reports.py",
        '{"at": iso(now.business), "wall": iso(now.wall)}',
        '{"at": iso(now.wall), "wall": iso(now.wall)}',
        f"{COMPARED}::test_a_comparison_is_told_by_the_hubs_clock",
    ),
    bug(
        "what failed before the ERP was followed is told as how it is now",
        "shared/domain/drift_report.py",
        "return follows and code in (NOT_CONNECTED, PAUSED)",
        "return not follows and code in (NOT_CONNECTED, PAUSED)",
        f"{COMPARED}::test_no_erp_and_a_paused_one_are_no_difference_and_said_apart",
    ),
    bug(
        "a sync that fails again for the same reason is not seen to fail",
        "shared/usecases/sync_erp.py",
        "    if before == trouble:\n",
        "    if before == trouble or (before and trouble):\n",
        "tests/integration/telling/test_followed.py"
        "::test_a_sync_that_fails_again_for_the_same_reason_is_seen_to_fail",
    ),
)
