#!/usr/bin/env bash
# install-dependencies.sh [build] [demo] [test] [bench]: installs the Debian packages that these steps need.
# Quick when everything is there (one dpkg-query); says what is missing where it may not install.
set -euo pipefail

build=(libcurl4-openssl-dev libzstd-dev libsqlite3-dev pkg-config git ca-certificates)
demo=(python3 git procps)
test=(python3 git procps openssl curl zstd xfsprogs e2fsprogs mount util-linux)
bench=(python3 git time restic borgbackup rsync rclone socat)

wanted=()
for step in "${@:-build}"; do
    case $step in
        build) wanted+=("${build[@]}") ;;
        demo) wanted+=("${demo[@]}") ;;
        test) wanted+=("${test[@]}") ;;
        bench) wanted+=("${bench[@]}") ;;
        *) echo "install-dependencies.sh: there is no step called '$step' (build, demo, test, bench)" >&2; exit 64 ;;
    esac
done

command -v swift >/dev/null || {
    echo "Swift 6.2 or newer is needed and is not on the PATH: see https://www.swift.org/install/linux/" >&2
    exit 69
}

installed=$(dpkg-query -W -f '${Status}\t${Package}\n' "${wanted[@]}" 2>/dev/null \
    | awk -F'\t' '$1 == "install ok installed" {print $2}' || true)
missing=()
for package in $(printf '%s\n' "${wanted[@]}" | sort -u); do
    grep -qx -- "$package" <<<"$installed" || missing+=("$package")
done
[[ ${#missing[@]} == 0 ]] && exit 0

as_root=()
if [[ $EUID != 0 ]]; then
    if ! sudo -n true 2>/dev/null; then
        echo "These packages are missing and need an administrator: sudo apt-get install ${missing[*]}" >&2
        exit 69
    fi
    as_root=(sudo -n)
fi

echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
install=("${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}")
# The package lists of a fresh machine are empty or old: only then is it worth fetching them.
if ! "${install[@]}" >/dev/null 2>&1; then
    "${as_root[@]}" apt-get update -qq
    "${install[@]}" >/dev/null
fi
