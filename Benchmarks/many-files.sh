#!/usr/bin/env bash
# many-files.sh [WORK]: the most memory that the school's program takes, whatever there is to send: 200,000 files, first
# and with 999 of them changed, the same with long names (a manifest of 30 MB), and one file of 2 GB. Beside it the store's.
# FILES=N: another number.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
work_in "${1:-}"
files=${FILES:-200000}

# case_of NAME NUMBER: a store and a school whose data are in WORK/NAME.
case_of() {
    serve_store "store-$1"
    school_machine "$1" "$WORK/$1" 17400 "mz$2" "203100$2"
    enrol "$1" "mz$2" "203100$2"
}
memory_of() { awk -F'\t' -v label="ours $1 " 'index($1, label) == 1 && $7 > most {most = $7} END {printf "%.1f", most * 1024 / 1e6}' "$WORK/rows.tsv"; }
# measured NAME NUMBER: first, and where WORK/NAME has a changed_NAME, once more after it.
measured() {
    grow_old
    case_of "$1" "$2"
    pass "ours $1 first" "$1" "$1"
    figure "memory-$1" "$(memory_of "$1 first")"
    if declare -F "changed_$1" >/dev/null; then
        "changed_$1"
        pass "ours $1 changed" "$1" "$1-quiet"
        figure "memory-$1-changed" "$(memory_of "$1 changed")"
    fi
    figure "store-memory-$1" "$(store_memory)"
    stop "$store_pid"
    rm -rf "${WORK:?}/$1" "$WORK/$1-staging" "$WORK/store-$1"
}
change_999() { find "$1" -type f | LC_ALL=C sort | awk 'NR % 200 == 0' | head -n 999 | while IFS= read -r file; do echo changed >>"$file"; done; }

step "$files files"
python3 "$tools/peers/tiny_files.py" "$WORK/many/rcs-repo" "$files" || exit
changed_many() { change_999 "$WORK/many"; }
measured many 1

# An entry takes 62 bytes and its path in the manifest.
step "$files files with names so long that the manifest takes 30 MB"
python3 "$tools/peers/tiny_files.py" "$WORK/long/rcs-repo/$(printf 'a-long-name-%.0s' {1..5})" "$files" 2 40 || exit
echo "manifest: $(cd "$WORK/long/rcs-repo" && find . -type f -printf '%P\n' | awk '{bytes += 62 + length($0)} END {print bytes + 14}') bytes"
changed_long() { change_999 "$WORK/long"; }
measured long 2

step "A file of 2 GB"
mkdir -p "$WORK/big/media"
# Nothing to be compressed, and made as fast as the disk takes it.
head -c 2G /dev/zero | openssl enc -aes-128-ctr -pass pass:clix -nosalt -pbkdf2 >"$WORK/big/media/film.mp4" || exit
measured big 3
tell school store
