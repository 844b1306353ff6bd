# Installed, upgraded, removed and purged, by dpkg in a Debian tree: no service runs there.

if ! tar=$("$here/tree.sh"); then
    skip "installing into a Debian tree, removing, purging, and both services under systemd"
    finish
fi
tree=$work/tree
mkdir "$tree"
tar -C "$tree" -x <"$tar"
mkdir "$tree/packages"
cp "$school" "$store" "$tree/packages/"
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"

# Whatever runs in there ends with it, and sees a /proc of its own.
in_tree() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive \
        MANPAGER=cat unshare --mount --pid --fork --kill-child --mount-proc="$tree/proc" chroot "$tree" "$@" </dev/null
}
quietly() { in_tree "$@" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }; }
# What dpkg, ldconfig and man-db keep for themselves is no part of a package.
listing() {
    (cd "$tree" && find . -path ./proc -prune -o -path ./run -prune -o -path ./var/lib/dpkg -prune -o -path ./var/cache -prune -o \
        -path ./var/log -prune -o -name '*-' -path './etc/*' -prune -o -printf '%y %m %u %g %p\n' | sort)
    in_tree cat /etc/passwd /etc/group
}

listing >"$work/before"
passes "both packages are installed, with what a Debian 12 has" quietly sh -c 'dpkg -i /packages/*.deb'
passes "clix-collectd and clix-store work where no Swift is" quietly sh -c 'clix-collectd --help && clix-store --help'
passes "man shows the pages" \
    quietly sh -c 'for page in clix-collectd clix-collectd.toml clix-store clix-store.toml; do man $page || exit; done'
passes "the state directory is the service's own, and nobody else's" \
    same "700 clix-collect clix-collect" "$(in_tree stat -c '%a %U %G' /var/lib/clix-collect)"
passes "the store's directory is the service's own" \
    same "755 clix-store clix-store" "$(in_tree stat -c '%a %U %G' /var/lib/clix-store)"
passes "the service is not in the group docker" same "clix-collect" "$(in_tree id -Gn clix-collect)"
passes "the store's user may give files to their readers" same "clix-store clix-readers" "$(in_tree id -Gn clix-store)"
passes "both services start with the machine" \
    same "$(printf 'enabled\nenabled')" "$(in_tree systemctl is-enabled clix-collectd clix-store)"

verified() { in_tree systemd-analyze verify "$@" 2>&1; }
passes "systemd-analyze verify says nothing of both units" verified clix-collectd.service clix-store.service
with_docker() {
    local drop_ins=$tree/etc/systemd/system/clix-collectd.service.d
    install -D -m 644 "$tree/usr/share/doc/clix-collectd/examples/docker.conf" "$drop_ins/docker.conf"
    verified clix-collectd.service
    rm -r "$drop_ins"
}
passes "nor of the unit with the drop-in for Docker" with_docker

explained() {
    local id
    for id in $(awk '/^-- / {print $2}' "$tree/usr/lib/systemd/catalog/clix-collectd.catalog"); do
        in_tree journalctl --dump-catalog "$id" | grep -q '^Subject: ' || echo "journalctl -x does not explain $id"
    done
}
passes "journalctl --update-catalog accepts what explains the messages" quietly journalctl --update-catalog
passes "and journalctl -x explains each of them" explained

kept() {
    grep -qx '# mine' "$tree/etc/clix-collect/collectd.toml" || echo "the configuration is not what it was"
    [[ -e $tree/var/lib/clix-collect/something ]] || echo "what was in the state directory is gone"
}
upgrade() { quietly sh -c 'dpkg -i /packages/*.deb' && kept; }
removal() {
    quietly dpkg -r clix-collectd clix-store && kept
    [[ ! -e $tree/usr/bin/clix-collectd ]] || echo "it is still there"
}
echo '# mine' >>"$tree/etc/clix-collect/collectd.toml"
touch "$tree/var/lib/clix-collect/something"
passes "an upgrade keeps configuration and state" upgrade
passes "removal keeps configuration and data" removal
passes "purge asks for nothing" quietly dpkg -P clix-collectd clix-store
passes "and leaves nothing" diff "$work/before" <(listing)

purge_with_a_store() {
    quietly dpkg -i "/packages/${store##*/}" && quietly clix-store init /var/lib/clix-store --host store.example.org
    quietly dpkg -P clix-store
    grep -q 'The store in /var/lib/clix-store stays' "$work/log" || cat "$work/log"
    [[ -e $tree/var/lib/clix-store/store.toml ]] && in_tree id -u clix-store >/dev/null
}
read_again() { quietly dpkg -i "/packages/${store##*/}" && quietly clix-store verify --all; }
passes "a store that was made stays, also after purge, with its user, and that is said" purge_with_a_store
passes "and can be read after the next installation" read_again
in_tree dpkg -P clix-store >/dev/null 2>&1
rm -r "$tree/var/lib/clix-store"
