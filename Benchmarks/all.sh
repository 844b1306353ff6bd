#!/usr/bin/env bash
# all.sh: every benchmark, one after the other, and then one table of what has to be reached. Ends with 1 where something
# was missed, was not measured, or a benchmark failed. Half an hour, ten minutes of it a slow link; each runs alone, too.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

RESULTS=$(mktemp -d "${TMPDIR:-/tmp}/clix-bench-results.XXXXXX") || exit
export RESULTS
trap 'rm -rf "$RESULTS"' EXIT
trap 'exit 130' INT TERM
failed=()
for benchmark in compare-with-peers cut-links many-files store-costs many-schools bad-day unchanged-pass; do
    printf '\n##### %s\n' "$benchmark"
    "./$benchmark.sh" || failed+=("$benchmark")
done
printf '\n##### What has to be reached\n'
python3 table.py "$RESULTS"
missed=$?
((${#failed[@]} == 0)) || { echo "bench: failed: ${failed[*]}" >&2; exit 1; }
exit $missed
