#!/bin/sh
# Builds every function and layer for one architecture into .aws-sam/build.
# usage: infra/build/build.sh arm64|x86_64
set -eu
cd "$(dirname "$0")/../.."
export DUECOURSE_ARCHITECTURE="$1" SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-eu-west-1}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! .venvs/sam/bin/sam build --parallel --parameter-overrides "Architecture=$1" >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
echo "$1" >.aws-sam/build/architecture
echo "built for $1: .aws-sam/build"
