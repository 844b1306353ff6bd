#!/usr/bin/env bash
# many-schools.sh [WORK]: 200 schools that send at once, and the most memory that their store takes; and what one more
# school, whose factory content is common, learns from the store before the first byte of its content goes up: with none
# beside it and with those 200, which tells what 700 would make of it. SCHOOLS=N: another number.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work_in "${1:-}"
schools=${SCHOOLS:-200}

step "The data: two schools, scale $scale"
make_tree "$WORK/pristine" --school 1 --day 0
make_tree "$WORK/another" --school 2 --day 0
grow_old

# learn NAME ID CODE: sets learnt, KB of answers, headers included, before the first frame. Between the two stands one that
# has the store's key and so can read along.
learn() {
    local pid first wire=$WORK/wire-$1
    school_machine "$1" "$WORK/another" 17401 "$2" "$3"
    enrol "$1" "$2" "$3"
    "$collectd" collect --quiet --config "$WORK/$1.toml" || exit
    socat -v "OPENSSL-LISTEN:17401,bind=127.0.0.1,reuseaddr,fork,verify=0,cert=$store_data/tls/server.pem,key=$store_data/tls/server.key" \
        "OPENSSL:127.0.0.1:$store_port,verify=0" 2>"$wire" &
    pid=$!
    PIDS+=("$pid")
    wait_port 17401 || exit 69
    "$collectd" upload --quiet --config "$WORK/$1.toml" || exit
    stop "$pid"
    first=$(grep -a -n -m 1 'PATCH /v1/frames/' "$wire" | cut -d: -f1)
    [[ -n $first ]] || give_up "no frame was seen"
    # What goes up stands after '> date length=…', what comes down after '< date length=…', on a line of its own or not.
    learnt=$(head -n "$first" "$wire" | LC_ALL=C grep -aoE '< 20[0-9]{2}/[0-9/]+ [0-9:.]+  length=[0-9]+ from=' \
        | awk -F'[= ]' '{bytes += $(NF - 2)} END {printf "%.3f", bytes / 1e3}')
}

step "One more school, of none"
serve_store store
"$store" seed "$WORK/pristine" --name pristine --data "$store_data" >/dev/null || exit
learn alone mz1 2031001
alone=$learnt
echo "learnt: $alone KB"
# What seeding took is not what the schools take.
echo "the most memory that the store took: $(store_memory) MB"
stop "$store_pid"
serve_store store

step "$schools schools, enrolled and collected"
for number in $(seq 1 "$schools"); do
    name=school$number
    mkdir -p "$WORK/data$number"/{media,rcs-repo}
    openssl rand -out "$WORK/data$number/media/lesson.mp4" 3000000
    for file in 1 2 3 4 5; do openssl rand -base64 3000 >"$WORK/data$number/rcs-repo/$file.json,v"; done
    school_machine "$name" "$WORK/data$number" "$store_port" "mz$((1000 + number))" "$((2032000 + number))"
    enrol "$name" "mz$((1000 + number))" "$((2032000 + number))"
    # So that each of them is still at it when the last begins.
    printf '[upload]\nrate = "64 KiB/s"\n' >>"$WORK/$name.toml"
    "$collectd" collect --quiet --config "$WORK/$name.toml" || exit
done

enrolling=$(store_memory)

step "They send"
senders=()
for number in $(seq 1 "$schools"); do
    "$collectd" upload --quiet --config "$WORK/school$number.toml" >"$WORK/upload$number.log" 2>&1 &
    senders+=($!)
done
PIDS+=("${senders[@]}")
most=0
for _ in $(seq 600); do
    open=$(find "/proc/$store_pid/fd" -lname 'socket:*' 2>/dev/null | wc -l)
    ((open <= most)) || most=$open
    running=0
    for pid in "${senders[@]}"; do [[ ! -d /proc/$pid ]] || running=$((running + 1)); done
    ((running > 0)) || break
    sleep 1
done
failed=0
for pid in "${senders[@]}"; do wait "$pid" || failed=$((failed + 1)); done
echo "at most $most sockets open at the store; $failed schools did not get through in one run"
((failed == 0)) || { cat "$WORK"/upload*.log | sort | uniq -c | sort -rn | head -n 5; give_up "not all schools got through"; }
echo "the most memory that the store took, enrolling them: $enrolling MB"
figure store-memory-schools "$(store_memory)"

step "One more school, of $schools"
learn among mz2 2031002
echo "learnt: $learnt KB, $alone KB when it was the only one"
figure learnt "$learnt"
figure learnt-grows "$(awk -v a="$alone" -v b="$learnt" 'BEGIN {printf "%.3f", b - a}')"
tell school store
