#!/usr/bin/python
"""A STAND-IN for the field's script of this name (Python 2, with packages that are not to be had here).

It wipes and fills /data/qbank as the real one does: the dump of qbank's eight databases, the users' dump, the
activities' CSV with its first line only (as in both schools whose data was seen), and qbank_data.tar.gz of the first
and the third. Knobs (knobs.py): program `single_school`, counted in files.
"""
import os
import shutil
import subprocess
import sys
import tarfile

sys.path.insert(0, "/usr/local/lib/clix-fixture")
import mongo_data
from knobs import Knobs

ROOT = "/data/qbank"
knobs = Knobs("single_school")
knobs.begin()
shutil.rmtree(ROOT, ignore_errors=True)
for folder in ("mongo-dump", "student-activities"): os.makedirs(f"{ROOT}/{folder}")
for database in mongo_data.QBANK:
    knobs.file()
    subprocess.run(["mongodump", "--quiet", "--db", database, "--out", f"{ROOT}/mongo-dump"], check=True)
knobs.file()
with open(f"{ROOT}/pg_dump_all.sql", "wb") as file: subprocess.run(["su", "-", "postgres", "-c", "pg_dumpall"], stdout=file, check=True)
knobs.file()
with open(f"{ROOT}/student-activities/activity-data.csv", "w", newline="") as file: file.write("Username,UserID\r\n")
knobs.file()
with tarfile.open(f"{ROOT}/qbank_data.tar.gz", "w:gz") as archive:
    for folder in ("mongo-dump", "student-activities"): archive.add(f"{ROOT}/{folder}", folder)
