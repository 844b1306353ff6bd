#!/usr/bin/env bash
# compare-with-peers.sh [WORK]: what a school's data costs on the wire, in memory and in CPU, with clix-collect and, in
# the same run on the same files, with restic, borg and rsync. Needs release builds (make release) and ../shared.
# Rows of every measurement stay in WORK (a temporary folder by default, removed at the end) as rows.tsv.
# Not -e: a measured program may end with 1, and its row says so.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=$PWD/../shared/tools
[[ -d $tools/peers ]] || { echo "bench: ../shared is not here: neither the data's generator nor the peers' scripts" >&2; exit 69; }
collectd=$PWD/.build/release/clix-collectd
store=$PWD/.build/release/clix-store
[[ -x $collectd && -x $store ]] || { echo "bench: build first: make release" >&2; exit 69; }
benchmarks=$PWD/Benchmarks
scale=${SCALE:-0.25}

WORK=${1:-$(mktemp -d "${TMPDIR:-/tmp}/clix-bench.XXXXXX")}
mkdir -p "$WORK"
# Root measures on a filesystem of its own, so that what else happened on this disk does not count: ext4 makes new files
# several times dearer for some minutes after many were deleted.
image=
if [[ -z ${1:-} && $EUID == 0 ]]; then
    image=$WORK.image
    truncate -s 12G "$image" && mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$image" \
        && mount -o loop "$image" "$WORK" || { rm -f "$image"; image=; }
fi
: >"$WORK/rows.tsv"
# Gives `row` and `wait_port`, and ends what it started when this script exits.
# shellcheck source=/dev/null
source "$tools/peers/lib.sh"
# The proxy's own moment to start does not do on a busy machine.
proxy() { python3 "$tools/counting_proxy.py" "$@" & PROXY_PID=$!; PIDS+=("$PROXY_PID"); wait_port "$1" || exit 69; }
finish() {
    cleanup
    [[ -z $image ]] || { umount "$WORK" || umount -l "$WORK"; rm -f "$image"; }
    [[ -n ${1:-} ]] || rm -rf "$WORK"
}
trap 'finish "'"${1:-}"'"' EXIT

step() { printf '\n== %s\n' "$*"; }

step "The data: school 1 on two days and school 2, scale $scale"
export PYTHONDONTWRITEBYTECODE=1
make_tree() { python3 "$tools/make_level_tree.py" "$@" --scale "$scale" || exit; }
make_tree "$WORK/day0" --school 1 --day 0
make_tree "$WORK/day1" --school 1 --day 1
make_tree "$WORK/school2" --school 2 --day 0

# serve_store NAME: init and serve a store; sets store_port and store_data.
serve_store() {
    store_data=$WORK/$1
    "$store" init "$store_data" --host 127.0.0.1 --listen 127.0.0.1:0 >/dev/null || exit
    "$store" serve --data "$store_data" >"$WORK/$1.log" 2>&1 &
    store_pid=$!
    PIDS+=("$store_pid")
    store_port=
    for _ in $(seq 300); do
        store_port=$(grep -ohE '127\.0\.0\.1:[0-9]+' "$WORK/$1.log" | tail -n 1 | cut -d: -f2 || true)
        [[ -n $store_port && $store_port != 0 ]] && return 0
        sleep 0.1
    done
    echo "bench: the store was not ready within 30 seconds" >&2
    exit 69
}

# school_machine NAME DATA PROXY_PORT: a configuration, and one without the heartbeat that each pass makes anew.
school_machine() {
    mkdir -p "$WORK/$1-staging"
    cat >"$WORK/$1.toml" <<TOML
[store]
url = "https://127.0.0.1:$3"
[source]
data = "$2"
code = "$WORK/absent/code"
assessment_store = "$2/assessment-media"
unplatform = "$WORK/absent/unplatform"
[staging]
directory = "$WORK/$1-staging"
budget = "8 GiB"
keep_free = "100 MiB"
TOML
    { cat "$WORK/$1.toml"; printf '[collect.heartbeat]\nenabled = false\n'; } >"$WORK/$1-quiet.toml"
}

# enrol NAME ID CODE NAME_OF_SCHOOL
enrol() {
    local code
    code=$("$store" school add "$2" --code "$3" --name "$4" --data "$store_data") || exit
    sed "s|^url = .*|url = \"https://127.0.0.1:$store_port\"|" "$WORK/$1.toml" >"$WORK/$1-direct.toml"
    "$collectd" enroll --config "$WORK/$1-direct.toml" --store "https://127.0.0.1:$store_port" --code "$code" >/dev/null || exit
}

# pass LABEL NAME CONFIGURATION: one collection, then one upload through the proxy, each measured.
pass() {
    row "$1 collect" 17400 "$store_port" "$WORK/$2-staging" -- "$collectd" collect --quiet --config "$WORK/$3.toml"
    row "$1 upload" 17400 "$store_port" "$store_data/packs" -- "$collectd" upload --quiet --config "$WORK/$3.toml"
}

step "clix-collect"
serve_store store1
cp -a "$WORK/day0" "$WORK/live"
# A file changed within the last seconds is read again by the next pass, as git does; no school's data is all that young.
sleep 3
school_machine school1 "$WORK/live" 17400
enrol school1 mz1 2031001 "GOVT. HIGH SCHOOL 1"
pass "ours initial" school1 school1
pass "ours no-change" school1 school1-quiet
make_tree "$WORK/live" --school 1 --day 1 --quiet
pass "ours day1" school1 school1-quiet
"$store" verify --all --data "$store_data" >/dev/null && echo "verify --all: clean"
stop "$store_pid"

serve_store store2
"$store" seed "$WORK/day0" --name pristine --data "$store_data" >/dev/null || exit
school_machine school2 "$WORK/school2" 17400
enrol school2 mz2 2031002 "GOVT. HIGH SCHOOL 2"
pass "ours school2" school2 school2
stop "$store_pid"

for peer in restic borg rsync; do
    step "$peer"
    mkdir -p "$WORK/$peer"
    # The scripts talk about their own background processes when those end; that says nothing.
    bash "$tools/peers/run_$peer.sh" "$WORK/$peer" "$WORK/day0" "$WORK/day1" "$WORK/school2" 2>/dev/null
    cat "$WORK/$peer/rows.tsv" >>"$WORK/rows.tsv"
done

step "Side by side"
python3 "$benchmarks/table.py" "$WORK/rows.tsv"
