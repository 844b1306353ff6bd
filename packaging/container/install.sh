#!/bin/sh
# install.sh: clix-collectd as a container, with a unit and a command of the same names as the Debian package has.
# Also for an upgrade: configuration and state stay. Needs root, Docker 17.06 or newer, and systemd.
#
# For the dumps of the databases it needs Docker itself. Who may use Docker is root on this machine, so it is for a
# person to decide: ALLOW_DOCKER=yes in /etc/default/clix-collectd, then systemctl restart clix-collectd.
set -eu
cd "$(dirname "$0")"
docker load --input image.tar
getent passwd clix-collect >/dev/null || useradd --system --user-group --no-create-home \
    --home-dir /var/lib/clix-collect --shell /usr/sbin/nologin clix-collect
install -d -m 700 -o clix-collect -g clix-collect /var/lib/clix-collect
install -d -m 755 /etc/clix-collect /usr/local/lib/clix-collect /usr/local/sbin
[ -e /etc/clix-collect/collectd.toml ] || install -m 644 collectd.toml /etc/clix-collect/collectd.toml
install -m 644 seccomp.json /usr/local/lib/clix-collect/seccomp.json
install -m 755 clix-collectd /usr/local/sbin/clix-collectd
install -m 644 clix-collectd.service /etc/systemd/system/clix-collectd.service
systemctl daemon-reload
systemctl enable clix-collectd
systemctl restart clix-collectd
