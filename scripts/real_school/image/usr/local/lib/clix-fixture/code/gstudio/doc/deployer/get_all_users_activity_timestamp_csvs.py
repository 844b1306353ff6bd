# get_all_users_activity_timestamp_csvs.py, a STAND-IN for gStudio's script of this name: it is fed to `manage.py
# shell`, whose stand-in knows it by this first line or by an execfile(...) of its path.
