#!/usr/bin/env bash
# Runs the gateway and the naive chain in turn on the same load and prints medians and ratios.
#   benchmarks/run.sh [--rounds N] [--only max,steady,slowdisk,routes,backlog,start]
# Needs the .NET SDK, Node and a C compiler (for the slow disk). Loopback only; takes about ten minutes with 3 rounds.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build WebhookBridge.Load -c Release --nologo -v quiet -o "$work/load" 1>&2
dotnet build ../src/WebhookBridge.Server -c Release --nologo -v quiet -o "$work/gateway" 1>&2
cc -O2 -shared -fPIC -o "$work/slowsync.so" slowsync.c -ldl
exec node compare.mjs --work "$work" "$@"
