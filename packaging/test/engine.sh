# A Docker engine of this test's own, with a school's container gstudio over the folders of $host; `engine-guard.sh` ends
# it with this test, however that ends. $tar and $school are trees; $host is the school's server.

engine=$(mktemp -d /tmp/clix-docker.XXXXXX)  # short: sockets lie in there
mkfifo "$engine/alive"
setsid "$source/scripts/real_school/engine-guard.sh" "$engine" &
guardian=$!
exec 8>"$engine/alive"
engine_ends() {
    [[ -z $container ]] || { kill "$container"; wait "$container"; } 2>/dev/null
    exec 8>&-
    wait "$guardian"
}
endings+=(engine_ends)

setsid dockerd --data-root "$engine/data" --exec-root "$engine/exec" --pidfile "$engine/docker.pid" \
    -H "unix://$engine/docker.sock" --bridge=none --iptables=false --ip6tables=false --storage-driver=overlay2 \
    >"$work/dockerd.log" 2>&1 </dev/null 8>&- &
engine_docker() { docker -H "unix://$engine/docker.sock" "$@" </dev/null 8>&-; }
if ! within 60 engine_docker version >"$work/log"; then
    skip "the image beside gstudio: no engine starts here ($(tail -n 1 "$work/dockerd.log"))"
    finish
fi

host=$work/host
mkdir "$host"
tar -C "$host" -x <"$tar"
python3 "$source/scripts/made_school.py" "$host" --small >"$work/log" || { cat "$work/log"; failed=1; finish; }
core=$host/home/core
gstudio_runs() {
    engine_docker import --change 'CMD ["/usr/local/bin/start-services"]' "$school" gstudio-image || return
    engine_docker run --rm --network none -v "$core:/host" gstudio-image /usr/local/lib/clix-fixture/fill-host 2018 || return
    mkdir -p "$work/knobs"
    engine_docker run --detach --name gstudio --network none --hostname clixserver.tiss.edu \
        --add-host clixserver.tiss.edu:127.0.0.1 -v "$work/knobs:/etc/clix-stand-in" -v "$core/data:/data" \
        -v "$core/backups:/backups" -v "$core/setup-software:/softwares" -v "$core/code:/home/docker/code" \
        -v "$core/assesment-datastore:/home/docker/code/gstudio/gnowsys-ndf/qbank-lite/webapps/CLIx/datastore" \
        -v "$core/static:/static" gstudio-image || return
    within 120 engine_docker exec gstudio test -e /dev/shm/fixture-is-ready
}
gstudio_runs >"$work/log" 2>&1 || { cat "$work/log"; failed=1; finish; }

# The docker command of $host speaks to this engine, for which the host's folders lie elsewhere.
install -m 755 "$(command -v docker)" "$host/usr/bin/docker-client"
cat >"$host/usr/bin/docker" <<CLIENT
#!/bin/bash
arguments=()
for word in "\$@"; do
    case \$before:\$word in
        --volume:/var/run/docker.sock:*) word=$engine/\${word#/var/run/} ;;
        --volume:/*) word=$host\$word ;;
    esac
    arguments+=("\$word")
    before=\$word
done
exec docker-client "\${arguments[@]}"
CLIENT
chmod 755 "$host/usr/bin/docker"
mkdir -p "$host/var/log/journal"
# Whatever outlives this test must not hold open what the engine's end waits for.
if ! boot "$host" --private-network --bind="$engine/docker.sock:/run/docker.sock" 8>&-; then
    skip "the image beside gstudio: no systemd starts in a container here ($(tail -n 1 "$work/nspawn.log"))"
    finish
fi
