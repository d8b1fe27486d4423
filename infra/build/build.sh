#!/bin/sh
# Builds every function and layer for one architecture.
# usage: infra/build/build.sh arm64|x86_64 [<folder>, .aws-sam/build unless given]
set -eu
cd "$(dirname "$0")/../.."
target=${2:-.aws-sam/build}
export DUECOURSE_ARCHITECTURE="$1" SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-eu-west-1}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! .venvs/sam/bin/sam build --parallel --build-dir "$target" \
    --parameter-overrides "Architecture=$1" >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
# a deployment takes the template's word for it, and a layer of another processor loads nowhere
sed -i "/^  Architecture:/,/^  [A-Z]/s/^    Default: .*/    Default: $1/" "$target/template.yaml"
echo "$1" >"$target/architecture"
echo "built for $1: $target"
