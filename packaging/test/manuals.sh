# Manual pages and completion: that they are right, and that they say what the programs say.

rendered() { LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null; }
for page in "$work"/*/usr/share/man/man?/*.gz; do
    passes "man renders $(basename "$page" .gz) without a warning" rendered "$page"
done

# As on a command line on which somebody typed `PROGRAM stat` and then the tab key.
completed() (
    . "$work/$1/usr/share/bash-completion/completions/$1"
    COMP_WORDS=("$1" stat) COMP_CWORD=1 COMP_LINE="$1 stat"
    COMP_POINT=${#COMP_LINE}
    "$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')" "$1" stat "$1"
    [[ ${COMPREPLY[*]} == status* ]] || echo "stat is completed to '${COMPREPLY[*]}'"
)
for package in clix-collectd clix-store; do
    passes "the manual page of $package has the commands and options of --help" \
        python3 "$here/test/manual.py" "$work/$package/usr/bin/$package" "$source/docs/man/$package.8"
    passes "bash completes $package" completed "$package"
done

# Every key of the example, commented out or not, and every table.
unwritten() {  # EXAMPLE PAGE
    sed -nE 's/^(# )?([a-z_]+) = .*/\2/p' "$1" | sort -u | while read -r key; do
        grep -qE "^\.It Va $key\$" "$2" || echo "$key is in $1, but not in $2"
    done
}
passes "clix-collectd.toml(5) has every key of the example" \
    unwritten "$source/etc/collectd.toml" "$source/docs/man/clix-collectd.toml.5"
passes "clix-store.toml(5) has every key of the example" \
    unwritten "$source/etc/store.toml" "$source/docs/man/clix-store.toml.5"
unnamed_datasets() {
    sed -nE 's/^ *\.(folder|files)\("([^"]+)".*/\2/p' "$source/Sources/LevelTree/Dataset+Standard.swift" | while read -r name; do
        grep -qxF ".It Cm $name" "$source/docs/man/clix-collectd.toml.5" || echo "$name"
    done
}
passes "clix-collectd.toml(5) has every dataset" unnamed_datasets
