# docs/first-hour.md, whose own commands are typed at the school in their order. The store runs already.

page=$source/docs/first-hour.md
# The commands of a section, one a line, for this test's store; what a page for people leaves open is filled in.
section() {
    awk -v title="## $1" '/^## / {here = ($0 == title)} /^```/ {code = !code; next} here && code' "$page" \
        | sed "s|https://store.example.org:8443|https://127.0.0.1:8443|; s|syncthing@USER|syncthing@core|; s|mz150|mz150|"
}
# typed SECTION [PATTERN]: each command of it (that has PATTERN in it) ends with 0; what they say goes to $work/said.
typed() {
    local line
    : >"$work/said"
    section "$1" | grep -E -- "${2:-.}" >"$work/commands"
    [[ -s $work/commands ]] || echo "the page has no such commands"
    while read -r line; do
        inside env -C /packages EDITOR=/packages/editor DEBIAN_FRONTEND=noninteractive sh -c "$line" >>"$work/said" 2>"$work/log" 8>&- </dev/null \
            || { echo "$line"; cat "$work/log"; tail -n 5 "$work/said"; }
    done <"$work/commands"
}
said() { grep -qE -- "$1" "$work/said" || { echo "not said: $1"; cat "$work/said"; }; }

# As a school has them: Docker's group, the copies of before (a line of root's, and Syncthing, which here only sleeps).
silently groupadd --system --force docker
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' \
    >"$tree/etc/systemd/system/syncthing@.service"
printf '10 2 * * * rsync -a /home/core/data school@192.0.2.9:\n30 * * * * /home/core/heartbeat.sh\n' >"$work/crontab"
before_it() {
    silently useradd --no-create-home core && silently systemctl daemon-reload && silently systemctl enable --now syncthing@core
    nsenter -t "$(init)" -m -u -i -n -p -r -w -- crontab - <"$work/crontab"
}
# A person with an editor, who takes the line out some seconds later.
printf '#!/bin/sh\nsed /rsync/d "$1" >/packages/edited && cat /packages/edited >"$1" && touch -d "+5 seconds" "$1"\n' >"$tree/packages/editor"
chmod 755 "$tree/packages/editor"
passes "at the school, something copied the data before" before_it

passes "first hour, install: the page's own command" typed Install
not_enrolled() { is clix-collectd ActiveState active && is clix-collectd NRestarts 0 || journal clix-collectd; }
passes "the service runs from here on, though it is not enrolled" not_enrolled
passes "first hour, Docker: the drop-in is accepted" typed "Let it use Docker"
passes "and the service has the group, the user has not" same "docker clix-collect" \
    "$(property clix-collectd SupplementaryGroups) $(inside id -Gn clix-collect)"

# The code is asked for on a terminal.
enrolled() {
    local line typing
    line=$(section "Make it known to the store" | grep enroll)
    mkfifo "$work/keyboard"
    nsenter -t "$(init)" -m -u -i -n -p -C -r -w -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
        script -qec "${line%%#*}" /dev/null <"$work/keyboard" >"$work/log" 2>&1 &
    typing=$!
    exec 7>"$work/keyboard"
    within 60 grep -q "not shown" "$work/log"
    cat "$work/code" >&7
    wait "$typing" || cat "$work/log"
    exec 7>&-
    ! grep -qF "$(<"$work/code")" "$work/log" || echo "the code is shown"
}
passes "first hour, enroll: the code is asked for, and not shown" enrolled

looked() {
    typed "See that it is right" "systemctl status" && said "active \(running\)" && said "Status: "
    typed "See that it is right" "^journalctl" && said "."
    typed "See that it is right" "clix-collectd status" && said "^mz150"
}
passes "first hour, look: systemctl status, journalctl -u and status answer" looked
# Without an engine in this tree, check has that to do, and nothing else.
checked() {
    inside clix-collectd check >"$work/said" 2>&1
    said "^ok +configuration" && said "^ok +school: mz150" && said "^ok +store"
    grep -E "^TO DO" "$work/said" | grep -vE "container|source (db|postgres-dump)|staging"
    true
}
passes "first hour, check: configuration, school and store are right" checked

reloaded_with() {  # LINE EXPECTED: of what the journal says after the page's reload
    local cursor
    cursor=$(inside journalctl --show-cursor -n 0 -u clix-collectd | sed -n 's/^-- cursor: //p')
    echo "$1" >>"$configuration"
    typed "See that it is right" "systemctl reload"
    told() { inside journalctl --no-pager -o cat -u clix-collectd --after-cursor "$cursor" | grep -qE "$2"; }
    within 20 told told "$2" || journal clix-collectd | tail -n 5
    is clix-collectd ActiveState active && is clix-collectd NRestarts 0 || echo "it was started again"
}
passes "first hour, edit and reload: the right file is in force" reloaded_with '# edited' 'configuration'
passes "a wrong one is refused with its line, and the service goes on" reloaded_with 'nonsense = 1' 'nonsense'
sed -i '$d' "$configuration"
passes "and back" reloaded_with '# edited again' 'configuration'

safe() { inside clix-collectd status 2>/dev/null | head -n 1 | grep -qE '^mz150; .*nothing waits to be sent: safe to switch off'; }
passes "first hour, switching off: status says in its first line that it is safe" within 200 safe
figure "$(inside clix-collectd status | head -n 1)"

retired() {
    typed "What was there before"
    same "30 * * * * /home/core/heartbeat.sh" "$(inside crontab -l)"
    same "inactive disabled" "$(inside systemctl is-active syncthing@core) $(inside systemctl is-enabled syncthing@core)"
}
passes "first hour, what was there before: the old copy and Syncthing are gone, the platform's cron stays" retired
