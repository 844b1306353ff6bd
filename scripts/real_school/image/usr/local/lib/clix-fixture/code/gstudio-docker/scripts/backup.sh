#!/bin/bash
# A STAND-IN for the field's backup.sh, for the users' dump only.
sleep 60
echo "pg_dumpall > pg_dump_all.sql;" | sudo su - postgres
mv /var/lib/postgresql/pg_dump_all.sql /data/postgres-dump/
