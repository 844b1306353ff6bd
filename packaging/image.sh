#!/usr/bin/env bash
# image.sh: the school's package in dist/ as a container image, for hosts that are too old for it:
# dist/clix-collectd-container_VERSION_ARCH.tar.gz, with install.sh in it. No engine is needed to make it.
#
# A Debian 12 with what the package needs, and Docker's client; made once, in about a minute, and kept outside of the
# checkout. Needs root, debootstrap and a Debian mirror, taken from this machine's own apt settings. Exit 69 without.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
dist=$(cd .. && pwd)/dist
deb=$(ls "$dist"/clix-collectd_*.deb) || { echo "there is no package in dist/ yet: make package" >&2; exit 66; }
version=$(dpkg-deb -f "$deb" Version)
architecture=$(dpkg-deb -f "$deb" Architecture)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/clix-collect
cannot() { echo "no image can be made here: $1" >&2; exit 69; }

[[ $EUID == 0 ]] || cannot "that needs root"
command -v debootstrap >/dev/null || cannot "there is no debootstrap (apt-get install debootstrap)"
mkdir -p "$cache"
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
tree=$work/tree

# What the package needs is named by the package, but for what only an installation would run.
needs=$(dpkg-deb -f "$deb" Depends | tr ',' '\n' | sed -E 's/\|.*//; s/ *\(.*//; s/ //g' | grep -vE "^systemd" | sort -u)
needs=$(tr '\n' ',' <<<"$needs")git,ca-certificates
base=$cache/image-$(sha256sum <(echo "$needs") <(sed -n '/^make_base/,/^}/p' image.sh) | sha256sum | cut -c1-16).tar

make_base() {
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Release: bookworm' \
        'Component: main' 2>/dev/null | head -1)
    [[ -n $mirror ]] || cannot "this machine's apt settings name no mirror for Debian 12 (bookworm)"
    echo "making the image's Debian (once; about a minute) ..." >&2
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 unshare --mount --pid --fork --kill-child \
        debootstrap --variant=minbase --include="$needs" bookworm "$tree" "$mirror" >"$work/log" 2>&1 \
        || { tail -n 30 "$work/log" >&2; cannot "debootstrap failed"; }
    # Of Docker the client only: the engine is the host's.
    (mkdir "$work/docker" && cd "$work/docker" && apt-get -qq -o APT::Sandbox::User=root download docker.io) >"$work/log" 2>&1 \
        || { cat "$work/log" >&2; cannot "apt-get download docker.io failed"; }
    dpkg-deb --fsys-tarfile "$work"/docker/docker.io_*.deb \
        | tar -C "$tree" -x ./usr/bin/docker ./usr/share/doc/docker.io/copyright
    # What is only for installing more, or differs each time it is made.
    rm -rf "$tree"/var/lib/apt/lists/* "$tree"/var/cache/* "$tree"/var/log/* "$tree"/usr/share/{locale,man,info} \
        "$tree"/etc/machine-id "$tree"/dev/*
    find "$tree/usr/share/doc" -type f ! -name copyright -delete
    tar -C "$tree" --sort=name -c . >"$work/base.tar"
    mv "$work/base.tar" "$base"
    find "$cache" -maxdepth 1 -name 'image-*.tar' ! -path "$base" -mtime +14 -delete
}

if [[ -e $base ]]; then
    mkdir "$tree"
    tar -C "$tree" -x <"$base"
else
    make_base
fi
dpkg-deb --fsys-tarfile "$deb" | tar -C "$tree" -x --keep-directory-symlink  # /lib is a link there
rm -rf "$tree"/lib/systemd/system/clix-* "$tree"/usr/lib/{sysusers,tmpfiles}.d/clix-* "$tree"/usr/share/man \
    "$tree"/etc/clix-collect/*
install -m 755 container/clix-as-owner "$tree/usr/bin/clix-as-owner"
# What the host's files are put over, for a tree that is read-only.
mkdir -p "$tree"/home "$tree"/run "$tree"/var/lib/clix-collect "$tree"/etc/clix-collect "$tree"/etc/credstore
touch "$tree/run/docker.sock" "$tree/etc/localtime"

# As docker-save(1) writes it: one layer, its configuration, and a list of both.
image=$work/image
mkdir "$image"
tar -C "$tree" --sort=name -c . >"$image/layer.tar"
layer=$(sha256sum <"$image/layer.tar" | cut -d' ' -f1)
cat >"$work/config" <<CONFIG
{"architecture":"$architecture","os":"linux","created":"$(date -u -r "$deb" +%FT%TZ)","config":{
"Env":["PATH=/usr/sbin:/usr/bin:/sbin:/bin","LANG=C.UTF-8"],"Entrypoint":["clix-as-owner"],"Cmd":["run"],
"WorkingDir":"/"},"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},
"history":[{"created":"$(date -u -r "$deb" +%FT%TZ)","created_by":"clix-collect: make image"}]}
CONFIG
config=$(sha256sum <"$work/config" | cut -d' ' -f1).json
mv "$work/config" "$image/$config"
echo "[{\"Config\":\"$config\",\"RepoTags\":[\"clix-collectd:$version\"],\"Layers\":[\"layer.tar\"]}]" >"$image/manifest.json"

out=$work/clix-collectd-container_$version
mkdir "$out"
tar -C "$image" -c . >"$out/image.tar"
cp container/{install.sh,clix-collectd.service,seccomp.json} ../etc/collectd.toml "$out/"
sed "s/@VERSION@/$version/" container/clix-collectd >"$out/clix-collectd"
chmod 755 "$out/install.sh" "$out/clix-collectd"
rm -f "$dist"/clix-collectd-container_*
tar -C "$work" --owner=0 --group=0 -c "${out##*/}" | gzip -6 >"$work/out.tar.gz"
mv "$work/out.tar.gz" "$dist/clix-collectd-container_${version}_$architecture.tar.gz"
ls -l "$dist"/clix-collectd-container_*
