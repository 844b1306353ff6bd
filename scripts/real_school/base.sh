#!/usr/bin/env bash
# base.sh TREE MIRROR APT_CONF: Debian 12 with what a school's container runs, into TREE. Called by build-image.sh in
# a mount and process namespace of its own.
set -euo pipefail
tree=$1 mirror=$2

debootstrap --variant=minbase bookworm "$tree" "$mirror"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" >"$tree/etc/apt/sources.list"
cp "$3" "$tree/etc/apt/apt.conf.d/90acquire"
# The names are looked up as this machine does it, and no package starts its service.
cp --remove-destination /etc/resolv.conf "$tree/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"
mount -t proc proc "$tree/proc"
mount --rbind /dev "$tree/dev"
mount -t tmpfs tmpfs "$tree/dev/shm"

chroot "$tree" apt-get update -qq
# python3-bson is pymongo's own reader and writer of BSON. adduser, sudo, cron: the platform's scripts use them.
chroot "$tree" apt-get install -y -qq --no-install-recommends \
    postgresql nginx-light git rcs logrotate ca-certificates procps util-linux coreutils sudo cron \
    python3 python3-bson gzip tar
# The package only warns where it could not make its cluster.
[[ -e $tree/etc/postgresql/15/main/postgresql.conf ]] || { echo "PostgreSQL made no cluster, as told above" >&2; exit 70; }

# Nothing of this machine stays, and nothing that no test reads.
umount "$tree/dev/shm" && umount -R "$tree/dev" && umount "$tree/proc"
find "$tree/var/log" -type f -delete
rm -rf "$tree"/usr/sbin/policy-rc.d "$tree"/etc/apt/sources.list "$tree"/etc/apt/apt.conf.d/90acquire \
    "$tree"/etc/resolv.conf "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/* \
    "$tree"/usr/share/doc/* "$tree"/usr/share/man/* "$tree"/usr/share/info/* "$tree"/usr/share/locale/*
