# Both services under a real systemd, in a container of its own network (systemd-nspawn), from installation to purge.

if ! command -v systemd-nspawn >/dev/null; then
    skip "both services under systemd: there is no systemd-nspawn (apt-get install systemd-container)"
    finish
fi
rm "$tree/usr/sbin/policy-rc.d"
mkdir -p "$tree/var/log/journal"
# The school's data lie on a disk of their own.
data=$work/disk
a_disk() {
    mkdir "$data" && truncate -s 200M "$work/disk.ext4" && mkfs.ext4 -q "$work/disk.ext4" && mount -o loop "$work/disk.ext4" "$data"
}
disk_ends() { umount --lazy "$data" 2>/dev/null; }
endings+=(disk_ends)
a_disk >"$work/log" 2>&1 || skip "a disk behind the data: $(tail -n 1 "$work/log")"
if ! boot "$tree" --private-network --bind="$data:/home/core/data"; then
    skip "both services under systemd: none starts in a container here ($(tail -n 1 "$work/nspawn.log"))"
    finish
fi

# A school's server: its own settings say who it is, and one folder may be read by root alone. The disk may be fuller
# than a school's should be.
mkdir -p "$data/media/a" "$data/gstudio-logs" "$tree/etc/clix-collect"
printf "GSTUDIO_INSTITUTE_ID ='mz150'\nGSTUDIO_INSTITUTE_ID_SECONDARY ='2039150'\nGSTUDIO_INSTITUTE_NAME ='School'\n" \
    >"$data/server_settings.py"
echo picture >"$data/media/a/picture.png"
chmod -R go= "$data/media"
# Its operator was there before: the configuration is not the package's, and stands.
configuration=$tree/etc/clix-collect/collectd.toml
sed 's/^\[staging\].*/&\nkeep_free = "1 MiB"/' "$source/etc/collectd.toml" >"$configuration"
printf '\n[collect.heartbeat]\nafter_boot = "1s"\n\n[collect.media]\nafter_boot = "1s"\n' >>"$configuration"
echo 'DPkg::Options { "--force-confold"; };' >"$tree/etc/apt/apt.conf.d/90test"

# Two networks, one with both kinds of addresses, and Docker's own; and what a host sees of a process in a container: one
# of a user that it does not know, in namespaces of its own.
silently sh -c 'ip link add eth0 type veth peer name eth1 && ip address add 192.0.2.10/24 dev eth0 &&
    ip address add 2001:db8::10/64 dev eth0 nodad && ip address add 203.0.113.7/24 dev eth1 &&
    ip link set eth1 up && ip link set eth0 up &&
    ip link add docker0 type bridge && ip address add 172.17.0.1/16 dev docker0 && ip link set docker0 up'
silently systemd-run --quiet --unit=a-container --property=KillSignal=SIGKILL unshare --mount --pid --net --ipc --uts --fork --kill-child \
    setpriv --reuid 999 --regid 999 --clear-groups bash -c 'exec -a "postgres: checkpointer process" sleep infinity'

passes "the store is installed while systemd runs" silently dpkg -i "/packages/${store##*/}"
passes "and does not start before clix-store init, and that is no fault" \
    same "inactive success" "$(property clix-store ActiveState) $(property clix-store Result)"

a_store() {
    silently clix-store init /var/lib/clix-store --host 127.0.0.1
    echo 'reader_group = "clix-readers"' >>"$tree/var/lib/clix-store/store.toml"
    silently systemctl start clix-store
    within 30 inside curl -fsk https://127.0.0.1:8443/health || journal clix-store
}
passes "a store that root made is served by its own user, with no capability" a_store
port_443() {
    ! inside curl -fsk https://127.0.0.1/health || echo "port 443 was open before"
    silently systemctl stop clix-store && silently systemctl enable --now clix-store-443.socket \
        && silently systemctl start clix-store
    within 30 inside curl -fsk https://127.0.0.1:8443/health || journal clix-store
    inside curl -fsk "https://127.0.0.1/health" >"$work/log" || echo "not on port 443"
    inside curl -fsk "https://[::1]/health" >"$work/log" || echo "not by IPv6"
    silently systemctl stop clix-store
    inside curl -fsk --max-time 30 https://127.0.0.1/health >"$work/log" || echo "a connection does not start the store"
    within 30 is clix-store ActiveState active
}
passes "with clix-store-443.socket it is on port 443 as well" port_443
capabilities() {  # UNIT: effective and ambient ones of its main process
    inside awk '/^Cap(Eff|Amb)/ {printf "%s ", $2}' "/proc/$(property "$1" MainPID)/status"
}
passes "the store has no capability" \
    same "0000000000000000 0000000000000000 " "$(capabilities clix-store)"

