#!/usr/bin/env python3
"""table.py RESULTS [SECTION...]: what was measured as one table, beside what has to be reached and the peers. Ends with 1
where something was missed or not measured, after all is printed. SECTION: school, store, bad-day; all of them by default.
In a single benchmark's table, rows that it does not measure are left out.

RESULTS/figures.tsv: key, figure. RESULTS/rows.tsv, of what ran through a proxy: label, bytes up, bytes down, wall s, user s,
system s, largest resident set in KiB, bytes at the server, exit status.
"""
import math, os, sys

PEERS = ("restic", "borg", "rsync")
# What an earlier run with the peers gave, where theirs takes too long (../shared/performance/peers.md).
CUT_20MB = ("> 5.9", "> 2.7", "1.01")
CUT_5MB = ("not done", "not done", "1.02")
MANY_FILES = ("210", "173", "11")
LEARNT = ("313000", "700000", "none")
# restic's first upload on the machine that the targets' seconds of CPU are of.
RESTIC_CPU = 2.7

# Section, key, what it is, at most, decimals, the peers of an earlier run.
TARGETS = [
    ("school", "initial", "first upload, MB up", 160.5, 1, None),
    ("school", "no-change", "nothing new, KB both ways", 5, 1, None),
    ("school", "nothing-new-connections", "nothing new, connections", 1, 0, None),
    ("school", "day1", "one school day later, MB both ways", 1.40, 2, None),
    ("school", "school2", "factory content common, MB both ways", 18.5, 1, None),
    ("school", "cut-20MB", "sent / needed, link cut every 20 MB", 1.01, 3, CUT_20MB),
    ("school", "cut-5MB", "... every 5 MB", 1.02, 3, CUT_5MB),
    ("school", "cut-1MB", "... every 1 MB", 1.05, 3, None),
    ("school", "memory", "school memory, MB, 12,877 files", 40, 1, None),
    ("school", "memory-many", "... 200,000 files", 40, 1, MANY_FILES),
    ("school", "memory-many-changed", "... 999 of them changed", 40, 1, ("140", "122", "8")),
    ("school", "memory-long", "... a manifest of 30 MB", 40, 1, None),
    ("school", "memory-long-changed", "... 999 of its files changed", 40, 1, None),
    ("school", "memory-big", "... a file of 2 GB", 40, 1, None),
    ("school", "cpu-initial", "CPU s, first collect + upload", 3.0, 2, None),
    ("school", "cpu-no-change", "CPU s, nothing new", 0.3, 2, None),
    ("school", "learnt", "learnt before the first byte, KB", 5, 1, LEARNT),
    ("school", "learnt-grows", "... more of it for 200 schools, KB", 0.5, 2, None),
    ("store", "store-cpu", "CPU s for a GB of content", 8, 2, None),
    ("store", "store-memory-schools", "memory, MB, 200 schools at once", 200, 0, None),
    ("store", "store-memory-many", "... a school of 200,000 files", 200, 0, None),
    ("store", "store-memory-big", "... a file of 2 GB", 200, 0, None),
    ("store", "tree-follows", "tree of 12,877 files up to date, s", 2, 2, None),
    ("bad-day", "bad-day-missing", "64 kbit/s for 10 minutes: not there", 0, 0, None),
    ("bad-day", "bad-day-sent", "... sent / needed, kill and all", 1.01, 3, None),
    ("bad-day", "cut-300KB", "sent / needed, cut every 300 KB", 1.15, 3, None),
]


def lines(path):
    return [line.rstrip("\n").split("\t") for line in open(path)] if os.path.exists(path) else []


def number(text):
    try: return float(text)
    except ValueError: return None


def of_proxy(rows):
    """The figures that rows hold: by key, those of ours and of each peer."""
    up, both = (lambda r: r[1] / 1e6), (lambda r: (r[1] + r[2]) / 1e6)
    cpu, memory = (lambda r: r[4] + r[5]), (lambda r: r[6] * 1024 / 1e6)
    meant = {
        "initial": (up, ["initial"]), "no-change": (lambda r: both(r) * 1e3, ["no-change"]), "day1": (both, ["day1"]),
        "school2": (both, ["school2"]), "memory": (memory, ["initial", "no-change", "day1", "school2"]),
        "cpu-initial": (cpu, ["initial"]), "cpu-no-change": (cpu, ["no-change"]),
    }
    found = {}
    for key, (value, steps) in meant.items():
        for who in ("ours", *PEERS):
            of_steps = [[r for r in rows if r[0].startswith(who) and step in r[0]] for step in steps]
            if not all(of_steps): continue
            # A pass of ours is a collection and an upload; of a peer's repetitions, the first counts.
            values = [value(r) for step in of_steps for r in (step if who == "ours" else step[:1])]
            whole = max(values) if key == "memory" else sum(values)
            if not math.isnan(whole): found[who, key] = whole
    return found


def main():
    results, sections = sys.argv[1], sys.argv[2:]
    # Where the proxy was ended before it told, there is no count, and so no figure.
    rows = [
        [r[0], *(math.nan if (value := number(field)) is None else value for field in r[1:])]
        for r in lines(f"{results}/rows.tsv") if len(r) >= 9
    ]
    found = of_proxy(rows)
    for key, text in lines(f"{results}/figures.tsv"): found["ours", key] = value if (value := number(text)) is not None else text

    print(f"{'':38} {'at most':>8} {'ours':>8}      {''.join(f'{p:>10}' for p in PEERS)}")
    counts = {"MISS": 0, "not measured": 0, "skipped": 0}
    recorded = False
    for section, key, name, target, decimals, earlier in TARGETS:
        ours = found.get(("ours", key))
        if sections and (section not in sections or ours is None): continue
        others = [f"{found[p, key]:.{max(decimals, 1)}f}" if (p, key) in found else "-" for p in PEERS]
        if earlier:
            others = [f"{text}*" for text in earlier]
            recorded = True
        if isinstance(ours, float):
            verdict, why = ("hit" if ours <= target else "MISS"), ""
            ours = f"{ours:.{decimals}f}"
        else: verdict, why, ours = "-", ours or "not measured", "-"
        for what in counts: counts[what] += what == verdict or why.startswith(what)
        print(f"{name:38} {f'{target:.{decimals}f}':>8} {ours:>8} {verdict:4} {''.join(f'{o:>10}' for o in others)}  {why}".rstrip())
    print("Ours: collect and upload together, TLS and HTTP included; peers without TLS. MB = 10^6 bytes.")
    if (restic := found.get(("restic", "cpu-initial"))):
        print(f"CPU s: restic took {restic:.2f} here, {RESTIC_CPU} on the machine that the targets are of ({restic / RESTIC_CPU:.1f} times as much).")
    if recorded: print("* of an earlier run on the same data: ../shared/performance/peers.md")
    failed = [r[0] for r in rows if r[8] not in (0, 1)]
    counts[f"did not end well ({', '.join(failed)})"] = len(failed)
    print(", ".join(f"{count} {what}" for what, count in counts.items() if count) or "every target is reached")
    sys.exit(bool(failed) or counts["MISS"] + counts["not measured"] > 0)


main()
