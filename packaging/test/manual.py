#!/usr/bin/env python3
"""manual.py PROGRAM PAGE: says where a program's manual page and its own help disagree; silent if they agree.

The help is asked for as swift-argument-parser's JSON (--experimental-dump-help), the page read as mdoc source: every
command and option must be in both, a command with the same arguments and options in its line of the synopsis.
"""
import json
import re
import subprocess
import sys

# Every command has these; the page tells them once.
EVERYWHERE = {"--help", "--version"}


def commands(command, path=()):
    """(words, options, arguments) of every command that can be run."""
    children = [child for child in command.get("subcommands", []) if child.get("shouldDisplay", True)]
    for child in children:
        if child["commandName"] != "help":
            yield from commands(child, path + (child["commandName"],))
    if children:
        return
    options, arguments = set(), 0
    for argument in command.get("arguments", []):
        if not argument.get("shouldDisplay", True):
            continue
        if argument["kind"] == "positional":
            arguments += 1
        else:
            options |= {"--" + name["name"] for name in argument["names"] if name["kind"] == "long"}
    yield path, options - EVERYWHERE, arguments


def synopsis(page):
    """The same, of the page."""
    section = page.split(".Sh SYNOPSIS\n")[1].split(".Sh ")[0]
    for entry in section.split(".Nm\n")[1:]:
        words, options, arguments = (), set(), 0
        for line in entry.splitlines():
            line = re.sub(r"^\.Op Cm folder$", ".Cm folder", line)  # the word may be left out
            if match := re.fullmatch(r"\.Cm (.+)", line):
                words += tuple(match[1].split())
            elif match := re.search(r"\bFl -([a-z-]+)", line):
                options.add("--" + match[1])
            elif re.match(r"\.(Op )?Ar ", line):
                arguments += 1
        if words != ("help",):
            yield words, options, arguments


def main():
    program, path = sys.argv[1:]
    dump = json.loads(subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True).stdout)
    page = open(path, encoding="utf-8").read()
    helped = {words: rest for words, *rest in commands(dump["command"])}
    written = {words: rest for words, *rest in synopsis(page)}
    problems = [f"only in --help: {' '.join(words)}" for words in helped.keys() - written.keys()]
    problems += [f"only in the manual: {' '.join(words)}" for words in written.keys() - helped.keys()]
    for words in helped.keys() & written.keys():
        if helped[words] != written[words]:
            problems.append(f"{' '.join(words)}: --help has {helped[words]}, the manual {written[words]}")
    # Told below as well, and not in the synopsis only.
    description = page.split(".Sh DESCRIPTION\n")[1]
    for option in sorted({option for options, _ in helped.values() for option in options}):
        if not re.search(rf"\bFl {option[1:]}\b", description):
            problems.append(f"not described: {option}")
    for status in re.findall(r"\b(\d+) (?:done|wrong|damaged|a |I/O|not now|refused|configuration)",
                             dump["command"].get("discussion", "")):
        if f".It {status}\n" not in page:
            problems.append(f"exit status {status} is missing")
    print("\n".join(sorted(problems)), end="\n" if problems else "")
    sys.exit(bool(problems))


main()
