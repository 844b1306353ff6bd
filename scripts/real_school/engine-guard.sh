#!/usr/bin/env bash
# engine-guard.sh DIRECTORY: ends the tests' own Docker engine, whose everything is below DIRECTORY, when the tests have
# ended, in whatever way: they hold DIRECTORY/alive open for writing, and nobody else does.
set -u
directory=$1
exec >/dev/null 2>&1 </dev/null
cat "$directory/alive"

docker=(timeout 30 docker -H "unix://$directory/docker.sock")
"${docker[@]}" ps -aq | xargs -r "${docker[@]}" rm -f
engine=$(cat "$directory/docker.pid")
if [[ $(tr '\0' ' ' <"/proc/$engine/cmdline") == *"$directory/"* ]]; then
    kill "$engine"
    timeout 15 tail --pid="$engine" -f /dev/null || kill -9 "$engine"
fi
# What an engine that was killed leaves: containers, and processes that have DIRECTORY in their arguments.
for container in "$directory"/exec/runtime-runc/moby/*; do
    runc --root "$directory/exec/runtime-runc/moby" delete --force "${container##*/}"
done
for process in /proc/[0-9]*; do
    [[ ${process##*/} != "$$" && $(tr '\0' ' ' <"$process/cmdline") == *"$directory/"* ]] && kill -9 "${process##*/}"
done
awk -v below="$directory/" 'index($2, below) == 1 {print $2}' /proc/self/mounts | sort -r | xargs -r -n 1 umount -l
rm -rf --one-file-system "$directory"
