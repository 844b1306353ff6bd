# What README shows of systemctl and journalctl, held against what they show at the school of link.sh after its first boot.

# What differs from boot to boot and from machine to machine: times, hosts, process ids, sizes, and what the kernel counts.
without_the_accidental() {
    sed -E 's/[A-Z][a-z]{2} [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} [A-Z]+; .* ago/TIME; AGO/
        s/^[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [^ ]+ /TIME HOST /
        s/\[[0-9]+\]:/[PID]:/; s/(Main PID: )[0-9]+/\1PID/
        s/[0-9]+(\.[0-9])? (bytes?|kB|MB)/SIZE/g; s/ 20[0-9]{2}: / YEAR: /; s/ after [0-9]+ ms/ after MS/; s/(waiting; )[a-z._-]+ in [^";]+/\1JOB in A_WHILE/
        /^ +((Tasks|Memory|CPU|CGroup): |[├└]─)/d; s/ +$//'
}
# readme_block N: the Nth block of code in its section.
readme_block() {
    awk -v wanted="$1" '/^##/ {here = ($0 ~ /What systemd shows/)} here && /^```/ {number++; next} here && number == 2 * wanted - 1' \
        "$source/README.md" | without_the_accidental
}
in_utf8() { inside env LC_ALL=C.UTF-8 "$@" 2>"$work/log" | without_the_accidental; }

status_as_shown() { same "$(readme_block 1)" "$(in_utf8 systemctl --no-pager --full status clix-collectd)"; }
passes "README shows of systemctl status what it shows" status_as_shown

# Each entry of README's, a line with what the catalog says below it, is there as a whole.
entries_as_shown() {
    readme_block 2 >"$work/shown"
    in_utf8 journalctl --no-pager -u clix-collectd -x >"$work/said"
    python3 - "$work/shown" "$work/said" <<'PYTHON'
import re, sys
shown, said = (re.split(r"\n(?=TIME HOST )", open(path).read().strip()) for path in sys.argv[1:])
if len(shown) < 2: print("README shows no entries")
for entry in shown:
    if entry.strip() not in [other.strip() for other in said]: print("journalctl -x does not show:", entry, sep="\n")
PYTHON
}
passes "README shows of journalctl -x what it shows" entries_as_shown
