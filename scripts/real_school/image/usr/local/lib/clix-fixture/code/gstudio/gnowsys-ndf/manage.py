#!/usr/bin/python
"""manage.py, a STAND-IN for gStudio's: Django 1.6 on Python 2 with MongoDB, which cannot run here.

It has the commands that make data to collect, and `shell` for the one script that the field feeds to it. They write
what the real ones write, from made-up documents; they fail on demand: see knobs.py.
"""
import sys

sys.path.insert(0, "/usr/local/lib/clix-fixture")
import gstudio_csvs

command = sys.argv[1] if len(sys.argv) > 1 else "help"
if command == "export_users_analytics": gstudio_csvs.progress()
elif command == "activity_timestamp" and len(sys.argv) == 3: gstudio_csvs.activity(sys.argv[2])
elif command == "shell" and "get_all_users_activity_timestamp_csvs" in sys.stdin.read(): gstudio_csvs.every_activity()
else: sys.exit(f"Unknown command: '{command}'\nType 'manage.py help' for usage.")
