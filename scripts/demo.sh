#!/usr/bin/env bash
# demo.sh: a made-up school's data travels from its "server" to a store, both on this machine, over HTTPS on loopback.
# Everything happens in one temporary folder; nothing outside of it is touched, and it is left for a look around
# when this runs on a terminal (the last lines say where).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

collectd=$PWD/.build/debug/clix-collectd
store=$PWD/.build/debug/clix-store
[[ -x $collectd && -x $store ]] || { echo "build first: make build" >&2; exit 69; }

work=$(mktemp -d "${TMPDIR:-/tmp}/clix-demo.XXXXXX")
serve_pid=
stop_store() {
    [[ -n $serve_pid ]] || return 0
    kill "$serve_pid" 2>/dev/null || true
    wait "$serve_pid" 2>/dev/null || true
    serve_pid=
}
finish() {
    local code=$?
    stop_store
    if [[ $code != 0 ]]; then
        echo "The demo stopped early (exit $code); the store's own words:" >&2
        tail -n 20 "$work/store.log" >&2 2>/dev/null || true
    fi
    [[ -t 1 && $code == 0 ]] || rm -rf "$work"
}
trap finish EXIT

if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi
step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
run() { printf '$ %s\n' "$(printf '%q ' "$@" | sed -e "s|$PWD/.build/debug/||g" -e "s|$work|DEMO|g")"; "$@"; }
# Folders with the number of files and bytes below each: a tree of 600 lines would tell less.
show_tree() {
    (cd "$1" && find -L . -mindepth 1 -maxdepth "$2" -type d -not -path '*/.*' | LC_ALL=C sort | while IFS= read -r folder; do
        depth=$(awk -F/ '{print NF - 2}' <<<"$folder")
        printf '%*s%-38s %5s files %10s bytes\n' $((depth * 2)) '' "${folder##*/}/" \
            "$(find -L "$folder" -type f | wc -l)" "$(find -L "$folder" -type f -printf '%s\n' | awk '{s += $1} END {print s + 0}')"
    done)
}

step "A school server of our own invention: mz150, school code 2039150"
school=$work/school
python3 scripts/made_school.py "$school"
mkdir -p "$work/staging"
cat >"$work/collectd.toml" <<TOML
[store]
url = "https://127.0.0.1:1"                # replaced below, once the store has told its port

[source]
data = "$school/home/core/data"
code = "$school/home/core/code"
assessment_store = "$school/home/core/assesment-datastore"
unplatform = "$school/home/core/unplatform"

[staging]
directory = "$work/staging"
budget = "2 GiB"
keep_free = "100 MiB"
TOML
echo "$(find "$school/home/core" -type f -not -path '*/.git/*' | wc -l) files, $(du -sh --apparent-size "$school/home/core" | cut -f1) below DEMO/school/home/core"

step "The store: a data directory with its own certificate authority, then the service"
run "$store" init "$work/store" --host 127.0.0.1 --listen 127.0.0.1:0
"$store" serve --data "$work/store" >"$work/store.log" 2>&1 &
serve_pid=$!
port=
for _ in $(seq 300); do                     # 30 seconds at most
    port=$(grep -ohE '127\.0\.0\.1:[0-9]+' "$work/store.log" | tail -n 1 | cut -d: -f2 || true)
    [[ -n $port && $port != 0 ]] && break
    kill -0 "$serve_pid" 2>/dev/null || exit 69
    sleep 0.1
done
[[ -n $port ]] || { echo "the store was not ready within 30 seconds" >&2; exit 69; }
head -n 1 "$work/store.log" | sed "s|$work|DEMO|g"
sed -i "s|https://127.0.0.1:1\"[^\n]*|https://127.0.0.1:$port\"|" "$work/collectd.toml"
code=$(run "$store" school add mz150 --code 2039150 --name "Govt. Made-up H/S & Hostel" --data "$work/store" | tee /dev/stderr | tail -n 1)

step "At the school: the one-time code is pasted, everything is tried once"
run "$collectd" enroll --config "$work/collectd.toml" --store "https://127.0.0.1:$port" --code "$code"
run "$collectd" check --config "$work/collectd.toml" || true

step "One collection: the LEVEL tree as it is staged"
run "$collectd" collect --config "$work/collectd.toml" || [[ $? == 1 ]]
show_tree "$work/staging/tree" 5

step "One upload over HTTPS"
run "$collectd" upload --config "$work/collectd.toml"

step "A school day later: only what changed travels"
python3 scripts/made_school.py "$school" --day 1
run "$collectd" collect --config "$work/collectd.toml" || [[ $? == 1 ]]
run "$collectd" upload --config "$work/collectd.toml"

step "At the store: what its journal says, and the same tree as plain files"
grep -v 'ready on' "$work/store.log" | tail -n 8 | sed "s|$work|DEMO|g" || true
show_tree "$work/store/tree" 5
run "$store" log mz150 --data "$work/store"
run "$store" verify --all --data "$work/store"

step "The figures"
printf '%-44s %12s bytes\n' \
    "data at the school" "$(find "$work/store/tree" -type f -printf '%s\n' | awk '{s += $1} END {print s + 0}')" \
    "packs at the store (two days, compressed)" "$(find "$work/store/packs" -type f -printf '%s\n' | awk '{s += $1} END {print s + 0}')"
echo "the school itself says:"
run "$collectd" status --config "$work/collectd.toml" || true

step "Where to look next"
if [[ -t 1 ]]; then
    cat <<TEXT
  the store's tree       $work/store/tree        plain files: ls, cp, grep
  the staged tree        $work/staging/tree
  the same at any time   .build/debug/clix-store checkout mz150 --to /some/folder --data $work/store
  and then               rm -rf $work
TEXT
fi
echo "  README.md, first steps with both programs; CONTRIBUTING.md, where things are; make help"
