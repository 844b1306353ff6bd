# Of the packages as files: what is in them, what they need, what lintian and systemd's own checks say.

school=$(ls "$source"/dist/clix-collectd_*.deb) || { failed=1; finish; }
store=$(ls "$source"/dist/clix-store_*.deb) || { failed=1; finish; }
for package in clix-collectd clix-store; do
    dpkg-deb -x "$source"/dist/${package}_*.deb "$work/$package"
done

files() { dpkg-deb --fsys-tarfile "$1" | tar -t | sed 's/^\.//' | grep -v '/$' | sort; }

passes "clix-collectd has its files and no others" same "$(sort <<'FILES'
/etc/clix-collect/collectd.toml
/lib/systemd/system/clix-collectd.service
/usr/bin/clix-collectd
/usr/lib/systemd/catalog/clix-collectd.catalog
/usr/lib/sysusers.d/clix-collectd.conf
/usr/lib/tmpfiles.d/clix-collectd.conf
/usr/share/bash-completion/completions/clix-collectd
/usr/share/doc/clix-collectd/README.md.gz
/usr/share/doc/clix-collectd/changelog.Debian.gz
/usr/share/doc/clix-collectd/changelog.gz
/usr/share/doc/clix-collectd/copyright
/usr/share/doc/clix-collectd/examples/docker.conf
/usr/share/doc/clix-collectd/odd-files.md.gz
/usr/share/man/man5/clix-collectd.toml.5.gz
/usr/share/man/man8/clix-collectd.8.gz
FILES
)" "$(files "$school")"
passes "clix-store has its files and no others" same "$(sort <<'FILES'
/lib/systemd/system/clix-store-443.socket
/lib/systemd/system/clix-store.service
/usr/bin/clix-store
/usr/lib/sysusers.d/clix-store.conf
/usr/lib/tmpfiles.d/clix-store.conf
/usr/share/bash-completion/completions/clix-store
/usr/share/doc/clix-store/README.md.gz
/usr/share/doc/clix-store/changelog.Debian.gz
/usr/share/doc/clix-store/changelog.gz
/usr/share/doc/clix-store/copyright
/usr/share/doc/clix-store/examples/store.toml
/usr/share/doc/clix-store/upload-with-curl.md.gz
/usr/share/doc/clix-store/write-ordering.md.gz
/usr/share/man/man8/clix-store.8.gz
/usr/share/man/man5/clix-store.toml.5.gz
FILES
)" "$(files "$store")"

passes "the school's configuration is a conffile" \
    same /etc/clix-collect/collectd.toml "$(dpkg-deb -I "$school" conffiles)"

# Libraries that a Debian 12 has anyway come with every C++ program: libgcc, libstdc++.
needless() {
    dpkg-deb -f "$1" Depends | tr ',|' '\n\n' | awk '{print $1}' | grep -vxE \
        'procps|systemd|systemd-(standalone-)?sysusers|lib(c6|gcc-s1|stdc\+\+6|systemd0|curl4|zstd1|sqlite3-0|bson-1\.0-0|minizip1)|zlib1g'
    true
}
passes "clix-collectd depends on nothing else than it should" needless "$school"
passes "clix-store depends on nothing else than it should" needless "$store"

# 80 MB, in dpkg's KiB.
at_most_80_MB() {
    local size
    size=$(dpkg-deb -f "$school" Installed-Size)
    [[ $size -le 78125 ]] || echo "it takes $size KiB"
}
passes "clix-collectd takes 80 MB at most, installed" at_most_80_MB

version=$(dpkg-deb -f "$school" Version)
passes "package and program have the same version" same "$version" "$("$work/clix-collectd/usr/bin/clix-collectd" --version)"

unstripped() { readelf -SW "$1" | grep -o '\.symtab'; }
for package in clix-collectd clix-store; do
    passes "the program is stripped: $package" same "" "$(unstripped "$work/$package/usr/bin/$package")"
done

passes "lintian finds no error and no warning" \
    env -C "$source/dist" lintian --allow-root --fail-on error,warning --tag-display-limit 0 \
    "$school" "$store"

exposed() {  # above 2.0: the threshold is in tenths
    systemd-analyze security --offline=true --no-pager --threshold=20 "$1" >"$work/security" 2>&1 \
        || tail -n 1 "$work/security"
}
for package in clix-collectd clix-store; do
    passes "systemd-analyze security is 2.0 at most: $package" exposed "$work/$package/lib/systemd/system/$package.service"
    echo "    $(tail -n 1 "$work/security")"
done

