# What the tests of packages and image share: counting, and a systemd in a container.

passed=0 failed=0 skipped=0
work=$(mktemp -d "${TMPDIR:-/tmp}/clix-packages.XXXXXX")
container=
processes=()  # that this test has started, to be ended with it
endings=()    # functions to call at the end, the last first

clean_up() {
    local index process
    for ((index = ${#endings[@]} - 1; index >= 0; index--)); do ${endings[index]}; done
    for process in $container "${processes[@]}"; do
        kill "$process" 2>/dev/null
        wait "$process" 2>/dev/null
    done
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT

# passes WHAT COMMAND...: the command says nothing and ends with 0.
passes() {
    local what=$1 output
    shift
    if output=$("$@" 2>&1) && [[ -z $output ]]; then
        passed=$((passed + 1)); echo "ok: $what"
    else
        failed=$((failed + 1)); echo "NOT OK: $what"; sed 's/^/    /' <<<"$output"
    fi
}

# same EXPECTED FOUND: says what differs.
same() { diff <(printf '%s\n' "$1") <(printf '%s\n' "$2"); }

# figure WHAT: a figure that was measured.
figure() { echo "    $1"; }

skip() { skipped=$((skipped + 1)); echo "SKIPPED: $1"; }

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [[ $failed == 0 ]]
    exit
}

# boot TREE NSPAWN-OPTIONS...: systemd in there, as $container; nothing if none starts here.
boot() {
    local tree=$1
    shift
    systemd-nspawn --quiet --boot --register=no --keep-unit -D "$tree" --machine=clix-packages --console=pipe "$@" \
        >"$work/nspawn.log" 2>&1 </dev/null &
    container=$!
    within 60 booted >"$work/log"
}
booted() { inside systemctl is-system-running | grep -qE 'running|degraded'; }

init() { pgrep -P "$container" | head -n 1; }
inside() { nsenter -t "$(init)" -m -u -i -n -p -C -r -w -- env -i PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@" </dev/null; }
silently() { inside "$@" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }; }
# within SECONDS COMMAND...: until it succeeds, looked at ten times a second.
within() {
    local tries=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        ((tries-- > 0)) || { echo "not within the time: $*"; return 1; }
        sleep 0.1
    done
}
property() { inside systemctl show -P "$2" "$1"; }
is() { [[ $(property "$1" "$2") == "$3" ]]; }
journal() { inside journalctl --no-pager -o cat -u "$1"; }
