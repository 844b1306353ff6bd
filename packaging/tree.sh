#!/usr/bin/env bash
# tree.sh: prints the path of a tar with a Debian 12 that has what both packages depend on, and systemd.
#
# It is made once, in one to two minutes, and kept outside of the checkout under a name that changes with this file.
# Needs root, debootstrap and a Debian mirror, which is taken from this machine's own apt settings. Exit 69 without.
set -euo pipefail
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clix-collect
tar=$cache/packages-$(sha256sum "$0" | cut -c1-16).tar

cannot() { echo "no Debian tree can be made here: $1" >&2; exit 69; }
mkdir -p "$cache"
exec 9>"$cache/packages.lock"
flock 9  # two at once would make the same thing twice
if [[ ! -e $tar ]]; then
    [[ $EUID == 0 ]] || cannot "that needs root"
    command -v debootstrap >/dev/null || cannot "there is no debootstrap (apt-get install debootstrap)"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Release: bookworm' \
        'Component: main' 2>/dev/null | head -1)
    [[ -n $mirror ]] || cannot "this machine's apt settings name no mirror for Debian 12 (bookworm)"
    work=$(mktemp -d "$cache/work.XXXXXX")
    trap 'rm -rf --one-file-system "$work"' EXIT
    echo "making a Debian to install into (once; about two minutes) ..." >&2
    # systemd and what the packages depend on; man-db, bash-completion, curl and cron are what the test looks with.
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 unshare --mount --pid --fork --kill-child \
        debootstrap --variant=minbase --include="systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps,git,man-db,$(
        )bash-completion,curl,cron,libcurl4,libzstd1,libsqlite3-0,libbson-1.0-0,libminizip1,zlib1g,libsystemd0,libstdc++6" \
        bookworm "$work/tree" "$mirror" >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; cannot "debootstrap failed"; }
    : >"$work/tree/etc/machine-id"
    rm -rf "$work/tree"/var/lib/apt/lists/* "$work/tree"/var/cache/apt/*
    # Made by programs that run in there at any time: not to be taken for what a package left.
    touch "$work/tree/etc/.pwd.lock" "$work/tree/etc/subuid" "$work/tree/etc/subgid"
    tar -C "$work/tree" -c . >"$work/packages.tar"
    mv "$work/packages.tar" "$tar"
    find "$cache" -maxdepth 1 -name 'packages-*.tar' ! -path "$tar" -delete
fi
echo "$tar"
