#!/usr/bin/env bash
# test.sh: holds the packages in dist/ against what they promise: contents, lintian, units, manual pages; installed,
# removed and purged in a Debian tree; and both services under a real systemd in a container (systemd-nspawn).
# What cannot be tried here (no root, no debootstrap) is said and counted, not passed over.
set -uo pipefail
cd "$(dirname "$0")" || exit
source=$(cd .. && pwd)
here=$source/packaging
passed=0 failed=0 skipped=0
work=$(mktemp -d "${TMPDIR:-/tmp}/clix-packages.XXXXXX")
container=

clean_up() {
    if [[ -n $container ]]; then
        kill "$container" 2>/dev/null
        wait "$container" 2>/dev/null
    fi
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

skip() { skipped=$((skipped + 1)); echo "SKIPPED: $1"; }

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [[ $failed == 0 ]]
    exit
}

. "$here/test/contents.sh"
. "$here/test/manuals.sh"
. "$here/test/installed.sh"
. "$here/test/running.sh"
finish
