"""Bugs of the sync with an ERP: a stale run, a cache that is believed too long, a lost page."""

from tests.mutants.bug import ALWAYS, Bug, bug

PULL = "shared/usecases/pull_kind.py"
TAKE = "shared/usecases/take_rows.py"
MANIFEST = "shared/usecases/manifest.py"
_OVERLAP = "tests/unit/test_sync_overlap.py"
_WITHIN = f"{_OVERLAP}::test_a_sync_within_another_leaves_what_the_erp_said_last"
_KILLED = f"{_OVERLAP}::test_a_sync_that_ends_anywhere_is_made_good_by_the_next"
_VOID = f"{_OVERLAP}::test_what_the_erp_voids_while_its_older_word_is_written_is_void"
_INVOICES = "shared/adapters/imported_invoices.py"
_MANIFEST_TESTS = "tests/unit/test_manifest.py"
_PULL_TESTS = "tests/integration/sync/test_pull.py"
_FRESH = "tests/integration/sync/test_freshness.py"

SYNC_BUGS: tuple[Bug, ...] = (
    bug(
        "a claim saves the cursor of pages that are not written yet",
        PULL,
        "        claimed = self._saved(replace(self._stored, applying=True))",
        "        claimed = self._saved(replace(self._state, applying=True))",
        _KILLED,
        rules="R43",
    ),
    bug(
        "a run writes facts without asking whether another has claimed the kind since",
        TAKE,
        "                self._claim()\n                lost = desk.write(to_write)",
        "                lost = desk.write(to_write)",
        _WITHIN,
        _KILLED,
        rules="R43",
    ),
    bug(
        "nobody is told that facts are about to be newer than the manifest",
        PULL,
        "        claimed = self._saved(replace(self._stored, applying=True))",
        "        claimed = self._saved(self._stored)",
        _KILLED,
        rules="R43",
    ),
    bug(
        "the manifest is believed after a run that ended halfway",
        PULL,
        "        self._trusted = not self._state.applying",
        "        self._trusted = True",
        _KILLED,
        rules="R43",
    ),
    bug(
        "a page is said to be done before its changed hashes are written",
        PULL,
        "                self._manifest.settle()\n                self._keep()",
        "                self._keep()",
        _KILLED,
        rules="R43",
    ),
    bug(
        "a page's cursor is written over that of a run that came later",
        "shared/adapters/pull_states.py",
        "            first, condition=VERSION, values=seen(state.version)",
        f'            first, condition="{ALWAYS}", values={{}}',
        _WITHIN,
        rules="R43",
    ),
    bug(
        "a cursor goes on before its pages are written",
        PULL,
        "                self._take_waiting()\n                self._manifest.settle()",
        "                self._keep()\n                self._take_waiting()",
        _KILLED,
        rules="R43",
    ),
    bug(
        "an older state of a record is remembered as what is stored",
        PULL,
        "        forgotten = outcome.refused.keys() | outcome.behind",
        "        forgotten = outcome.refused.keys()",
        f"{_PULL_TESTS}::test_an_older_state_that_comes_late_is_no_news_and_is_not_remembered",
        rules="R43",
    ),
    bug(
        "an invoice names lines that are not there yet",
        _INVOICES,
        "        if after.lines_id != before.lines_id:\n            self._keep_lines(",
        "        if not before.lines_id:\n            self._keep_lines(",
        _KILLED,
        rules="R43",
    ),
    bug(
        "an older word of the ERP is written over a newer one",
        "shared/adapters/heads.py",
        "        return (Put(item, condition=VERSION, values=seen(before.version)),)",
        f'        return (Put(item, condition="{ALWAYS}"),)',
        _WITHIN,
        _VOID,
        rules="R43",
    ),
    bug(
        "nobody looks at an invoice that the ERP made due in the past",
        "shared/domain/first_look.py",
        "    needed = reached or policy.autopay is not None",
        "    needed = policy.autopay is not None",
        "tests/unit/test_import_verdicts.py"
        "::test_a_change_is_looked_at_where_its_dates_do_not_bring_a_sweep_to_it",
    ),
    bug(
        "an older word of the ERP comes along with what is moved a second time",
        "shared/domain/move_document.py",
        "    newest = document if document.said else there",
        "    newest = document",
        "tests/unit/test_move_document.py::test_what_the_erp_said_last_is_where_the_invoice_went",
        rules="R43",
    ),
    bug(
        "the newest bucket is read after those that it counts before",
        MANIFEST,
        "        for wanted in ({NEWEST} if needed else needed, needed):",
        "        for wanted in (needed, {NEWEST} if needed else needed):",
        f"{_MANIFEST_TESTS}::test_whoever_reads_while_another_hands_on_knows_nothing_that_is_old",
    ),
    bug(
        "what the newest bucket says is forgotten where it is full",
        MANIFEST,
        "            for number in sorted(parts):",
        "            for number in sorted(parts)[:1]:",
        f"{_MANIFEST_TESTS}"
        "::test_what_changes_goes_on_from_the_newest_bucket_and_is_never_older_than_it_was",
    ),
    bug(
        "a sync looks up every record again",
        MANIFEST,
        "        return {key for key, content in records.items() if self._said(key) == content}",
        "        return set()",
        f"{_PULL_TESTS}::test_what_did_not_change_is_not_looked_up",
    ),
    bug(
        "a sweep asks for money by facts of the week before",
        "shared/domain/freshness.py",
        "        if oldest is not None and wall - oldest > timedelta(hours=max_age_hours):",
        "        if oldest is not None and wall - oldest > timedelta(days=max_age_hours):",
        f"{_FRESH}::test_old_facts_ask_nobody_and_fresh_ones_ask_who_was_left_out",
    ),
    bug(
        "what is put off while the ERP is silent is forgotten",
        "shared/usecases/sweep.py",
        "    sending = not entity.waits and",
        "    sending = not entity.hold_all and",
        f"{_FRESH}::test_old_facts_ask_nobody_and_fresh_ones_ask_who_was_left_out",
    ),
    bug(
        "what is gone before it came is taken as known",
        "shared/usecases/take_rows.py",
        "        return judged.basis is not None\n",
        "        return True\n",
        "tests/unit/test_sync_overlap.py",
        rules="R43",
    ),
)
