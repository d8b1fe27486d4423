#!/bin/sh
# Compiles infra/requirements/*.in into *.txt, every package pinned by hash and no address recorded.
# usage: infra/requirements.sh [--upgrade]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
uv=$("$root/infra/setup.sh" uv)
cd "$root/infra/requirements"

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.13 --no-header --no-annotate \
        --no-emit-index-url "$@"
}

# What runs in one interpreter with the functions agrees on one version of each package.
compile "$@" dev.in --output-file constraints.txt
for use in layer-core layer-web layer-gateway layer-documents layer-calendar layer-erp cli dev; do
    compile "$use.in" --constraint constraints.txt --generate-hashes --output-file "$use.txt"
done
# Programs with environments of their own pin what they need for themselves.
for use in local-cloud local-stripe sam books tryton bootstrap; do
    compile "$@" "$use.in" --generate-hashes --output-file "$use.txt"
done
