# Ended in every way, again and again; the state directory stays whole, and what was collected meanwhile arrives.

drop_in=$tree/run/systemd/system/clix-collectd.service.d
with_setting() {  # SETTING...: of the unit, for this test only; without one, what was set is taken back
    inside rm -rf /run/systemd/system/clix-collectd.service.d
    if (($#)); then
        inside mkdir -p /run/systemd/system/clix-collectd.service.d
        printf '[Service]\n'"$(printf '%s\\n' "$@")" >"$work/drop-in"
        nsenter -t "$(init)" -m -r -- sh -c 'cat >/run/systemd/system/clix-collectd.service.d/test.conf' <"$work/drop-in"
    fi
    silently systemctl daemon-reload
}
sound() {
    within 60 is clix-collectd ActiveState active || journal clix-collectd | tail -n 20
    inside clix-collectd status >"$work/log" 2>&1 || cat "$work/log"
    nothing_of_roots
}
comes_through() {  # NAME: what is new in the media reaches the store
    echo "$1" >"$data/media/a/$1"
    inside clix-collectd collect media >"$work/log" 2>&1 || cat "$work/log"
    inside clix-collectd upload >"$work/log" 2>&1 || cat "$work/log"
    [[ $(cat $(at_the_store "media/a/$1") 2>/dev/null) == "$1" ]] || echo "$1 is not at the store"
}

# A kill every half second at the most, while it starts, collects or sends.
killed_again_and_again() {
    local turn
    with_setting RestartSec=100ms
    for turn in {1..25}; do
        within 30 eval '[[ $(property clix-collectd MainPID) != 0 ]]'
        echo "$turn" >"$data/media/a/turn-$turn"
        inside clix-collectd collect media heartbeat >/dev/null 2>&1 &
        sleep "0.$((RANDOM % 5))"
        inside kill -KILL "$(property clix-collectd MainPID)" >/dev/null 2>&1
        wait $!
    done
    with_setting
    sound
    comes_through after-25-kills
    [[ -n $(at_the_store media/a/turn-25) ]] || echo "what was made meanwhile is not at the store"
}
passes "killed 25 times in a row, it loses nothing, and goes on" killed_again_and_again

# SIGTERM at any moment: done within five seconds.
restarted_again_and_again() {
    local turn began took longest=0
    for turn in {1..20}; do
        inside clix-collectd collect media heartbeat >/dev/null 2>&1 &
        sleep "0.$((RANDOM % 10))"
        began=$(date +%s%N)
        silently systemctl stop clix-collectd
        took=$((($(date +%s%N) - began) / 1000000))
        ((took <= longest)) || longest=$took
        is clix-collectd Result success || property clix-collectd Result
        silently systemctl start clix-collectd
        wait $!
    done
    ((longest <= 5000)) || echo "one stop took $longest ms"
    echo "$longest" >"$work/longest"
    sound
    comes_through after-20-restarts
}
passes "stopped and started 20 times in a row at any moment, each stop within five seconds" restarted_again_and_again
figure "the longest stop took $(<"$work/longest") ms"

# As if it stood still: systemd finds out by itself. Five minutes in the unit, some seconds here.
stuck() {
    local restarts
    with_setting WatchdogSec=4s RestartSec=100ms
    silently systemctl restart clix-collectd
    within 30 is clix-collectd ActiveState active
    sleep 10
    restarts=$(property clix-collectd NRestarts)
    [[ $restarts == 0 ]] || echo "one that gets on was ended $restarts times"
    inside kill -STOP "$(property clix-collectd MainPID)"
    within 30 eval '! is clix-collectd NRestarts 0'
    journal clix-collectd | grep -q "Watchdog timeout" || journal clix-collectd | tail -n 20
    with_setting
    silently systemctl restart clix-collectd
    sound
}
passes "one that stands still (SIGSTOP) is found out by the watchdog, and started again" stuck

second_daemon() {
    inside clix-collectd run >"$work/log" 2>&1
    same 75 $?
    grep -q "already" "$work/log" || cat "$work/log"
    is clix-collectd ActiveState active && is clix-collectd NRestarts 0 || journal clix-collectd | tail -n 20
    nothing_of_roots
}
passes "a second daemon ends with 75 and a sentence, and the first goes on" second_daemon

wrong_at_start() {
    echo 'nonsense = 1' >>"$configuration"
    inside systemctl restart clix-collectd >/dev/null 2>&1
    within 30 is clix-collectd ActiveState failed
    same "exit-code 78 0" "$(property clix-collectd Result) $(property clix-collectd ExecMainStatus) $(property clix-collectd NRestarts)"
    journal clix-collectd | tail -n 12 | grep -q nonsense || journal clix-collectd | tail -n 12
    sed -i '$d' "$configuration"
    silently systemctl start clix-collectd
    sound
}
passes "started with a wrong file it ends with 78, says the line, and is not started again and again" wrong_at_start

# The commands of the page, for a proxy that nobody is.
behind_a_proxy() {
    section "Make it known to the store" | grep -v enroll | sed 's|user:password@192.0.2.1:3128|user:made-up-secret@127.0.0.1:9|' \
        >"$work/commands"
    inside sh -ec "$(<"$work/commands")"
    within 30 is clix-collectd ActiveState active
    same "600 root 700" "$(inside stat -c '%a %U' /etc/credstore/clix-collectd.proxy) $(inside stat -c %a /etc/credstore)"
    inside clix-collectd check >"$work/said" 2>&1
    grep -E "^TO DO +store|^warning +store" "$work/said" | grep -q 127.0.0.1 || grep store "$work/said"
    inside clix-collectd upload >>"$work/said" 2>&1 && echo "an upload went past the proxy"
    journal clix-collectd >>"$work/said"
    ! grep -n made-up-secret "$work/said"
    ! tr '\0' '\n' <"/proc/$(pgrep -f '^/usr/bin/clix-collectd run' | head -n 1)/environ" | grep made-up-secret
    inside rm /etc/credstore/clix-collectd.proxy
    silently systemctl restart clix-collectd
    sound
    comes_through without-a-proxy
}
passes "a proxy's password comes from LoadCredential, is used by service and commands, and told by nobody" behind_a_proxy
