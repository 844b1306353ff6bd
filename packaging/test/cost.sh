# What the service costs while there is nothing to do: over two minutes, the kernel's own counts of all its threads.

# counts SECONDS: nanoseconds of processor time and wakeups of all threads in that time. Looked at each second, since a
# thread that ends takes its counts with it.
counts() {
    inside sh -c "for second in \$(seq 0 $1); do
        for thread in /proc/$(property clix-collectd MainPID)/task/*; do
            echo \${thread##*/} \$(cut -d' ' -f1 \$thread/schedstat) \$(awk '/^voluntary_ctxt/ {print \$2}' \$thread/status)
        done 2>/dev/null
        echo
        [ \$second = $1 ] || sleep 1
    done" | awk 'NF == 0 {later = 1} NF == 3 && !later {time -= $2; wakeups -= $3} NF == 3 {last[$1] = $2; woken[$1] = $3}
        END {for (thread in last) {time += last[thread]; wakeups += woken[thread]; found = 1}
            if (found) printf "%d %d\n", time, wakeups}'
}
quiet() {  # nothing done for ten seconds
    local nanoseconds rest
    read -r nanoseconds rest < <(counts 10)
    ((nanoseconds < 20000000))
}
idle_cost() {
    local seconds=120 process nanoseconds wakeups memory share
    silently systemctl restart clix-collectd
    within 600 quiet
    process=$(property clix-collectd MainPID)
    read -r nanoseconds wakeups < <(counts $seconds)
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
