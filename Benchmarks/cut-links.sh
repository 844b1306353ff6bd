#!/usr/bin/env bash
# cut-links.sh [WORK]: a school's first upload over a link that breaks each time so many bytes went up, as the peers were
# measured by ../shared/tools/peers/resume.py: 10 MB/s, each break refuses for 0.2 s, and what ended is started again.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work_in "${1:-}"

collected_school 17400
stop "$store_pid"
# Each case begins with these two.
mv "$WORK/store" "$WORK/fresh-store"
mv "$WORK/school-staging" "$WORK/fresh-staging"

# over_link EVERY SECONDS: sets sent, drops, starts; or says that it did not arrive within so many seconds.
over_link() {
    local end proxy_pid arrived=no
    rm -rf "$WORK/store" "$WORK/school-staging"
    cp -a "$WORK/fresh-store" "$WORK/store"
    cp -a "$WORK/fresh-staging" "$WORK/school-staging"
    serve_store store
    python3 "$tools/peers/dropping_proxy.py" 17400 "$store_port" "$WORK/count" --every "$1" --rate 10000000 &
    proxy_pid=$!
    PIDS+=("$proxy_pid")
    wait_port 17400 || exit 69
    starts=0 end=$((SECONDS + $2))
    while ((SECONDS < end)); do
        starts=$((starts + 1))
        timeout "$2" "$collectd" upload --quiet --config "$WORK/school.toml" >>"$WORK/upload.log" 2>&1 && { arrived=yes; break; }
        sleep 0.3
    done
    sleep 0.6
    read -r sent _ drops _ <"$WORK/count"
    stop "$proxy_pid"
    stop "$store_pid"
    [[ $arrived == yes ]] || { tail -n 3 "$WORK/upload.log"; return 1; }
}

step "Undisturbed"
over_link $((1 << 50)) 120 || give_up "it did not arrive"
needed=$sent
echo "needed: $needed bytes up"

# cut KEY EVERY SECONDS
cut_link() {
    if over_link "$2" "$3"; then
        echo "every $2 bytes: $sent up, $drops breaks, started $starts times"
        figure "$1" "$(ratio "$sent" "$needed")"
    else
        echo "every $2 bytes: not there after $3 s: $sent up, $drops breaks, started $starts times"
        figure "$1" inf
    fi
}
step "Cut"
cut_link cut-20MB 20000000 150
cut_link cut-5MB 5000000 150
cut_link cut-1MB 1000000 300
cut_link cut-300KB 300000 900
tell school bad-day
