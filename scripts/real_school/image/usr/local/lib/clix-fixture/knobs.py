"""The knobs by which a test makes a stand-in fail as the real program fails.

A knob is a file /etc/clix-stand-in/PROGRAM/KNOB, or PROGRAM/SUBJECT/KNOB for one collection or user only (the folder
is the host's, so a test turns knobs while the container stands still). Its first word is a number:

fail          ends at once with this exit code; the knob's other words go to standard error
cut           ends with code 1 after this many bytes (of a program that writes files: after this many files)
cut-silently  the same, but with code 0, as if all were well
hold          waits there until the knob is gone; the file `holding` beside it says so, with the process id
flood         goes on with made-up documents until so many bytes are out
slow          waits so many seconds before each document or file
"""
import os
import sys
import time

ROOT = "/etc/clix-stand-in"


class Knobs:
    def __init__(self, program, subject=""):
        self.folders = [os.path.join(ROOT, program, subject), os.path.join(ROOT, program)]
        self.passed = 0

    def path(self, name):
        return next((p for p in (os.path.join(f, name) for f in self.folders) if os.path.isfile(p)), None)

    def words(self, name):
        path = self.path(name)
        if path is None: return None
        with open(path) as file: return file.read().split()

    def number(self, name):
        words = self.words(name)
        return None if words is None else float(words[0])

    def begin(self):
        words = self.words("fail")
        if words:
            print(*words[1:], file=sys.stderr)
            sys.exit(int(words[0]))

    def hold(self):
        knob = self.path("hold")
        holding = os.path.join(os.path.dirname(knob), "holding")
        with open(holding + ".new", "w") as file: file.write(str(os.getpid()))
        os.rename(holding + ".new", holding)
        while os.path.exists(knob): time.sleep(0.02)
        os.remove(holding)

    def end(self, code):
        """At once, as a killed program: no buffer is flushed that was not."""
        sys.stderr.flush()
        os._exit(code)

    def write(self, data, out):
        """Writes bytes, as far as the knobs let them pass."""
        slow = self.number("slow")
        if slow: time.sleep(slow)
        places = [(self.number(name), name) for name in ("cut", "cut-silently", "hold")]
        for place, name in sorted(p for p in places if p[0] is not None):
            if not self.passed <= place < self.passed + len(data): continue
            until = int(place) - self.passed
            out.write(data[:until])
            out.flush()
            self.passed, data = self.passed + until, data[until:]
            if name == "hold": self.hold()
            else: self.end(1 if name == "cut" else 0)
        out.write(data)
        self.passed += len(data)

    def file(self):
        """Called before each file that a program makes."""
        slow = self.number("slow")
        if slow: time.sleep(slow)
        for name, code in (("cut", 1), ("cut-silently", 0)):
            if self.number(name) == self.passed: self.end(code)
        if self.number("hold") == self.passed: self.hold()
        self.passed += 1
