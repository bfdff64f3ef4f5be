"""What the plugin's pages repeat from its source: written here, and compared by a test.

Run with ``python -m tests.editors.nvim.written`` after a change of the defaults.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.editors.nvim.neovim import PLUGIN

__all__ = ["PAGES", "written"]

PAGES = [PLUGIN / "README.md", PLUGIN / "doc/dotstream.txt"]

_README = re.compile(r"(<!-- defaults -->\n```lua\n).*?(```\n)", re.DOTALL)
_DEFAULTS = re.compile(r"(These are the defaults:\n>lua\n).*?(<\n)", re.DOTALL)
_GROUPS = re.compile(r"(all linked to standard ones:\n).*?(\n=====)", re.DOTALL)


def _defaults() -> str:
    """Return the table of defaults as it stands in the source, with its comments."""
    source = (PLUGIN / "lua/dotstream/config.lua").read_text()
    found = re.search(r"M\.defaults = (\{\n.*?\n\}\n)", source, re.DOTALL)
    assert found is not None
    return found[1]


def _highlights() -> str:
    """Return each highlight group beside what it is linked to."""
    source = (PLUGIN / "lua/dotstream/highlights.lua").read_text()
    pairs = re.findall(r'^  (Dotstream\w+) = "(\w+)",$', source, re.MULTILINE)
    return "".join(f"    {name:26}{link}\n" for name, link in pairs)


def written(page: Path) -> str:
    """Return a page with what it repeats as it should be."""
    text = page.read_text()
    indented = "".join(f"  {line}".rstrip() + "\n" for line in _defaults().splitlines())
    text = _README.sub(lambda found: found[1] + _defaults() + found[2], text)
    text = _DEFAULTS.sub(lambda found: found[1] + indented + found[2], text)
    return _GROUPS.sub(lambda found: found[1] + _highlights() + found[2], text)


def main() -> None:
    """Write the pages and the tags of the help."""
    for page in PAGES:
        page.write_text(written(page))
    nvim = Path(sys.executable).parent / "nvim"
    subprocess.run(
        [
            nvim,
            "--headless",
            "-u",
            "NONE",
            "-i",
            "NONE",
            "-c",
            f"helptags {PLUGIN}/doc",
            "-c",
            "q",
        ],
        check=True,
    )


if __name__ == "__main__":
    main()
