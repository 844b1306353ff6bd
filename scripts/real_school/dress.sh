#!/usr/bin/env bash
# dress.sh TREE: the made-up school's data, made by the programs that make it in the field. Called by build-image.sh in
# a mount and process namespace of its own, so PostgreSQL's server ends with it at the latest.
set -euo pipefail
tree=$1
mount -t proc proc "$tree/proc"
mount -t tmpfs tmpfs "$tree/dev/shm" || { mkdir -p "$tree/dev/shm"; mount -t tmpfs tmpfs "$tree/dev/shm"; }
chroot "$tree" /bin/bash -euo pipefail <<'SCHOOL'
cd /usr/local/lib/clix-fixture
ln -sf python3 /usr/bin/python
ln -sf /usr/share/zoneinfo/Asia/Kolkata /etc/localtime
export PYTHONDONTWRITEBYTECODE=1
mkdir -p /data/{nginx-logs,postgres-dump,gstudio-logs} /backups /softwares /static /etc/clix-stand-in

cat >>/etc/postgresql/15/main/postgresql.conf <<'CONF'
# small, as the container may have little memory; everything else as Debian has it
shared_buffers = 16MB
max_connections = 20
jit = off
CONF
# On no port: only by its socket, whatever else runs on the machine that builds this.
pg_ctlcluster 15 main start -o "-c listen_addresses=''"
sql() { su postgres -c "psql -q -v ON_ERROR_STOP=1 $*"; }
echo "CREATE ROLE glab LOGIN PASSWORD 'made-up-password'" | sql
for database in gstudio_old gstudio_psql; do echo "CREATE DATABASE $database OWNER glab" | sql; done
# Comes before the real one in the cluster's dump, and has nobody in it.
python3 -c 'import users; print(users.TABLE)' | sql -d gstudio_old
python3 users.py | sql -d gstudio_psql
pg_ctlcluster 15 main stop -m fast

python3 mongo_data.py make
bash make_code.sh
python3 make_files.py
SCHOOL
umount "$tree/dev/shm" "$tree/proc"
