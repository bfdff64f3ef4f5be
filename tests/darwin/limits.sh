#!/bin/sh
# limits.sh COMMAND...: runs it without /proc, and every Python as if on macOS.
# The mounts are its own and end with it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH="$here/pretend${PYTHONPATH:+:$PYTHONPATH}"
export PYTHONPATH
exec unshare --mount sh -euc '
    empty=$(mktemp -d)
    mount -t tmpfs none "$empty"
    mkdir "$empty/.of-linux"
    mount --rbind /proc "$empty/.of-linux"
    mount --move "$empty" /proc
    rmdir "$empty"
    exec "$@"' sh "$@"
