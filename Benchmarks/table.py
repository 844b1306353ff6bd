#!/usr/bin/env python3
"""table.py ROWS: the measurements of compare-with-peers.sh as one table, with what has to be reached.

A row: label, bytes up, bytes down, wall s, user s, system s, largest resident set in KiB, bytes at the server, exit status.
"""
import sys

PEERS = ("restic", "borg", "rsync")


def read(path):
    rows = []
    for line in open(path):
        fields = line.rstrip("\n").split("\t")
        if len(fields) < 9: continue
        number = lambda text: float(text) if text.replace(".", "", 1).isdigit() else 0.0
        rows.append((fields[0], *map(number, fields[1:])))
    return rows


def main():
    rows = read(sys.argv[1])

    def find(who, *words):
        """The first row of this program whose label has all the words; None where it was not measured."""
        return next((r for r in rows if r[0].startswith(who) and all(w in r[0] for w in words)), None)

    def ours(step, value): return [value(r) for r in (find("ours", step, "collect"), find("ours", step, "upload")) if r]
    def peers(step, value): return [value(r) if (r := find(peer, step)) else None for peer in PEERS]

    up = lambda r: r[1]
    both = lambda r: r[1] + r[2]
    cpu = lambda r: r[4] + r[5]
    memory = lambda r: r[6] * 1024 / 1e6
    shared = "school2"
    lines = [
        ("first upload, MB up", 162.0, sum(ours("initial", up)) / 1e6, [v and v / 1e6 for v in peers("initial", up)]),
        ("nothing new, KB both ways", 5.0, sum(ours("no-change", both)) / 1e3, [v and v / 1e3 for v in peers("no-change", both)]),
        ("a school day later, MB both ways", 1.40, sum(ours("day1", both)) / 1e6, [v and v / 1e6 for v in peers("day1", both)]),
        ("common factory content, MB both ways", 20.0, sum(ours(shared, both)) / 1e6, [v and v / 1e6 for v in peers(shared, both)]),
        ("memory, first time, MB", 48.0, max(ours("initial", memory), default=0), peers("initial", memory)),
        ("memory, common factory content, MB", 48.0, max(ours(shared, memory), default=0), peers(shared, memory)),
        ("memory, a school day later, MB", 48.0, max(ours("day1", memory), default=0), peers("day1", memory)),
        ("memory, nothing new, MB", 48.0, max(ours("no-change", memory), default=0), peers("no-change", memory)),
        ("CPU, first time, s", 4.0, sum(ours("initial", cpu)), peers("initial", cpu)),
        ("CPU, a school day later, s", None, sum(ours("day1", cpu)), peers("day1", cpu)),
        ("CPU, nothing new, s", 0.4, sum(ours("no-change", cpu)), peers("no-change", cpu)),
    ]
    print(f"{'quantity':38} {'at most':>9} {'ours':>9}      {''.join(f'{p:>10}' for p in PEERS)}")
    missed = 0
    for name, target, value, others in lines:
        verdict = "" if target is None else "hit" if value <= target else "MISS"
        missed += verdict == "MISS"
        wanted = "" if target is None else f"{target:.2f}"
        print(f"{name:38} {wanted:>9} {value:>9.2f} {verdict:4} {''.join(f'{v:10.2f}' if v is not None else '         -' for v in others)}")
    print("ours: collect and upload together, TLS and HTTP included; peers without TLS. MB = 10^6 bytes.")
    failed = [r[0] for r in rows if r[8] not in (0, 1)]
    if failed: print("did not end well: " + ", ".join(failed))
    print(f"{missed} missed" if missed else "every target is reached")


main()
