#!/usr/bin/env bash
# test.sh: holds the packages in dist/ against what they promise: contents, lintian, units, manual pages; installed,
# removed and purged in a Debian tree; first boots over slow links; and both services under a real systemd in a container
# (systemd-nspawn).
# What cannot be tried here (no root, no debootstrap) is said and counted, not passed over.
set -uo pipefail
cd "$(dirname "$0")" || exit
source=$(cd .. && pwd)
here=$source/packaging
. "$here/test/harness.sh"
. "$here/test/contents.sh"
. "$here/test/manuals.sh"
. "$here/test/installed.sh"
. "$here/test/link.sh"
. "$here/test/running.sh"
finish
