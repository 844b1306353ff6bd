#!/usr/bin/env bash
# build.sh: both Debian packages, by dpkg-buildpackage, into dist/. debian/README.source says which knobs there are.
set -euo pipefail
cd "$(dirname "$0")"
dist=$(cd .. && pwd)/dist
mkdir -p "$dist"
rm -f "$dist"/clix-*.deb "$dist"/clix-*.buildinfo "$dist"/clix-*.changes

name=clix-collect_$(dpkg-parsechangelog -S Version)_$(dpkg --print-architecture)
# Packages are named relative to the folder of the sources' parent; here they lie in dist/.
echo "building both packages, by dpkg-buildpackage; its words are in dist/build.log ..."
dpkg-buildpackage -b -us -uc "$@" \
    --buildinfo-file="$dist/$name.buildinfo" --buildinfo-option=-u"$dist" \
    --changes-file="$dist/$name.changes" --changes-option=-u"$dist" >"$dist/build.log" 2>&1 \
    || { tail -n 40 "$dist/build.log" >&2; exit 1; }
ls -l "$dist"/*.deb
