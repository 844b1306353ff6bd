#!/usr/bin/env bash
# bad-day.sh [WORK]: a link of 64 kbit/s, a school of 12,877 files with 244 MB waiting, and power for ten minutes: what tells
# of the day is at the store by then; and when the power has come again, the rest goes on from where it was.
# School and store have a network namespace each, so this needs root, and says so elsewhere. POWER=SECONDS: another time.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work_in "${1:-}"
power=${POWER:-600}
school_net=clix-bench-school-$$ store_net=clix-bench-store-$$
networks_end() { ip netns del "$school_net"; ip netns del "$store_net"; } 2>/dev/null
endings+=(networks_end)
networks() {
    ip netns add "$school_net" && ip netns add "$store_net" \
        && ip link add eth0 netns "$school_net" type veth peer name schools netns "$store_net" \
        && ip -n "$school_net" address add 192.0.2.10/24 dev eth0 && ip -n "$school_net" link set eth0 up \
        && ip -n "$store_net" address add 192.0.2.1/24 dev schools && ip -n "$store_net" link set schools up \
        && ip -n "$store_net" link set lo up && shaped 1gbit 1mb
}
shaped() {  # RATE BURST: in both directions
    tc -n "$school_net" qdisc replace dev eth0 root tbf rate "$1" burst "$2" latency 1s \
        && tc -n "$store_net" qdisc replace dev schools root tbf rate "$1" burst "$2" latency 1s
}
sent() { ip -n "$school_net" -s -j link show eth0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["stats64"]["tx"]["bytes"])'; }
for needed in ip tc nsenter; do command -v $needed >/dev/null || why="there is no $needed"; done
[[ $EUID == 0 ]] || why="it needs root"
[[ -n ${why:-} ]] || networks 2>"$WORK/networks" || why="no network namespaces: $(tail -n 1 "$WORK/networks")"
if [[ -n ${why:-} ]]; then
    for key in bad-day-missing bad-day-sent; do figure $key "skipped: $why"; done
    tell bad-day
    exit
fi
at_store=(nsenter "--net=/run/netns/$store_net") at_school=(nsenter "--net=/run/netns/$school_net")

step "The data: school 1, scale $scale, collected"
make_tree "$WORK/data" --school 1 --day 0
grow_old
store_host=192.0.2.1
serve_store store $store_host 8443
school_machine school "$WORK/data" 8443 mz1 2031001
enrol school mz1 2031001
"$collectd" collect --quiet --config "$WORK/school.toml" || exit
stop "$store_pid"
cp -a "$WORK/store" "$WORK/twin-store"
cp -a "$WORK/school-staging" "$WORK/fresh-staging"

upload() { "${at_school[@]}" "$collectd" upload --quiet --config "$WORK/school.toml"; }
# Time is bounded by the number of attempts, and each of these by the program's own patience.
upload_all() { for _ in 1 2 3; do upload && return; done; give_up "the rest did not arrive"; }

step "64 kbit/s, for $power seconds"
serve_store store $store_host
shaped 64kbit 4kb || exit
before=$(sent)
began=$EPOCHREALTIME
"${at_school[@]}" "$collectd" upload --quiet --config "$WORK/school.toml" &
pid=$!
PIDS+=("$pid")
for _ in $(seq "$power"); do
    [[ -d /proc/$pid ]] || break
    sleep 1
done
[[ -d /proc/$pid ]] || echo "the upload ended by itself"
kill -9 "$pid" 2>/dev/null
wait "$pid" 2>/dev/null
killed=$(sent)
# What tells of the day: to be there first, whatever else waits.
small=(system-heartbeat server_settings.py local_settings.py git-commit.log postgres-dump
    gstudio-exported-users-analytics-csvs activity-timestamp-csvs)
python3 - "$store_data" "$began" "$WORK/data" "${small[@]}" >"$WORK/day" <<'PYTHON' || exit
import os, sqlite3, sys
catalog = sqlite3.connect(f"file:{sys.argv[1]}/catalog.sqlite?mode=ro", uri=True)
came = {dataset: received / 1e3 - float(sys.argv[2]) for dataset, received in
        catalog.execute("SELECT dataset, received FROM snapshot ORDER BY number")}
for dataset, after in came.items(): print(f"came {after:6.1f} s {dataset}")
for dataset in sys.argv[4:]:
    if dataset not in came and os.path.exists(f"{sys.argv[3]}/{dataset}"): print(f"missing {dataset}")
PYTHON
cat "$WORK/day"
figure bad-day-missing "$(grep -c ^missing "$WORK/day")"

step "The power comes again, with a better link"
shaped 1gbit 1mb || exit
resumed=$(sent)
upload_all
first=$((killed - before))
in_all=$(($(sent) - resumed + first))
stop "$store_pid"

step "Its twin, with a better link from the beginning"
rm -rf "$WORK/store" "$WORK/school-staging"
mv "$WORK/twin-store" "$WORK/store"
mv "$WORK/fresh-staging" "$WORK/school-staging"
serve_store store $store_host
before=$(sent)
upload_all
needed=$(($(sent) - before))
echo "$first bytes before the kill, $in_all in all, $needed undisturbed (both with the headers of TCP and IP)"
figure bad-day-sent "$(ratio "$in_all" "$needed")"
tell bad-day
