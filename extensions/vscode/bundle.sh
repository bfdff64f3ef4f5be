#!/usr/bin/env bash
# Puts the server into bundled/: dotstream and its libraries, none of which is compiled, so
# that any Python that is new enough runs them on any system. Their licences come along.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
python=${PYTHON:-python3}
libraries=$here/bundled/libs
wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT

rm -rf "$libraries" "$here"/bundled/*.whl
"$python" -m pip wheel --quiet --no-deps --wheel-dir "$wheels" "$here/../.."
wheel=$(echo "$wheels"/*.whl)
cp "$wheel" "$here/bundled/"    # for whoever wants the program in a terminal too
"$python" -m pip install --quiet --target "$libraries" --no-compile --only-binary=:all: \
    --platform any --implementation py --abi none --python-version 3.11 "$wheel"
# What draws the progress bar of a terminal is of no use here.
rm -rf "$libraries"/{bin,rich,pygments,markdown_it,mdurl}{,-*,.*} "$libraries"/markdown_it_py-*
rm -f "$libraries"/*.dist-info/direct_url.json   # says where the wheel was built
{
    echo "This extension brings along the libraries below. The texts of their licences are"
    echo "in bundled/libs/*.dist-info."
    echo
    for about in "$libraries"/*.dist-info/METADATA; do
        "$python" - "$about" <<'P'
import email
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    about = email.message_from_file(file)
named = about["License-Expression"] or about["License"] or "see its licence file"
print(f"{about['Name']} {about['Version']}: {named.splitlines()[0]}")
P
    done
} >"$here/bundled/THIRD-PARTY.txt"
