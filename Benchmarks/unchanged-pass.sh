#!/usr/bin/env bash
# unchanged-pass.sh [WORK]: what a collection costs that finds nothing changed, over a whole school's data (SCALE=1: some
# 50,000 files): CPU and memory of `clix-collectd collect`, three times, and next to it of `rsync -a` into a copy, which
# compares the same files.
# Ends with 1, and says why, where a collection takes more than the promised 1 CPU s or 40 MB. The debug build is watched
# by Tests/EndToEndTests/CostTests.swift.
SCALE=${SCALE:-1}
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work_in "${1:-}"

step "The data, scale $scale"
make_tree "$WORK/data" --school 1 --day 0
school_machine school "$WORK/data" 1 mz1 2031001
grow_old
"$collectd" collect --quiet --config "$WORK/school.toml" || exit
rsync -a "$WORK/data/" "$WORK/copy/" || exit

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
    measured "clix-collectd collect, $number" "$collectd" collect --quiet --config "$WORK/school.toml"
    bounded "collection $number" "${USED[0]}" 1 "CPU s"
    bounded "collection $number" "${USED[1]}" 40 MB
done
measured "rsync -a" rsync -a "$WORK/data/" "$WORK/copy/"
if ((${#excess[@]})); then
    printf 'bench: %s\n' "${excess[@]}" >&2
    exit 1
fi
