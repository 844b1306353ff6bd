# lib.sh: what the benchmarks share: a folder to work in, a store, schools that are enrolled with it, what a command costs,
# and the table. Sourced; then `work_in [WORK]` comes first and `tell SECTION…` last. Needs release builds (make release) and
# ../shared. WORK is a temporary folder by default, removed at the end.
# Where RESULTS names a folder, the figures go there and the table is its owner's to print.
# Not -e: a measured program may end with 1, and its row says so.
set -uo pipefail

benchmarks=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=${benchmarks%/*}
tools=$repository/../shared/tools
collectd=$repository/.build/release/clix-collectd
store=$repository/.build/release/clix-store
scale=${SCALE:-0.25}
export PYTHONDONTWRITEBYTECODE=1

give_up() { echo "bench: $*" >&2; exit 69; }
[[ -d $tools/peers ]] || give_up "../shared is not here: neither the data's generator nor the peers' scripts"
[[ -x $collectd && -x $store ]] || give_up "build first: make release"
# Gives `row`, `wait_port` and `stop`, and PIDS, which are ended when the script exits.
# shellcheck source=/dev/null
source "$tools/peers/lib.sh"
step() { printf '\n== %s\n' "$*"; }

# Root measures on a filesystem of its own, so that what else happened on this disk does not count: ext4 makes new files
# several times dearer for some minutes after many were deleted.
image= given=
work_in() {
    given=${1:-}
    trap finish EXIT
    trap 'exit 130' INT TERM
    WORK=${given:-$(mktemp -d "${TMPDIR:-/tmp}/clix-bench.XXXXXX")} || exit
    mkdir -p "$WORK"
    WORK=$(cd "$WORK" && pwd)
    if [[ -z $given && $EUID == 0 ]]; then
        image=$WORK.image
        truncate -s 16G "$image" && mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$image" \
            && mount -o loop "$image" "$WORK" || { rm -f "$image"; image=; }
    fi
    results=${RESULTS:-$WORK}
    : >"$WORK/rows.tsv"
}

endings=()  # commands of a script's own, at its end
finish() {
    local pid command
    for pid in "${PIDS[@]}"; do stop "$pid"; done
    for command in "${endings[@]}"; do "$command"; done
    [[ -z $image ]] || { umount "$WORK" || umount -l "$WORK"; rm -f "$image"; }
    [[ -n $given ]] || rm -rf "$WORK"
}

# figure KEY VALUE: as table.py knows it; a value that begins with "skipped" says why there is none.
figure() { printf '%s\t%s\n' "$1" "$2" | tee -a "$results/figures.tsv"; }
# tell SECTION…: the table, or in a run of all benchmarks the rows for it.
tell() {
    [[ $results != "$WORK" ]] || { step "What has to be reached"; python3 "$benchmarks/table.py" "$WORK" "$@"; exit; }
    cat "$WORK/rows.tsv" >>"$results/rows.tsv"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.4f", a / b}'; }

make_tree() { python3 "$tools/make_level_tree.py" "$@" --scale "$scale" || exit; }
# The proxy's own moment to start does not do on a busy machine.
proxy() { python3 "$tools/counting_proxy.py" "$@" & PROXY_PID=$!; PIDS+=("$PROXY_PID"); wait_port "$1" || exit 69; }

# Where the programs run: in network namespaces, in the benchmark with a slow link.
at_store=() at_school=()

# serve_store NAME [HOST [PORT]]: serves a store, made before that unless it is there; sets store_data, store_pid, store_port.
serve_store() {
    local host=${2:-127.0.0.1}
    store_data=$WORK/$1
    [[ -d $store_data ]] || "$store" init "$store_data" --host "$host" --listen "$host:${3:-0}" >"$WORK/$1.log" 2>&1 \
        || give_up "no store was made: $(tail -n 1 "$WORK/$1.log")"
    "${at_store[@]}" "$store" serve --data "$store_data" >"$WORK/$1.log" 2>&1 &
    store_pid=$!
    PIDS+=("$store_pid")
    for _ in $(seq 300); do
        store_port=$(sed -nE 's/.*ready on .*:([0-9]+).*/\1/p' "$WORK/$1.log")
        [[ -n $store_port ]] && return 0
        sleep 0.1
    done
    give_up "the store was not ready within 30 seconds"
}
store_memory() { awk '/^VmHWM:/ {printf "%.1f", $2 * 1024 / 1e6}' "/proc/$store_pid/status"; }  # MB, the most until now
store_cpu() { awk -v ticks="$(getconf CLK_TCK)" '{printf "%.2f", ($14 + $15) / ticks}' "/proc/$store_pid/stat"; }

# school_machine NAME DATA PORT ID CODE: a configuration, and one without the heartbeat that each pass makes anew.
school_machine() {
    mkdir -p "$WORK/$1-staging"
    cat >"$WORK/$1.toml" <<TOML
[store]
url = "https://${store_host:-127.0.0.1}:$3"
[school]
server_id = "$4"
school_code = "$5"
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

# enrol NAME ID CODE: at the store itself, whatever lies between later.
enrol() {
    local code address=https://${store_host:-127.0.0.1}:$store_port
    code=$("$store" school add "$2" --code "$3" --name "GOVT. HIGH SCHOOL ${2#mz}" --data "$store_data") || exit
    sed "s|^url = .*|url = \"$address\"|" "$WORK/$1.toml" >"$WORK/$1-direct.toml"
    "${at_school[@]}" "$collectd" enroll --config "$WORK/$1-direct.toml" --store "$address" --code "$code" \
        >"$WORK/$1-enrolled" 2>&1 || give_up "$(tail -n 1 "$WORK/$1-enrolled")"
}

# collected_school [PORT]: a store is served, and school 1 enrolled with it and collected, so that its first upload may
# begin. PORT: where it looks for the store, if that is not the store's own.
collected_school() {
    step "The data: school 1, scale $scale, collected"
    make_tree "$WORK/data" --school 1 --day 0
    grow_old
    serve_store store
    school_machine school "$WORK/data" "${1:-$store_port}" mz1 2031001
    enrol school mz1 2031001
    "$collectd" collect --quiet --config "$WORK/school.toml" || exit
}

# pass LABEL NAME CONFIGURATION: one collection, then one upload through the proxy, each measured.
pass() {
    row "$1 collect" 17400 "$store_port" "$WORK/$2-staging" -- "$collectd" collect --quiet --config "$WORK/$3.toml"
    row "$1 upload" 17400 "$store_port" "$store_data/packs" -- "$collectd" upload --quiet --config "$WORK/$3.toml"
}
# A file changed within the last seconds is read again by the next pass, as git does; no school's data is all that young.
grow_old() { sleep 3; }
