# From the version before to this one, with a school that has collected and sent; and back, where the older program does
# not know the state any more. OLDER_PACKAGE names a package of the school's program that was built from an earlier state
# of the sources; without it, it is this program in a package of a lower version, as no version has been released yet.

older() {  # a package of the version before, as $tree/packages/older.deb
    dpkg-deb -R "${OLDER_PACKAGE:-$school}" "$work/older" \
        && sed -i 's/^Version: .*/Version: 0.0.9/' "$work/older/DEBIAN/control" \
        && dpkg-deb --root-owner-group -Znone -b "$work/older" "$tree/packages/older.deb" >/dev/null
}
# An older program does not take the state of a newer one, so it begins on a machine of its own, as the school's second.
of_the_older() {
    older || return
    silently systemctl stop clix-collectd
    inside find /var/lib/clix-collect -mindepth 1 -delete
    silently dpkg --force-confold -i /packages/older.deb
    inside clix-store school code mz150 >"$work/code" 2>"$work/log" || cat "$work/log"
    silently clix-collectd enroll --store https://127.0.0.1:8443 --code "$(<"$work/code")"
    silently systemctl restart clix-collectd
    within 30 is clix-collectd ActiveState active
    comes_through with-the-version-before
}
passes "a machine has the version before, and sends" of_the_older

state() {  # what must stay: the token, and what the store has received
    inside sh -c 'cd /var/lib/clix-collect && find . -name "*token*" -type f -exec sha256sum {} +; stat -c "%U %a" .'
    inside clix-collectd status --json | python3 -c '
import json, sys
for dataset in json.load(sys.stdin)["datasets"]:
    if dataset["dataset"] == "media": print(dataset["receipt"])'
}
upgraded() {
    local before process
    before=$(state) process=$(property clix-collectd MainPID)
    silently dpkg --force-confold -i "/packages/${school##*/}"
    within 30 is clix-collectd ActiveState active
    same "$before" "$(state)"
    [[ $(property clix-collectd MainPID) != "$process" ]] || echo "the version before runs on"
    grep -q '^after_boot' "$configuration" || echo "the configuration is not what it was"
    comes_through with-the-new-version
}
passes "an upgrade from the version before keeps token, state and receipts, and the service goes on with the new program" upgraded

# Of every table, as text.
content() { python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).iterdump(), sep="\n")' "$1" | sha256sum; }
newer_state() {
    local database=/var/lib/clix-collect/state/collectd.sqlite before
    silently systemctl stop clix-collectd
    python3 - "$tree$database" insert <<'PYTHON'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("INSERT INTO grdb_migrations VALUES ('of a version to come')")
PYTHON
    chown --reference="$tree/var/lib/clix-collect" "$tree$database"*
    before=$(content "$tree$database")
    inside clix-collectd status >"$work/log" 2>&1 && echo "status does not mind"
    grep -q "written by a newer version of this program" "$work/log" || cat "$work/log"
    inside systemctl start clix-collectd >/dev/null 2>&1
    within 30 eval 'journal clix-collectd | grep -q "written by a newer version of this program"' || journal clix-collectd | tail -n 5
    silently systemctl stop clix-collectd
    same "$before" "$(content "$tree$database")"
    python3 - "$tree$database" <<'PYTHON'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("DELETE FROM grdb_migrations WHERE identifier = 'of a version to come'")
PYTHON
    chown --reference="$tree/var/lib/clix-collect" "$tree$database"*
    silently systemctl start clix-collectd
    comes_through with-the-right-version
}
passes "an older program refuses a state of a newer one with a sentence, and changes nothing in it" newer_state
