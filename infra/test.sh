#!/bin/sh
# Runs every test, the cheap ones first; the closing lines say how each suite went and how long.
set -u
cd "$(dirname "$0")/.."
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
began=$(date +%s)
failed=""
times=""
for suite in unit sim lives connectors build integration e2e; do
    find "tests/$suite" -name 'test_*.py' 2>/dev/null | grep -q . || continue
    echo "== tests/$suite"
    suite_began=$(date +%s)
    spread="--numprocesses 2 --dist loadfile"
    case $suite in
        # its artefacts are made once, for all that look at them
        build) spread="" ;;
        # as they are named, not by their number of tests: the short files come last and fill the end
        integration | e2e) spread="$spread --no-loadscope-reorder" ;;
    esac
    .venv/bin/pytest -q $spread "tests/$suite" || failed="$failed $suite"
    times="$times $suite $(($(date +%s) - suite_began)) s,"
done
[ -n "$chromium" ] || echo "NOT RUN: browser tests, no Chromium on this machine"
echo "times:$times all $(($(date +%s) - began)) s"
if [ -n "$failed" ]; then
    echo "make test: FAILED in$failed"
    exit 1
fi
echo "make test: passed"
