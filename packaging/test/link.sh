# The first boots of two enrolled schools over slow links. School and store have a network namespace each, and between
# them lies a pair of virtual cards that let through so many bits a second in each direction. Nothing else is shaped, and
# there is no way to the store until this test makes one.

school_net=clix-school-$$ store_net=clix-store-$$
networks_end() { ip netns del "$school_net" 2>/dev/null; ip netns del "$store_net" 2>/dev/null; }
endings+=(networks_end)

of_school() { ip -n "$school_net" "$@"; }
of_store() { ip -n "$store_net" "$@"; }
shaped() {  # RATE [BURST]: in both directions
    tc -n "$school_net" qdisc replace dev eth0 root tbf rate "$1" burst "${2:-4kb}" latency 1s \
        && tc -n "$store_net" qdisc replace dev schools root tbf rate "$1" burst "${2:-4kb}" latency 1s
}
networks() {
    ip netns add "$school_net" && ip netns add "$store_net" \
        && ip link add eth0 netns "$school_net" type veth peer name schools netns "$store_net" \
        && of_school link set lo up && of_school address add 192.0.2.10/24 dev eth0 && of_school link set eth0 up \
        && of_store link set lo up && of_store address add 198.51.100.1/32 dev lo \
        && of_store address add 192.0.2.1/24 dev schools && of_store link set schools up \
        && shaped 256kbit
}
link_comes() { of_school link set eth0 up && of_school route replace default via 192.0.2.1; }
link_goes() { of_school link set eth0 down; }  # and its routes with it

for needed in systemd-nspawn ip tc; do
    command -v $needed >/dev/null || { skip "first boots over slow links: there is no $needed"; return 0; }
done
networks >"$work/log" 2>&1 || { skip "first boots over slow links: $(tail -n 1 "$work/log")"; return 0; }

link_school=$work/link-school link_store=$work/link-store
mkdir "$link_school"
tar -C "$link_school" -x <"$tar"
mkdir -p "$link_school/packages" "$link_school/var/log/journal"
cp "$school" "$link_school/packages/"
echo school >"$link_school/etc/hostname"
echo 198.51.100.1 store.example.org >>"$link_school/etc/hosts"

clix_store() { "$work/clix-store/usr/bin/clix-store" "$@" --data "$link_store"; }
store_is_there() {
    "$work/clix-store/usr/bin/clix-store" init "$link_store" --host store.example.org || return
    ip netns exec "$store_net" "$work/clix-store/usr/bin/clix-store" serve --data "$link_store" >"$work/link-store.out" 2>&1 &
    processes+=($!)
    within 30 grep -q ready "$work/link-store.out"
}
store_is_there >"$work/log" 2>&1 || { cat "$work/log" "$work/link-store.out"; failed=$((failed + 1)); return 0; }

