#!/usr/bin/env bash
# compare-with-peers.sh [WORK]: what a school's data costs on the wire, in memory and in CPU, with clix-collect and, in
# the same run on the same files, with restic, borg and rsync.
# Rows of every measurement stay in WORK as rows.tsv.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work_in "${1:-}"

step "The data: school 1 on two days and school 2, scale $scale"
make_tree "$WORK/day0" --school 1 --day 0
make_tree "$WORK/day1" --school 1 --day 1
make_tree "$WORK/school2" --school 2 --day 0

step "clix-collect"
serve_store store1
cp -a "$WORK/day0" "$WORK/live"
grow_old
school_machine school1 "$WORK/live" 17400 mz1 2031001
enrol school1 mz1 2031001
pass "ours initial" school1 school1
pass "ours no-change" school1 school1-quiet
# Once more, through the one that counts connections.
python3 "$tools/peers/dropping_proxy.py" 17400 "$store_port" "$WORK/connections" --every $((1 << 50)) &
proxy_pid=$!
PIDS+=("$proxy_pid")
wait_port 17400 || exit 69  # which is a connection itself
"$collectd" upload --quiet --config "$WORK/school1-quiet.toml" || exit
sleep 0.6
[[ -s $WORK/connections ]] || give_up "no connection was counted"
figure nothing-new-connections $(($(cut -d' ' -f4 "$WORK/connections") - 1))
stop "$proxy_pid"
make_tree "$WORK/live" --school 1 --day 1 --quiet
pass "ours day1" school1 school1-quiet
"$store" verify --all --data "$store_data" >/dev/null && echo "verify --all: clean"
stop "$store_pid"

serve_store store2
"$store" seed "$WORK/day0" --name pristine --data "$store_data" >/dev/null || exit
school_machine school2 "$WORK/school2" 17400 mz2 2031002
enrol school2 mz2 2031002
pass "ours school2" school2 school2
stop "$store_pid"

for peer in restic borg rsync; do
    step "$peer"
    mkdir -p "$WORK/$peer"
    # The scripts talk about their own background processes when those end; that says nothing.
    bash "$tools/peers/run_$peer.sh" "$WORK/$peer" "$WORK/day0" "$WORK/day1" "$WORK/school2" 2>/dev/null
    cat "$WORK/$peer/rows.tsv" >>"$WORK/rows.tsv"
done
tell school
