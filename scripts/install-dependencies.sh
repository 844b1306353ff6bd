#!/usr/bin/env bash
# install-dependencies.sh [build] [demo] [test] [package] [test-package] [image] [bench]: installs the Debian packages that these steps need.
# Quick when everything is there (one dpkg-query); says what is missing where it may not install.
set -euo pipefail

build=(libcurl4-openssl-dev libzstd-dev libbson-dev zlib1g-dev libminizip-dev libsqlite3-dev libsystemd-dev pkg-config git ca-certificates)
demo=(python3 git procps)
test=(python3 git procps openssl curl zstd xfsprogs e2fsprogs mount util-linux)
# For the tests with a real school's container, one of them with systemd's journal. They are skipped where these cannot be had.
school=(debootstrap docker.io containerd runc systemd tzdata)
package=(dpkg-dev debhelper fakeroot)
package_test=(lintian systemd man-db python3 curl)
# For the tests that install the packages. They are skipped where these cannot be had.
container=(debootstrap systemd-container iproute2 e2fsprogs mount)
image=(debootstrap)
bench=(python3 git time restic borgbackup rsync rclone socat openssl iproute2 e2fsprogs mount util-linux)

wanted=() wished=()
for step in "${@:-build}"; do
    case $step in
        build) wanted+=("${build[@]}") ;;
        demo) wanted+=("${demo[@]}") ;;
        test)
            wanted+=("${test[@]}")
            # Another make of Docker does as well, and Debian's would be in its way.
            command -v dockerd >/dev/null && school=(debootstrap systemd tzdata)
            wished+=("${school[@]}")
            ;;
        package) wanted+=("${package[@]}") ;;
        test-package)
            wanted+=("${package_test[@]}")
            wished+=("${container[@]}")
            ;;
        image) wanted+=("${image[@]}") ;;
        bench) wanted+=("${bench[@]}") ;;
        *) echo "install-dependencies.sh: there is no step called '$step' (build, demo, test, package, test-package, image, bench)" >&2; exit 64 ;;
    esac
done

command -v swift >/dev/null || {
    echo "Swift 6.2 or newer is needed and is not on the PATH: see https://www.swift.org/install/linux/" >&2
    exit 69
}

missing() {  # of these packages, which are not installed
    local installed
    installed=$(dpkg-query -W -f '${Status}\t${Package}\n' "$@" 2>/dev/null \
        | awk -F'\t' '$1 == "install ok installed" {print $2}' || true)
    printf '%s\n' "$@" | sort -u | grep -vxF -- "$installed" || true
}

install() {
    local as_root=()
    if [[ $EUID != 0 ]]; then
        sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    echo "installing $*"
    local get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
    # The package lists of a fresh machine are empty or old: only then is it worth fetching them.
    "${get[@]}" >/dev/null 2>&1 || { "${as_root[@]}" apt-get update -qq && "${get[@]}" >/dev/null; }
}

mapfile -t needed < <(missing "${wanted[@]}")
if [[ ${#needed[@]} != 0 ]] && ! install "${needed[@]}"; then
    echo "These packages are missing and need an administrator: sudo apt-get install ${needed[*]}" >&2
    exit 69
fi
[[ ${#wished[@]} == 0 ]] && exit 0
mapfile -t needed < <(missing "${wished[@]}")
if [[ ${#needed[@]} != 0 ]] && ! install "${needed[@]}"; then
    echo "Tests in a container will be skipped: no ${needed[*]} (sudo apt-get install ${needed[*]})" >&2
fi