school_added() { inside clix-store school add mz150 --code 2039150 >"$work/code" 2>"$work/log" || cat "$work/log"; }
passes "root adds a school through the running store" school_added

. "$here/test/first-hour.sh"

passes "the school's service may read every file, and nothing else" \
    same "0000000000000004 0000000000000004 " "$(capabilities clix-collectd)"

at_the_store() { compgen -G "$tree/var/lib/clix-store/tree/*/mz/2039150-mz150/gstudio/$1"; }
arrived() { within 200 at_the_store "$1" || { journal clix-collectd; journal clix-store; }; }
passes "its heartbeat arrives at the store" arrived 'system-heartbeat/*.log'
passes "and so does what root alone may read" arrived 'media/a/picture.png'

. "$here/test/heartbeat.sh"
newest_heartbeat() { at_the_store 'system-heartbeat/*.log' | tail -n 1; }
heartbeat_is_whole() {
    local text
    heartbeat_equals_host inside "$(newest_heartbeat)" /home/core/data "postgres: checkpointer process"
    text=$(<"$(newest_heartbeat)")
    grep -qE "^message.*dbus-daemon" <<<"$text" || echo "not other users' processes"
    same $'eth0- 192.0.2.10\neth0- 2001:db8::10\neth1- 203.0.113.7' "$(grep -E '^[a-z0-9]+- ' <<<"$text" | sort)"
}
passes "a heartbeat from inside the sandbox shows what the host has" heartbeat_is_whole

readers_only() {
    find "$tree/var/lib/clix-store/tree" -type f ! -gid "$(inside getent group clix-readers | cut -d: -f3)" -print
    find "$tree/var/lib/clix-store/tree" -type f ! -perm -040 -print
}
passes "the tree's readers may read it" readers_only

nothing_of_roots() { find "$tree/var/lib/clix-collect" "$tree/var/lib/clix-store" -user root; }
collected_beside() {
    inside clix-collectd collect heartbeat >"$work/log" 2>&1 || cat "$work/log"
    nothing_of_roots
}
passes "root collects beside the service, and nothing in there changes hands" collected_beside

# In the service's own view of the file system, though as root.
hidden() {
    local process
    process=$(property clix-collectd MainPID)
    inside nsenter -t "$process" -m -- sh -c '
        [ ! -s /etc/shadow ] || echo "/etc/shadow can be read"
        ! (: >/usr/written) 2>/dev/null || echo "/usr can be written to"
        ! (: >/home/core/data/written) 2>/dev/null || echo "sources can be written to"'
}
passes "the sandbox hides passwords and keeps sources read-only" hidden

. "$here/test/endurance.sh"
. "$here/test/cost.sh"
. "$here/test/upgrade.sh"

stopped() {
    silently systemctl stop clix-collectd clix-store
    for unit in clix-collectd clix-store; do
        is "$unit" Result success || { echo "$unit: $(property "$unit" Result)"; journal "$unit" | tail -n 20; }
    done
}
passes "both services stop in order" stopped
refused_calls() { inside journalctl --no-pager -o cat -u clix-collectd -u clix-store | grep -iE 'seccomp|SIGSYS|not permitted|thread priority'; true; }
passes "the sandbox was in the way of nothing" refused_calls

silently systemctl start clix-collectd >/dev/null
passes "a running service is removed and purged" silently dpkg -P clix-collectd clix-store
passes "and nothing of it runs on" same "" "$(inside pgrep -a clix-)"
