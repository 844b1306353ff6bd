#!/usr/bin/env bash
# unchanged-pass.sh [WORK]: what a collection costs that finds nothing changed, over a whole school's data (SCALE=1: some
# 50,000 files): CPU and memory of `clix-collectd collect`, three times, and next to it of `rsync -a` into a copy, which
# compares the same files. Needs a release build (make release) and ../shared. WORK is a temporary folder by default.
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
[collect.heartbeat]
enabled = false
TOML
# A file changed within the last seconds is read again by the next pass, as git does; no school's data is all that young.
sleep 3
"$collectd" collect --quiet --config "$WORK/collectd.toml" || [[ $? == 1 ]]
rsync -a "$WORK/data/" "$WORK/copy/"

# measured LABEL COMMAND…: one row; a pass may end with 1, and its row says so.
measured() {
    local label=$1 status=0
    shift
    /usr/bin/time -o "$WORK/time" -f "%U %S %M" "$@" >"$WORK/out" 2>&1 || status=$?
    tail -n 1 "$WORK/time" | awk -v label="$label" -v status="$status" \
        '{printf "%-28s %8.2f %10.2f   exit %s\n", label, $1 + $2, $3 * 1024 / 1e6, status}'
}

printf '\n== Nothing changed (at most 1 CPU s and 40 MB)\n%-28s %8s %10s\n' "" "CPU s" "memory MB"
for number in 1 2 3; do measured "clix-collectd collect, $number" "$collectd" collect --quiet --config "$WORK/collectd.toml"; done
measured "rsync -a" rsync -a "$WORK/data/" "$WORK/copy/"
