#!/usr/bin/env bash
# store-costs.sh [WORK]: what the first upload of a school costs its store: CPU for a GB of content, from the wire into packs
# and tree, and how long the tree takes to show what is committed.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work_in "${1:-}"

collected_school

step "Uploaded"
before=$(store_cpu)
"$collectd" upload --quiet --config "$WORK/school.toml" || exit
after=$(store_cpu)
content=$(find "$store_data/tree" -type f -printf '%s\n' | awk '{bytes += $1} END {print bytes}')
echo "$before s of CPU before, $after s after, $content bytes of content"
figure store-cpu "$(awk -v a="$before" -v b="$after" -v bytes="$content" 'BEGIN {printf "%.2f", (b - a) / bytes * 1e9}')"
echo "the most memory that the store took: $(store_memory) MB"

# The catalog has when a snapshot was received; the swap that shows it in the tree is the change time of what it put there.
# A school sends its datasets one by one, each once the tree shows the one before: the whole is their sum. Of a set that
# came in slices only the last can be told by this: what the ones before had put there is replaced.
python3 - "$store_data" >"$WORK/shown" <<'PYTHON' || exit
import glob, os, sqlite3, sys
catalog = sqlite3.connect(f"file:{sys.argv[1]}/catalog.sqlite?mode=ro", uri=True)
heads = "SELECT snapshot.dataset, snapshot.year, received FROM head JOIN snapshot ON snapshot.number = head.snapshot"
for dataset, year, received in catalog.execute(heads):
    shown, = glob.glob(f"{sys.argv[1]}/tree/{year}/*/*/*/{dataset}")
    print(f"{os.lstat(shown).st_ctime_ns / 1e9 - received / 1e3:.3f} {dataset}")
PYTHON
LC_ALL=C sort -rn "$WORK/shown"
figure tree-follows "$(awk '{sum += $1} END {printf "%.2f", sum}' "$WORK/shown")"
tell store
