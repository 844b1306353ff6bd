# The image beside gstudio. The host is $host for its files and its systemd; processes, memory and network are this
# machine's, on which the engine runs.

configuration=$host/etc/clix-collect/collectd.toml
mkdir -p "$host/etc/clix-collect"
sed 's/^\[staging\].*/&\nkeep_free = "1 MiB"/' "$source/etc/collectd.toml" >"$configuration"
printf '\n[collect.heartbeat]\nafter_boot = "1s"\n' >>"$configuration"
tar -C "$host/root" -xz <"$archive"
echo ALLOW_DOCKER=yes >"$host/etc/default/clix-collectd"
installed() { silently sh -c 'sh /root/clix-collectd-container_*/install.sh'; }

store_runs() {
    dpkg-deb -x "$store" "$work/clix-store"
    "$work/clix-store/usr/bin/clix-store" init "$work/data" --host 127.0.0.1 --listen 127.0.0.1:0 || return
    "$work/clix-store/usr/bin/clix-store" serve --data "$work/data" >"$work/store.out" 2>"$work/store.log" 8>&- &
    processes+=($!)
    within 30 grep -q ready "$work/store.out" || cat "$work/store.log"
}
store_runs >"$work/log" 2>&1 || { cat "$work/log"; failed=1; finish; }
address=$(grep -oE 'https://[0-9.:]+' "$work/store.out")
identity=$(sed -nE "s/^GSTUDIO_INSTITUTE_ID *= *'([^']*)'.*/\1/p" "$core/data/server_settings.py")
code=$(sed -nE "s/^GSTUDIO_INSTITUTE_ID_SECONDARY *= *'([^']*)'.*/\1/p" "$core/data/server_settings.py")
"$work/clix-store/usr/bin/clix-store" school add "$identity" --code "$code" --data "$work/data" >"$work/code" 2>"$work/log" \
    || { cat "$work/log"; failed=1; finish; }

passes "install.sh loads the image and starts the unit" installed
passes "and the unit runs it" within 30 is clix-collectd ActiveState active
container_runs() { [[ $(engine_docker inspect --format '{{.State.Running}}' clix-collectd) == true ]]; }
passes "in a container beside gstudio" within 30 container_runs
passes "enroll, typed on the host, is carried out in there" \
    silently clix-collectd enroll --store "$address" --code "$(<"$work/code")"

at_the_store() { compgen -G "$work/data/tree/*/*/*-$identity/gstudio/$1"; }
arrived() { within "$1" at_the_store "$2" || { journal clix-collectd | tail -n 40; tail -n 5 "$work/store.log"; }; }
passes "its heartbeat arrives at the store" arrived 120 'system-heartbeat/*.log'
heard() { inside journalctl --no-pager -o cat -u clix-collectd -p "$1" | grep -q .; }
passes "journalctl -u has its messages, and knows which are warnings" heard notice
passes "systemctl status shows it" same active "$(inside systemctl is-active clix-collectd)"

process() { engine_docker inspect --format '{{.State.Pid}}' clix-collectd; }
rights() { awk '/^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):/ {print $1 $2}' "/proc/$(process)/status"; }
passes "it has the staging directory's user, one capability, and can get no more" same \
    "Uid:$(stat -c %u "$host/var/lib/clix-collect") CapEff:0000000000000004 CapBnd:0000000000000004 NoNewPrivs:1 Seccomp:2" \
    "$(rights | xargs)"

# What the container is given of the host, as the container sees it.
nothing_to_write() {
    engine_docker exec clix-collectd sh -c '
        for folder in /home/core/data /etc/clix-collect /usr; do
            ! (: >$folder/written) 2>/dev/null || echo "$folder can be written to"
        done'
}
passes "the host's paths, and its own, are read-only but for the staging directory" nothing_to_write

. "$here/test/heartbeat.sh"
heartbeat_is_whole() {
    local newest
    newest=$(at_the_store 'system-heartbeat/*.log' | xargs ls -t | head -n 1)  # the platform's own are older
    heartbeat_equals_host env "$newest" "$core" 'postgres.*checkpointer'
}
passes "its heartbeat shows what the host has, and what runs in gstudio" heartbeat_is_whole

everything_collected() {
    inside clix-collectd collect >"$work/log" 2>&1 || cat "$work/log"
    inside clix-collectd upload >"$work/log" 2>&1 || cat "$work/log"
    for dataset in db postgres-dump media nginx-logs git-commit.log; do
        at_the_store "$dataset" >/dev/null || echo "$dataset is not at the store"
    done
}
passes "every dataset of the school is collected, the dumps in gstudio too, and received" everything_collected
roots() { find "$host/var/lib/clix-collect" -user root; }
passes "and nothing in the staging directory is root's" roots
passes "check, typed on the host, finds nothing wrong" silently clix-collectd check

reloaded() {
    silently systemctl reload clix-collectd && within 20 told 'configuration'
    is clix-collectd NRestarts 0 || echo "it was started again"
}
told() { journal clix-collectd | grep -qi "$1"; }
passes "systemctl reload has it read its configuration again" reloaded

killed() {
    engine_docker kill --signal KILL clix-collectd >/dev/null
    within 90 is clix-collectd NRestarts 1 && within 30 container_runs || journal clix-collectd | tail -n 20
}
passes "killed, it is back half a minute later" killed

# Every call that Linux has got since 4.15, on the machines that the image is for: not there.
newer="io_pgetevents rseq pidfd_send_signal io_uring_setup io_uring_enter io_uring_register open_tree move_mount fsopen fsconfig
fsmount fspick pidfd_open clone3 close_range openat2 pidfd_getfd faccessat2 process_madvise epoll_pwait2 mount_setattr
quotactl_fd landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret process_mrelease futex_waitv
set_mempolicy_home_node cachestat fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount
lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat"
as_on_4_15() {
    local profile=$host/usr/local/lib/clix-collect/seccomp.json
    python3 - "$profile" "$@" $newer <<'PROFILE' || return
import json, sys
profile = json.load(open(sys.argv[1]))
for rule in profile["syscalls"]:
    rule["names"] = [name for name in rule["names"] if name not in sys.argv[2:]]
profile["syscalls"].append({"names": sys.argv[2:], "action": "SCMP_ACT_ERRNO", "errnoRet": 38})
json.dump(profile, open(sys.argv[1], "w"))
PROFILE
    silently systemctl restart clix-collectd
    within 60 container_runs
    within 60 silently clix-collectd status
    echo "a line more" >>"$core/data/gstudio-logs/more.log"
    everything_collected
    at_the_store gstudio-logs/more.log >/dev/null || echo "what was new is not at the store"
    roots
}
passes "all the same where the kernel has no call that is newer than 4.15" as_on_4_15
passes "and where it has neither statx nor copy_file_range, which are younger than what the C library needs" \
    as_on_4_15 statx copy_file_range

stopped() {
    silently systemctl stop clix-collectd
    is clix-collectd Result success || { property clix-collectd Result; journal clix-collectd | tail -n 20; }
    ! container_runs 2>/dev/null || echo "the container runs on"
}
passes "systemctl stop ends it in order" stopped
