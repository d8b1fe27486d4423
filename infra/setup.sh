#!/bin/sh
# Prepares this machine. Each step is stamped with what it was made from, so a second run does nothing.
#   infra/setup.sh            every environment, and the project itself in editable form
#   infra/setup.sh browser    Chromium for the browser tests, through apt-get where root, and axe
#   infra/setup.sh books      hledger and beancount, which check the books
#   infra/setup.sh mails      SpamAssassin and a lint of HTML, which read the mails
#   infra/setup.sh erps       ERPs to run against: Tryton, and what checks calls of others
#   infra/setup.sh tryton     the ERP whose dunning ours is measured beside
#   infra/setup.sh uv         prints the uv to use
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
requirements=infra/requirements

say() { echo "setup: $*" >&2; }
missing() { echo "setup: missing: $*" >&2; exit 1; }

runs() { command -v "$1" >/dev/null 2>&1 && "$@" >/dev/null 2>&1; }

find_python() { # the interpreter that builds and runs everything: 3.13, from PATH or fetched by uv
    for candidate in python3.13 python3 python; do
        if runs "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))'; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    if runs uv --version; then
        uv python find 3.13 2>/dev/null || { uv python install -q 3.13 && uv python find 3.13; } && return
    fi
    missing "Python 3.13 with venv on PATH (or uv, which may fetch it)"
}

find_uv() {
    if runs uv --version; then command -v uv; return; fi
    if ! runs .venvs/bootstrap/bin/uv --version; then
        python=$(find_python)
        "$python" -m venv --clear .venvs/bootstrap
        .venvs/bootstrap/bin/pip --quiet --disable-pip-version-check install \
            --require-hashes --no-deps -r $requirements/bootstrap.txt
    fi
    echo "$root/.venvs/bootstrap/bin/uv"
}

environment() { # environment <folder> <compiled requirements> [<other source>]
    folder=$1 pins=$requirements/$2
    stamp="$folder/.made-from"
    wanted=$(cat "$pins" "${3:-/dev/null}" | sha256sum)
    if [ -x "$folder/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
    uv=${uv:-$(find_uv)}
    say "$folder from $pins"
    if ! runs "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))'; then
        "$uv" venv --quiet --clear --python "$(find_python)" "$folder"
    fi
    "$uv" pip install --quiet --python "$folder/bin/python" --require-hashes -r "$pins"
    if [ "$folder" = .venv ]; then
        # the builder is one of the pinned packages: nothing is fetched unseen for the build
        "$uv" pip install --quiet --python .venv/bin/python --no-build-isolation --no-deps --editable .
    fi
    echo "$wanted" >"$stamp"
}

environments() {
    runs make --version || missing "make"
    environment .venv dev.txt pyproject.toml
    environment .venvs/cloud local-cloud.txt
    environment .venvs/stripe local-stripe.txt
    environment .venvs/sam sam.txt
}

node_packages() { # node_packages <name>: installs .venvs/<name> from its lock file, where npm is
    folder=.venvs/$1 pins=$requirements/$1
    wanted=$(cat "$pins/package-lock.json" | sha256sum)
    if [ "$(cat "$folder/.made-from" 2>/dev/null)" = "$wanted" ] || ! runs npm --version; then return; fi
    say "$folder from $pins"
    mkdir -p "$folder" && cp "$pins"/package*.json "$folder/"
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent && echo "$wanted" >"$folder/.made-from"
}

find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

browser() {
    node_packages page-lint
    [ -d .venvs/page-lint/node_modules ] || say "search for barriers in pages NOT RUN: no npm on PATH"
    if find_chromium >/dev/null; then return; fi
    if [ "$(id -u)" = 0 ] && runs apt-get --version; then
        say "Chromium through apt-get"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends chromium >/dev/null && return
    fi
    if [ "${CI:-}" = true ]; then missing "Chromium, which the browser tests need"; fi
    say "browser tests NOT RUN: no Chromium on PATH, and no root to install it"
}

books() {
    environment .venvs/books books.txt
    if command -v hledger >/dev/null; then return; fi
    if [ "$(id -u)" = 0 ] && runs apt-get --version; then
        say "hledger through apt-get"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends hledger >/dev/null && return
    fi
    if [ "${CI:-}" = true ]; then missing "hledger, which the checks of the books need"; fi
    say "checks of the books NOT RUN: no hledger on PATH, and no root to install it"
}

mails() {
    node_packages mail-lint
    [ -d .venvs/mail-lint/node_modules ] || say "lint of mails NOT RUN: no npm on PATH"
    if command -v spamassassin >/dev/null; then return; fi
    if [ "$(id -u)" = 0 ] && runs apt-get --version; then
        say "SpamAssassin through apt-get"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends spamassassin >/dev/null && return
    fi
    if [ "${CI:-}" = true ]; then missing "spamassassin, which reads the mails"; fi
    say "spam check of mails NOT RUN: no spamassassin on PATH, and no root to install it"
}

erps() {
    environment .venvs/tryton tryton.txt
    node_packages erp-lint
    [ -d .venvs/erp-lint/node_modules ] || say "check of calls to Xero NOT RUN: no npm on PATH"
}

case "${1:-environments}" in
environments) environments ;;
browser) browser ;;
books) books ;;
mails) mails ;;
erps) erps ;;
tryton) environment .venvs/tryton tryton.txt ;;
uv) find_uv ;;
*) missing "a step called $1" ;;
esac
