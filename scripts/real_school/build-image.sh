#!/usr/bin/env bash
# build-image.sh: prints the path of a tar that `docker import` turns into a school server's container `gstudio`.
#
# In it are a real PostgreSQL, nginx, logrotate, git and RCS with a made-up school's data, and stand-ins, which say that
# they are, for what Debian does not have (MongoDB 3.2 and gStudio's own programs). It is made once, in 2 to 3 minutes,
# and kept outside of the checkout under a name that changes with the recipe, which is in this folder. Two steps, so
# that a changed stand-in costs seconds: base-*.tar has Debian's packages, school-*.tar the school.
# Needs root, debootstrap and a Debian mirror, which is taken from this machine's own apt settings. Exit 69 without.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clix-collect

cannot() { echo "the real school cannot be built here: $1" >&2; exit 69; }
key() { (cd "$here" && find "$@" -type f ! -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16); }
base=$cache/base-$(key base.sh).tar
school=$cache/school-$(key build-image.sh base.sh dress.sh image).tar

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9  # two builds at once would make the same thing twice
if [[ ! -e $school ]]; then
    [[ $EUID == 0 ]] || cannot "making a Debian tree needs root"
    command -v debootstrap >/dev/null || cannot "there is no debootstrap (apt-get install debootstrap)"
    work=$(mktemp -d "$cache/work.XXXXXX")
    trap 'rm -rf --one-file-system "$work"' EXIT
    # What is mounted or started in there is so in namespaces of its own: gone with them, whatever happens here.
    isolated=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive
        unshare --mount --pid --fork --kill-child)
    tree=$work/tree

    if [[ ! -e $base ]]; then
        mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Release: bookworm' \
            'Component: main' 2>/dev/null | head -1)
        [[ -n $mirror ]] || cannot "this machine's apt settings name no mirror for Debian 12 (bookworm)"
        echo "making the school's Debian (once; about two minutes) ..." >&2
        apt-config dump Acquire | grep -iE '^Acquire::(https?|ftp)::' >"$work/apt.conf" || true
        "${isolated[@]}" "$here/base.sh" "$tree" "$mirror" "$work/apt.conf" >"$work/log" 2>&1 \
            || { tail -n 30 "$work/log" >&2; cannot "debootstrap or apt failed, as told above"; }
        tar -C "$tree" -c . >"$work/base.tar"
        mv "$work/base.tar" "$base"
    fi

    echo "making the school's data ..." >&2
    if [[ ! -d $tree ]]; then
        mkdir "$tree"
        tar -C "$tree" -x <"$base"
    fi
    cp -a --no-preserve=ownership "$here/image/." "$tree/"
    "${isolated[@]}" "$here/dress.sh" "$tree" >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; exit 70; }
    tar -C "$tree" -c . >"$work/school.tar"
    mv "$work/school.tar" "$school"
fi
touch "$base" "$school"  # in use: what older recipes left goes after two weeks
find "$cache" -maxdepth 1 -name '*.tar' -mtime +14 -delete
echo "$school"
