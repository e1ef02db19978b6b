#!/usr/bin/env bash
# Builds everything and runs every test suite.
#   ./test.sh           the normal run (under 18 minutes on 2 cores)
#   ./test.sh --quick   leaves out the analysers and the tests that take longest (under 4 minutes)
#   ./test.sh --long    everything, with large counts (hours)
# Needs the .NET SDK 10, Node 20 or later with npm, git and, where something is missing, apt-get. Closes with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")"

pace=normal
case "${1:-}" in
  "") ;;
  --quick) pace=quick ;;
  --long) pace=long ;;
  *) echo "usage: ./test.sh [--quick | --long]" >&2; exit 2 ;;
esac
export WEBHOOKBRIDGE_TEST_PACE=$pace DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en

need() { # command, Debian package: installs what a bare machine lacks
  command -v "$1" >/dev/null 2>&1 && return 0
  echo "-- installing $2 (for $1)"
  export DEBIAN_FRONTEND=noninteractive
  { [ -n "${apt_updated:-}" ] || apt-get -qq update; } && apt_updated=1 && apt-get -qq install -y --no-install-recommends "$2" >/dev/null && return 0
  echo "cannot install $2: install it by hand, then run ./test.sh again" >&2
  exit 1
}
for tool in dotnet node npm git; do
  command -v "$tool" >/dev/null 2>&1 || { echo "$tool is missing: install the .NET SDK 10, Node 20 and git first" >&2; exit 1; }
done
need gcc gcc
need chromium chromium
# A mail server and a broker of Debian's, for the connectors: run as private nodes by their tests, never as services of the machine.
export RUNLEVEL=1
echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections 2>/dev/null
need postfix postfix
need rabbitmq-server rabbitmq-server
unset RUNLEVEL
[ -e /usr/include/stdio.h ] || { apt-get -qq update; apt-get -qq install -y --no-install-recommends libc6-dev >/dev/null; }

analysers=()
case $pace in
  quick) filter='Pace!=normal&Pace!=long' analysers=(-p:RunAnalyzers=false) ;;
  normal) filter='Pace!=long' ;;
  long) filter='' ;;
esac

passed=0 failed=0
began=$SECONDS
echo "== build"
if ! dotnet build WebhookBridge.sln -c Release -warnaserror "${analysers[@]}" --nologo -v quiet; then
  echo "the build failed"
  echo "0 passed, 1 failed"
  exit 1
fi
echo "   $((SECONDS - began)) s"

# Two suites at a time, the longest first: many tests wait for clocks, disks and browsers. What a suite has to say comes in one piece, when it ends.
results=$(mktemp)
trap 'rm -f "$results"' EXIT
export filter results
run_suite() { # project file
  suite=$(basename "$1" .csproj) start=$SECONDS log=$(mktemp)
  dotnet test "$1" -c Release --no-build --nologo ${filter:+--filter "$filter"} --logger "console;verbosity=normal" >"$log" 2>&1
  code=$?
  p=$(grep -cE '^\s+Passed ' "$log"); f=$(grep -cE '^\s+Failed ' "$log"); s=$(grep -cE '^\s+Skipped ' "$log")
  # A run that was cut off in the middle is no success, whatever it returns.
  grep -q 'Test Run Successful' "$log" || [ "$code" -ne 0 ] || code=1
  # In the quick run all of a suite may be left out; in the others that is a fault.
  [ "$WEBHOOKBRIDGE_TEST_PACE" = quick ] && grep -q 'No test matches the given testcase filter' "$log" && code=0 && echo "note: all of it is left to the normal run" >>"$log"
  {
    flock 9
    echo "== $suite"
    # What a suite says about itself (a missing folder of shared data, a seed, a share) is shown; so is every failure.
    grep -E '^\s*(note:|seed:|share:)' "$log" | sort -u
    if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; cat "$log"; elif [ "$f" -gt 0 ]; then grep -vE '^\s+Passed ' "$log"; fi
    if [ "$s" -gt 0 ]; then echo "   skipped tests are not allowed:"; grep -E '^\s+Skipped ' "$log"; f=$((f + s)); fi
    echo "   $p passed, $f failed, $((SECONDS - start)) s"
    echo "$p $f" >>"$results"
  } 9<"$results"
  rm -f "$log"
}
export -f run_suite
suites=$(printf '%s\n' tests/*.{Console,EndToEnd,Storage,Server,Connectors,OData}.Tests/*.csproj tests/*.Tests/*.csproj | awk '!seen[$0]++')
xargs -P 2 -I{} bash -c 'run_suite {}' <<<"$suites"
while read -r p f; do passed=$((passed + p)) failed=$((failed + f)); done <"$results"
missing=$(($(wc -l <<<"$suites") - $(wc -l <"$results")))
[ "$missing" -eq 0 ] || { echo "== $missing suites did not end"; failed=$((failed + missing)); }

echo "== house"
if changed=$(git status --porcelain -- ':(glob)**/packages.lock.json' ':(glob)**/package-lock.json' 2>/dev/null) && [ -n "$changed" ]; then
  echo "   lock files differ from what is committed:"; echo "$changed"; failed=$((failed + 1))
else
  echo "   lock files are as committed"; passed=$((passed + 1))
fi

echo "== $((SECONDS - began)) s in all"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
