#!/usr/bin/env bash
# unchanged-pass.sh [WORK]: what a collection costs that finds nothing changed, over a whole school's data (SCALE=1: some
# 50,000 files): CPU and memory of `clix-collectd collect`, three times, and next to it of `rsync -a` into a copy, which
# compares the same files. Needs a release build (make release) and ../shared. WORK is a temporary folder by default.
# Ends with 1, and says why, where a collection takes more than the promised 1 CPU s or 40 MB. The debug build is watched
# by Tests/EndToEndTests/CostTests.swift.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

generator=$PWD/../shared/tools/make_level_tree.py
[[ -f $generator ]] || { echo "bench: ../shared is not here, and with it the data's generator" >&2; exit 69; }
collectd=$PWD/.build/release/clix-collectd
[[ -x $collectd ]] || { echo "bench: build first: make release" >&2; exit 69; }

WORK=${1:-$(mktemp -d "${TMPDIR:-/tmp}/clix-bench.XXXXXX")}
trap '[[ -n "'"${1:-}"'" ]] || rm -rf "$WORK"' EXIT
mkdir -p "$WORK/staging"

echo "== The data, scale ${SCALE:-1}"
PYTHONDONTWRITEBYTECODE=1 python3 "$generator" "$WORK/data" --school 1 --day 0 --scale "${SCALE:-1}"
cat >"$WORK/collectd.toml" <<TOML
[store]
url = "https://127.0.0.1:1"
[source]
data = "$WORK/data"
code = "$WORK/absent/code"
assessment_store = "$WORK/data/assessment-media"
unplatform = "$WORK/absent/unplatform"
[staging]
directory = "$WORK/staging"
keep_free = "100 MiB"
TOML
# A file changed within the last seconds is read again by the next pass, as git does; no school's data is all that young.
sleep 3
"$collectd" collect --quiet --config "$WORK/collectd.toml"
rsync -a "$WORK/data/" "$WORK/copy/"

# measured LABEL COMMAND…: one row, and in USED its CPU seconds and megabytes; what ends with another status than 0 has cost
# something else than was meant.
measured() {
    local label=$1
    shift
    /usr/bin/time -o "$WORK/time" -f "%U %S %M" "$@" >"$WORK/out" 2>&1 || { cat "$WORK/out" >&2; exit 70; }
    read -r -a USED < <(awk '{printf "%.2f %.2f\n", $1 + $2, $3 * 1024 / 1e6}' "$WORK/time")
    printf '%-28s %8s %10s\n' "$label" "${USED[@]}"
}

excess=()
# bounded WHAT USED LIMIT UNIT: remembers what went beyond.
bounded() { awk -v used="$2" -v limit="$3" 'BEGIN {exit used > limit}' || excess+=("$1: $2 $4, more than $3 $4"); }

printf '\n== Nothing changed (at most 1 CPU s and 40 MB)\n%-28s %8s %10s\n' "" "CPU s" "memory MB"
for number in 1 2 3; do
    measured "clix-collectd collect, $number" "$collectd" collect --quiet --config "$WORK/collectd.toml"
    bounded "collection $number" "${USED[0]}" 1 "CPU s"
    bounded "collection $number" "${USED[1]}" 40 MB
done
measured "rsync -a" rsync -a "$WORK/data/" "$WORK/copy/"
if ((${#excess[@]})); then
    printf 'bench: %s\n' "${excess[@]}" >&2
    exit 1
fi
