# What the service costs while there is nothing to do: over two minutes, the kernel's own counts of all its threads.

threads() {  # FIELD: of /proc/PID/task/*/..., added up
    local process
    process=$(property clix-collectd MainPID)
    case $1 in
        nanoseconds) inside sh -c "cat /proc/$process/task/*/schedstat" | awk '{sum += $1} END {printf "%d\n", sum}' ;;
        wakeups) inside sh -c "cat /proc/$process/task/*/status" | awk '/^voluntary_ctxt/ {sum += $2} END {print sum}' ;;
    esac
}
quiet() {  # nothing done for ten seconds
    local before
    before=$(threads nanoseconds)
    sleep 10
    (($(threads nanoseconds) - before < 20000000))
}
idle_cost() {
    local seconds=120 process nanoseconds wakeups memory share
    silently systemctl restart clix-collectd
    within 600 quiet
    process=$(property clix-collectd MainPID)
    nanoseconds=$(threads nanoseconds) wakeups=$(threads wakeups)
    sleep $seconds
    nanoseconds=$(($(threads nanoseconds) - nanoseconds)) wakeups=$(($(threads wakeups) - wakeups))
    memory=$(inside awk '/^Rss:/ {print $2}' "/proc/$process/smaps_rollup")
    share=$(awk "BEGIN {printf \"%.4f\", $nanoseconds / $seconds / 1e7}")
    echo "idle for $seconds s: $share % of one core, $wakeups wakeups, $memory KiB of memory" >"$work/cost"
    ((nanoseconds <= seconds * 1000000)) || echo "CPU above 0.1 % of one core"
    ((wakeups <= seconds / 10)) || echo "woken more often than every 10 s"
    ((memory * 1024 <= 40000000)) || echo "more than 40 MB of memory"
    same "$process" "$(property clix-collectd MainPID)"
}
passes "with nothing to do it takes 0.1 % of a core, 40 MB, and a wakeup in 10 s at the most" idle_cost
figure "$(<"$work/cost")"
figure "installed: $(($(dpkg-deb -f "$school" Installed-Size) * 1024 / 1000000)) MB (at most 80), the store $(($(dpkg-deb -f "$store" Installed-Size) * 1024 / 1000000)) MB"