# The school's machine before its first boot: nothing runs in there, as where a disk is prepared.
prepared() {
    ip netns exec "$school_net" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive unshare --mount --pid --fork --kill-child --mount-proc="$link_school/proc" \
        chroot "$link_school" "$@" </dev/null >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
}
# a_school ID CODE: its data, some MB of media among them, installed and enrolled, and never booted.
a_school() {
    rm -rf "$link_school"/{home/core,var/lib/clix-collect,etc/clix-collect,var/log/journal}
    mkdir -p "$link_school/var/log/journal"
    python3 "$source/scripts/made_school.py" "$link_school" --server-id "$1" --code "$2" --big-mb 4
    prepared dpkg -P clix-collectd && prepared dpkg -i "/packages/${school##*/}"
    sed -i 's/^\[staging\].*/&\nkeep_free = "1 MiB"/' "$link_school/etc/clix-collect/collectd.toml"
    clix_store school add "$1" --code "$2" >"$work/link-code" 2>"$work/log" || cat "$work/log"
    link_comes && shaped 20mbit 64kb
    prepared clix-collectd enroll --store https://store.example.org:8443 --code "$(<"$work/link-code")"
    link_goes && of_school link set eth0 up
}
at_link_store() { compgen -G "$link_store/tree/*/mz/$link_code-$link_id/gstudio/$1" >/dev/null; }
# What tells of the day, each of them small: to be there first, whatever else waits.
small="system-heartbeat/*.log server_settings.py local_settings.py git-commit.log
postgres-dump/pg_dump_all.sql gstudio-exported-users-analytics-csvs/*.csv activity-timestamp-csvs/*.csv"
small_ones_missing() { local name; set -f; for name in $small; do at_link_store "$name" || echo "$name"; done; set +f; }
small_ones_are_home() { [[ -z $(small_ones_missing) ]]; }

waiting_without_a_link() {
    [[ $(property clix-collectd StatusText) == waiting* ]] && journal clix-collectd | grep -q '^media: '
}
# first_boot ID CODE: up to where it can be told whether it does what it should.
first_boot() {
    link_id=$1 link_code=$2
    a_school "$1" "$2" >"$work/prepared" 2>&1
    boot "$link_school" --network-namespace-path="/run/netns/$school_net" >"$work/booted" 2>&1
}
collected() {
    cat "$work/prepared" "$work/booted"
    within 180 waiting_without_a_link || journal clix-collectd
}
said_of() { inside journalctl --no-pager -q -o cat -u clix-collectd MESSAGE_ID="$1"; }
offline=a6335c8a7ff7479b96220426b05b03d3
quiet_without_a_link() {
    sleep 45  # in which it tries again
    same 1 "$(said_of $offline | wc -l)"
    inside journalctl --no-pager -q -o cat -u clix-collectd -p err
    is clix-collectd NRestarts 0 || journal clix-collectd
    ! at_link_store '*' || echo "something is at the store already"
    inside clix-collectd status 2>"$work/log" | head -n 1 | grep -q 'to be sent' || cat "$work/log"
}
# A route to the store, and how long it takes until the last small dataset is committed.
small_ones_come() {  # RATE
    local came
    shaped "$1" && link_comes || return
    came=$(date +%s%N)
    echo "$came" >"$work/came"
    within 120 small_ones_are_home || { small_ones_missing; journal clix-collectd | tail -n 20; }
    echo $((($(date +%s%N) - came) / 1000000)) >"$work/link-$1"
    ! at_link_store 'media/*' || echo "media were sent before them, or so fast that this shows nothing"
}
told() { figure "$1: $(awk '{printf "%.1f", $1 / 1000}' "$work/link-$1") s from the route to the commit of the last small dataset"; }
link_bytes() { of_school -s -j link show eth0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["stats64"]["tx"]["bytes"])'; }
uploading() { [[ $(property clix-collectd StatusText) == *uploading* ]]; }
grows_by() { (($(link_bytes) - $1 > $2)); }  # FROM BYTES
same_media() {
    within 120 at_link_store 'media/*' || journal clix-collectd | tail -n 20
    within 120 eval 'inside clix-collectd status 2>/dev/null | head -n 1 | grep -q "nothing waits to be sent"' \
        || inside clix-collectd status
    within 60 eval '[[ $(property clix-collectd StatusText) == waiting* ]]'  # the service itself knows a moment later
    diff -r "$link_school/home/core/data/media" "$(compgen -G "$link_store/tree/*/mz/$link_code-$link_id/gstudio/media")"
}
switched_off() {
    kill -RTMIN+4 "$(init)"
    wait "$container"
    container=
}

first_boot mz150 2039150
passes "a school that is enrolled, and has no route to the store, collects in its first boot" collected
passes "and says once that it has none" quiet_without_a_link
before=$(link_bytes)
passes "a route comes, 256 kbit/s: the day's small datasets are at the store within two minutes, before the media" \
    small_ones_come 256kbit
told 256kbit

# In the middle of the media: TCP's own patience, or the next attempt, goes on with what is under way.
interrupted() {
    local from
    within 120 uploading || journal clix-collectd | tail -n 5
    from=$(link_bytes)
    within 120 grows_by "$from" 400000 || echo "nothing is on its way"
    link_goes && sleep 12
    ! at_link_store 'media/*' || echo "the media were sent before the link went"
    from=$(link_bytes)
    link_comes && shaped 256kbit
    within 120 grows_by "$from" 400000 || journal clix-collectd | tail -n 20
    shaped 20mbit 64kb
    same_media
    said_of $offline | tail -n +3
}
passes "the link goes for 12 s in the middle of the media and comes again: it goes on, and all arrives" interrupted
figure "sent in all: $((($(link_bytes) - before) / 1000)) kB for $(du -sb --exclude=.git "$link_school/home/core" | awk '{printf "%d", $1 / 1000}') kB at the source"
memory() { inside awk '/^VmHWM:/ {print $2}' "/proc/$(property clix-collectd MainPID)/status"; }
at_most_64_MB() { (($(memory) <= 62500)) || echo "$(memory) KiB"; }
passes "collecting and sending, its memory stays below 64 MB" at_most_64_MB
figure "the most memory that the service took while it collected and sent: $(memory) KiB"
. "$here/test/shown.sh"
switched_off

first_boot mz151 2039151
passes "another school's first boot, without a route" collected
passes "a link of 64 kbit/s that is there for 90 seconds: the day's small datasets are home" small_ones_come 64kbit
told 64kbit
ninety_seconds() {
    sleep $((90 - ($(date +%s%N) - $(<"$work/came")) / 1000000000))
    link_goes
    small_ones_missing
    ! at_link_store 'media/*' || echo "the media are there as well"
    sleep 30
    # Another network gives another address, in which nothing of before goes on.
    of_school address flush dev eth0 scope global
    of_school address add 192.0.2.77/24 dev eth0
    link_comes && shaped 20mbit 64kb
    same_media
    is clix-collectd NRestarts 0 || journal clix-collectd
}
passes "half a minute later another network gives another address: the rest is sent" ninety_seconds
same_at_the_store() { clix_store verify --all >"$work/log" 2>&1 || cat "$work/log"; }
passes "whatever is at the store is whole" same_at_the_store
switched_off
rm -rf --one-file-system "$link_school"
