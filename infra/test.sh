#!/bin/sh
# Runs every test, the cheap ones first; one closing line says how it went and how long it took.
set -u
cd "$(dirname "$0")/.."
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
export DUECOURSE_CHROMIUM="$chromium"
began=$(date +%s)
failed=""
for suite in unit build integration e2e; do
    [ -d "tests/$suite" ] || continue
    echo "== tests/$suite"
    .venv/bin/pytest -q "tests/$suite" || failed="$failed $suite"
done
took=$(($(date +%s) - began))
[ -n "$chromium" ] || echo "NOT RUN: browser tests, no Chromium on this machine"
if [ -n "$failed" ]; then
    echo "make test: FAILED in$failed, ${took} s"
    exit 1
fi
echo "make test: passed, ${took} s"
