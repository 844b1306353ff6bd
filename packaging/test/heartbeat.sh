# What a heartbeat has, held against what the host itself shows.

# heartbeat_equals_host HOST FILE FOLDER PATTERN: memory, the disk behind FOLDER, root's process 1, a process of the
# platform's container that PATTERN names, and every real interface's address, as the command HOST finds them now
# (`inside`; `env` for this machine).
heartbeat_equals_host() {
    local host=$1 text line
    text=$(<"$2")
    has() { grep -qE -- "$1" <<<"$text" || echo "not $2: $1"; }
    has "^Mem: +$($host free -h | awk '/^Mem:/ {print $2}') " "the host's memory"
    has "^$($host df --output=source,size -h "$3" | awk 'NR == 2 {print $1 " +" $2}') " "the disk behind the data"
    has "^root +1 .*$($host ps -p 1 -o comm=)" "root's process 1"
    $host ps -eo pid=,args= | grep -qE -- "$4" || echo "the host shows no such process: $4"
    has "^[^ ]+ +[0-9]+ .*$4" "a process of the container"
    $host ip -o address show | awk '$2 !~ /^(lo|docker|veth|br-)/ && $4 !~ /^fe80:/ {split($4, a, "/"); print $2 "- " a[1]}' \
        >"$work/addresses"
    [[ -s $work/addresses ]] || echo "the host has no address"
    while read -r line; do has "^$line\$" "an interface's address"; done <"$work/addresses"
}
