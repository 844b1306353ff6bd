#!/usr/bin/env bash
# order-code.sh PROGRAM: finds out anew which code of clix-collectd or clix-store runs, for its code-order.txt (Package.swift).
# Each of the school's commands once, on a made-up school, or the store's service meanwhile, under valgrind's callgrind; some
# minutes. The list need not be whole: code that it lacks costs a few pages, and names of the list that the program has no more
# are passed over.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v valgrind >/dev/null || { echo "order-code.sh: valgrind is missing (apt-get install valgrind)" >&2; exit 69; }

program=${1:-}
[[ $program == clix-collectd || $program == clix-store ]] || { echo "usage: order-code.sh clix-collectd|clix-store" >&2; exit 64; }
list=$PWD/Sources/$program/code-order.txt
work=$(mktemp -d "${TMPDIR:-/tmp}/clix-order.XXXXXX")
serve_pid=
finish() {
    [[ -z $serve_pid ]] || { kill "$serve_pid" && wait "$serve_pid"; } || true
    rm -rf "$work"
}
trap finish EXIT

swift build -c release --static-swift-stdlib --product clix-store
swift build -c release --static-swift-stdlib --product clix-collectd
store=$PWD/.build/release/clix-store
collectd=$PWD/.build/release/clix-collectd
# The list is no input that the build knows of; the map tells what lies where.
rm -f ".build/release/$program"
swift build -c release --static-swift-stdlib --product "$program" -Xlinker -Map="$work/map"
# valgrind does not read what Swift says for debuggers.
strip --strip-debug -o "$work/$program" ".build/release/$program"
cp -R .build/release/*.resources "$work/"

callgrind=(valgrind --tool=callgrind --demangle=no --compress-strings=no --compress-pos=no)
# The service ends well before it is killed: callgrind writes what it saw at its end.
serve=("$store") run=("$collectd")
if [[ $program == clix-store ]]; then
    serve=("${callgrind[@]}" --callgrind-out-file="$work/run.serve" "$work/clix-store")
else
    run=("${callgrind[@]}" --callgrind-out-file="$work/run.%p" "$work/clix-collectd")
fi

school=$work/school/home/core
python3 scripts/made_school.py "$work/school" --small
mkdir "$work/staging"
"$store" init "$work/store" --host 127.0.0.1 --listen 127.0.0.1:0 >/dev/null
"${serve[@]}" serve --data "$work/store" >"$work/store.log" 2>&1 &
serve_pid=$!
port=
for _ in $(seq 300); do
    port=$(sed -nE 's/.*ready on .*:([0-9]+).*/\1/p' "$work/store.log")
    [[ -z $port ]] || break
    sleep 0.2
done
[[ -n $port ]] || { echo "order-code.sh: the store was not ready within a minute" >&2; exit 69; }
# Something that is common, so that the store is asked.
"$store" seed "$school/data" --name common --data "$work/store" >/dev/null
cat >"$work/collectd.toml" <<TOML
[store]
url = "https://127.0.0.1:$port"
[source]
data = "$school/data"
code = "$school/code"
assessment_store = "$school/assesment-datastore"
unplatform = "$school/unplatform"
[staging]
directory = "$work/staging"
budget = "2 GiB"
keep_free = "100 MiB"
TOML
code=$("$store" school add mz150 --code 2039150 --name "Govt. Made-up H/S" --data "$work/store" | tail -n 1)

# Of a command that reports something to be seen to, the status is none of ours.
traced() {
    echo "clix-collectd $1"
    timeout -s TERM "${seconds:-600}" "${run[@]}" "$@" >"$work/out" 2>&1 || true
}
config=(--config "$work/collectd.toml")
traced enroll "${config[@]}" --store "https://127.0.0.1:$port" --code "$code"
traced check "${config[@]}"
traced collect "${config[@]}"
traced upload "${config[@]}"
traced upload "${config[@]}"
python3 scripts/made_school.py "$work/school" --small --day 1
traced collect "${config[@]}"
traced upload "${config[@]}"
traced status "${config[@]}"
python3 scripts/made_school.py "$work/school" --small --day 2
seconds=90 traced run "${config[@]}"
"$store" status --data "$work/store" >/dev/null
kill "$serve_pid" && wait "$serve_pid" || true
serve_pid=
compgen -G "$work/run.*" >/dev/null || { tail -n 5 "$work/store.log" >&2; exit 70; }

nm --defined-only "$work/$program" >"$work/symbols"
python3 - "$work" "$program" >"$work/list" <<'PYTHON'
import bisect, collections, glob, re, sys

work, program = sys.argv[1:]
symbols, shared = {}, set()  # name: address
for line in open(f"{work}/symbols"):
    address, kind, name = line.rstrip("\n").split(" ", 2)
    if kind not in "tTwW": continue
    # Every object that has a function of that name would move.
    if symbols.setdefault(name, int(address, 16)) != int(address, 16): shared.add(name)
# The linker moves sections: of most objects one, and one for each function that several objects may have.
sections, isCode = [], False
for line in open(f"{work}/map"):
    fields = line.split(None, 4)
    if len(fields) < 5: continue
    if re.fullmatch(r"\.\w+", fields[4].strip()): isCode = fields[4].strip() == ".text"
    if isCode and ":(.text" in fields[4]: sections.append((int(fields[0], 16), int(fields[2], 16)))
sections.sort()
starts = [start for start, _ in sections]


def section(address):
    index = bisect.bisect_right(starts, address) - 1
    return index if index >= 0 and address < sum(sections[index]) else None


ran, commands = collections.defaultdict(set), collections.Counter()
for run in glob.glob(f"{work}/run.*"):
    here, isOurs = set(), False
    for line in open(run):
        if line.startswith("ob="): isOurs = line.rstrip().endswith(f"/{program}")
        if not isOurs or not line.startswith("fn="): continue
        name = line[3:].strip().split("'")[0]  # a call within a recursion is counted apart, as NAME'2
        index = section(symbols[name]) if name in symbols else None
        if index is not None:
            ran[index].add(name)
            here.add(index)
    commands.update(here)
print(f"# Made by scripts/order-code.sh: what of {program} runs, which the linker puts side by side (Package.swift).")
# What every command runs comes first. A large section of which one function ran once would only tear the others apart.
for index in sorted(ran, key=lambda index: (-commands[index], index)):
    if sections[index][1] > 64 << 10 and len(ran[index]) < 8: continue
    # Two names, in case that one of them is gone in the next version.
    for name in sorted(ran[index] - shared, key=lambda name: (len(name), name))[:2]: print(name)
PYTHON
mv "$work/list" "$list"
rm -f ".build/release/$program"
echo "$(($(wc -l <"$list") - 1)) names in ${list#"$PWD"/}; make release links by them"
