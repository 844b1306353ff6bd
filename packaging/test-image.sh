#!/usr/bin/env bash
# test-image.sh: the container image in dist/ beside a school's container gstudio, on a Docker engine of this test's own:
# what install.sh installs runs under a real systemd (systemd-nspawn) whose docker command speaks to that engine, and
# sends to a store on loopback. Then the same where the kernel has no call that is newer than 4.15.
# Needs root, dockerd, debootstrap; what cannot be tried here is said and counted.
set -uo pipefail
cd "$(dirname "$0")" || exit
source=$(cd .. && pwd)
here=$source/packaging
. "$here/test/harness.sh"

archive=$(ls "$source"/dist/clix-collectd-container_*.tar.gz) || { failed=1; finish; }
store=$(ls "$source"/dist/clix-store_*.deb) || { failed=1; finish; }
for needed in dockerd systemd-nspawn debootstrap; do
    command -v $needed >/dev/null || { skip "the image beside gstudio: there is no $needed"; finish; }
done
tar=$("$here/tree.sh") && school=$("$source/scripts/real_school/build-image.sh") \
    || { skip "the image beside gstudio: its school cannot be made here"; finish; }
. "$here/test/engine.sh"
. "$here/test/image.sh"
finish
